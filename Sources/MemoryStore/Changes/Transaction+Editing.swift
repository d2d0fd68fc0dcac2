import MemoryAPI
import MemoryModel

/// Changing memories, together with what tells the server.
extension Loan where Access == ReadWrite {
  /// Changes a memory, and keeps its former text in the trash.
  ///
  /// - Parameter expected: what the memory has to say at this moment; nil for whatever it says.
  /// - Returns: nil if there is no such memory.
  /// - Throws: `Problem` of kind `.busy` if the store of the memory may have arrived at the server
  ///   already, or if the memory does not say what was expected; of kind `.invalidInput` if the
  ///   result breaks a bound.
  package func edit(
    _ id: LocalID, _ changes: MemoryChanges, expecting expected: MemoryFields?, at now: Timestamp
  ) throws -> EditResult? {
    guard let memory = try memories.memory(id) else { return nil }
    if let expected, expected != memory.fields { throw Problem.changedMeanwhile(id) }
    let fields = try memory.fields.changed(by: changes).validated()
    if fields == memory.fields { return .unchanged }
    let item = try change(memory, to: fields, at: now)
    try journal.record(.edit, [item], at: now)
    return .changed(item.entry)
  }

  /// Gives a memory other fields, in the queue if its store waits there.
  func change(_ memory: Memory, to fields: MemoryFields, at now: Timestamp) throws -> JournalItem {
    var item = JournalItem(.changed, memory.id)
    item.fingerprint = fields.fingerprint
    item.former = try trash.keep(memory.id, as: .overwritten, at: now)
    try trash.tidy(at: now)
    if memory.serverID == nil {
      item.entry = try changeUnsent(memory, to: fields, at: now)
    } else {
      item.entry = try changeSent(memory, to: fields, at: now)
    }
    try memories.change(memory.id, MemoryChanges(fields), at: now)
    return item
  }

  private func changeUnsent(
    _ memory: Memory, to fields: MemoryFields, at now: Timestamp
  ) throws -> EntryID? {
    if let entry = try queue.storeEntries(of: memory.id).first {
      guard entry.state == .pending || entry.state == .dead else { throw Problem.inDoubt(entry.id) }
      try queue.replace(entry, with: .store(fields, localID: memory.id))
      return entry.id
    }
    if try memories.isWithheld(memory.id) { return nil }
    // Another program may be sending the memory as it was, so it is queued and changed there.
    let id = try queue.enqueue(.store(memory.fields, localID: memory.id), at: now)
    if let entry = try queue.entry(id) {
      try queue.replace(entry, with: .store(fields, localID: memory.id))
    }
    return id
  }

  private func changeSent(
    _ memory: Memory, to fields: MemoryFields, at now: Timestamp
  ) throws -> EntryID? {
    guard let serverID = memory.serverID else { return nil }
    if memory.fields.isSensitive || fields.isSensitive
      || !Credential.all(in: fields.content).isEmpty
    {
      // A server redacts only what is stored, and a change carries no mark that would make it do so.
      try unlink(memory.id, from: serverID)
      let store = try queue.enqueue(.store(fields, localID: memory.id), at: now)
      try queue.enqueue(.delete(serverID), at: now)
      try journal.follow(memory.id, to: store)
      return store
    }
    let update = QueuedOperation.update(fields, serverID)
    // What was meant for another server stays for the user to judge.
    if let entry = try queue.updates(of: serverID).last(where: { !$0.isMeantForAnotherServer }) {
      try queue.replace(entry, with: update)
      return entry.id
    }
    return try queue.enqueue(update, at: now)
  }

  // MARK: By entry

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
    if let id = try editedMemory(operation, of: entry), let memory = try memories.memory(id) {
      let changes = changes.canonical
      var item = JournalItem(.changed, id)
      item.entry = entry.id
      item.fingerprint = memory.fields.changed(by: changes).fingerprint
      item.former = try trash.keep(id, as: .overwritten, at: now)
      try trash.tidy(at: now)
      try memories.change(id, changes, at: now)
      try journal.record(.edit, [item], at: now)
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
  static func inDoubt(_ id: EntryID) -> Problem {
    Problem(
      .busy,
      "entry \(id.rawValue) was sent and may have arrived, so it cannot be changed yet",
      hint: "nothing was changed; \(.sync) settles it")
  }

  fileprivate static func changedMeanwhile(_ id: LocalID) -> Problem {
    Problem(
      .busy, "memory \(id.rawValue) was changed elsewhere meanwhile",
      hint: "nothing was changed here; \(.show(id)) shows what it says now")
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
