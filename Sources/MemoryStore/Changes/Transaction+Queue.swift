import MemoryAPI
import MemoryModel

extension Loan where Access == ReadWrite {
  /// Lets an entry, even a dead one, be sent again at once, even if the server asked for a pause.
  ///
  /// - Returns: false when there is no such entry.
  package func retry(_ id: EntryID) throws -> Bool {
    guard try queue.retry(id) else { return false }
    try notes.set(.notBefore, nil)
    return true
  }

  /// Changes the memory that an entry carries, in the entry and in the cache, and lets the entry be
  /// sent at once, even a dead one. It keeps its id and its place, but is a new request from then
  /// on, with its own idempotency key and without its former failures and delays.
  ///
  /// - Returns: the operation after the change; nil if there is no such entry.
  /// - Throws: `Problem` of kind `.busy` if the entry may have arrived at the server already; of
  ///   kind `.invalidInput` if it carries no memory, remains unreadable even with the changes,
  ///   breaks a bound, or would not reach the server.
  package func edit(
    _ id: EntryID, _ changes: MemoryChanges, at now: Timestamp
  ) throws -> QueuedOperation? {
    guard let entry = try queue.entry(id) else { return nil }
    guard entry.isEditable else { throw Problem.notEditable(entry) }
    guard entry.lastError?.kind != .refused else { throw Problem.meantForAnother(entry) }
    guard entry.state == .pending || entry.state == .dead else { throw Problem.inDoubt(id) }
    let operation = try entry.operation(replacing: changes)
    if case .update(_, let serverID) = operation, changes[.isSensitive] != nil {
      throw Problem.fixedSensitivity(serverID)
    }
    if let memory = try editedMemory(operation, of: entry) {
      try memories.change(memory, changes.canonical, at: now)
    }
    try queue.replace(entry, with: operation)
    return operation
  }

  /// The memory that is to be changed along with its entry; nil when it is gone.
  private func editedMemory(_ operation: QueuedOperation, of entry: QueueEntry) throws -> LocalID? {
    switch operation {
    case .store(_, let id?):
      let memory = try memories.memory(id)
      // Another program has sent it meanwhile, so this entry will not go out any more.
      if let serverID = memory?.serverID { throw Problem.pointless(entry.id, id, serverID) }
      return memory?.id
    case .update(_, let serverID):
      // A later entry would undo the change.
      let later = try queue.entries().last { $0.id > entry.id && $0.subject == entry.subject }
      if let later { throw Problem.overtaken(entry.id, by: later) }
      return try memories.memory(serverID)?.id
    case .store(_, nil), .delete: return nil
    }
  }
}

extension Problem {
  fileprivate static func inDoubt(_ id: EntryID) -> Problem {
    Problem(
      .busy,
      "entry \(id.rawValue) was sent and may have arrived, so it cannot be changed yet",
      hint: "nothing was changed; \(.sync) settles it")
  }

  /// The server accepts this only with a store, and nobody should rely on a change that did not
  /// happen.
  fileprivate static func fixedSensitivity(_ id: ServerID) -> Problem {
    Problem(
      .invalidInput, "the server already has the memory, and cannot change whether it is sensitive",
      hint: "store it again with \(.store), then \(.delete(id))")
  }

  fileprivate static func pointless(
    _ id: EntryID, _ memory: LocalID, _ serverID: ServerID
  ) -> Problem {
    Problem(
      .invalidInput,
      """
      entry \(id.rawValue) will not be sent: the server already has memory \(memory.rawValue), as \
      \(serverID.rawValue)
      """,
      hint: "\(.drop(id)) removes the entry; the memory stays as it is")
  }

  fileprivate static func overtaken(_ id: EntryID, by later: QueueEntry) -> Problem {
    Problem(
      .invalidInput,
      "entry \(later.id.rawValue) changes the same memory after entry \(id.rawValue)",
      hint: "\(later.isEditable ? .edit(later.id) : .showEntry(later.id))")
  }
}
