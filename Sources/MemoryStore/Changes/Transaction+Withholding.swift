import MemoryAPI
import MemoryModel

/// Withholding a memory from the server, and sending it after all.
extension Loan where Access == ReadWrite {
  /// Removes entries without sending them; their memories stay in the cache. A store that may have
  /// arrived is kept out of sight until that is known: otherwise the memory could come back as a
  /// copy.
  ///
  /// - Returns: what each drop led to; an id without an entry is skipped.
  package func drop(_ ids: [EntryID], at now: Timestamp) throws -> [DroppedEntry] {
    var drops: [DroppedEntry] = []
    var items: [JournalItem] = []
    for id in ids {
      guard let entry = try queue.entry(id) else { continue }
      let memory = try entry.storedMemory.flatMap { try memories.memory($0) }
      let withheld = memory.flatMap { $0.serverID == nil ? $0.id : nil }
      var item = JournalItem(.dropped, withheld)
      item.entry = id
      if let withheld { try memories.withhold(withheld) }
      if entry.mayHaveArrived {
        try queue.setDropped(true, id)
        drops.append(.droppedInDoubt(withheld))
      } else {
        item.dropped = try queue.take(id)
        drops.append(withheld.map { .withheld($0) } ?? .dropped)
      }
      items.append(item)
    }
    try journal.record(.drop, items, at: now)
    return drops
  }

  /// Queues the stores of memories that the server does not have, including those whose store was
  /// dropped, in the order of `ids`.
  ///
  /// - Throws: `Problem` of kind `.notFound`, or of kind `.invalidInput` if there is nothing to
  ///   queue: the server has the memory, or an entry for it exists.
  package func enqueueStores(of ids: [LocalID], at now: Timestamp) throws -> [EntryID] {
    var entries: [EntryID] = []
    for id in ids { entries.append(try enqueueStore(of: id, at: now)) }
    return entries
  }

  private func enqueueStore(of id: LocalID, at now: Timestamp) throws -> EntryID {
    guard let memory = try memories.memory(id) else { throw Problem.noMemory("\(id.rawValue)") }
    if let serverID = memory.serverID { throw Problem.isOnServer(id, serverID) }
    let entry = try queue.storeEntries(of: id).first
    if let entry, !entry.isDropped { throw Problem.isQueued(id, entry) }
    try memories.endWithholding(of: id)
    if let entry {
      // The store may have arrived, so the same entry continues: a new one could create a copy.
      try queue.setDropped(false, entry.id)
      return entry.id
    }
    return try queue.enqueue(.store(memory.fields, localID: id), at: now)
  }
}

extension Problem {
  fileprivate static func isOnServer(_ id: LocalID, _ serverID: ServerID) -> Problem {
    Problem(
      .invalidInput, "the server already has memory \(id.rawValue), as \(serverID.rawValue)",
      hint: "there is nothing to queue; \(.show(id)) shows it")
  }

  fileprivate static func isQueued(_ id: LocalID, _ entry: QueueEntry) -> Problem {
    let isDead = entry.state == .dead
    return Problem(
      .invalidInput,
      "memory \(id.rawValue) already has an entry in the queue: \(entry.id.rawValue)"
        + (isDead ? ", a dead letter" : ""),
      hint: "\(isDead ? .retry(entry.id) : .showEntry(entry.id))")
  }
}
