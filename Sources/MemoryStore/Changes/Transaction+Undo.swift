import MemoryAPI
import MemoryModel

/// Taking back what the user did, with a look at what is there now.
extension Loan where Access == ReadWrite {
  /// Takes back a change, all of it or nothing.
  ///
  /// - Parameters:
  ///   - id: nil for the latest change that stands.
  ///   - force: whether a memory that somebody has changed since is taken back nevertheless; what it
  ///     says now goes to the trash.
  /// - Throws: `Problem` of kind `.notFound` if there is no such change; of kind `.invalidInput` if
  ///   it was taken back before, or what it replaced is not kept; of kind `.refused` if a memory was
  ///   changed since; of kind `.busy` if an entry may have arrived at the server already.
  package func undo(_ id: ChangeID?, force: Bool, at now: Timestamp) throws -> UndoneChange {
    guard let id = try id ?? journal.latest() else { throw Problem.nothingToUndo }
    guard let change = try journal.change(id) else { throw Problem.noChange(id) }
    if change.undoneAt != nil { throw Problem.isUndone(change) }
    let items = try journal.items(of: id)
    var undo = Undo(of: change, force: force, at: now)
    undo.stores = try storeEntries(of: items.compactMap(\.memory))
    for item in items.reversed() {
      switch item.kind {
      case .created: try takeBackCreation(item, &undo)
      case .changed: try takeBackChange(item, &undo)
      case .deleted: try takeBackDeletion(item, &undo)
      case .dropped: try takeBackDrop(item, &undo)
      }
    }
    try journal.markUndone(id, at: now)
    return UndoneChange(change: change, entries: undo.entries, unaffected: undo.unaffected)
  }

  private func takeBackCreation(_ item: JournalItem, _ undo: inout Undo) throws {
    guard let id = item.memory else { return }
    let stores = undo.stores[id] ?? []
    guard let memory = try memories.memory(id) else {
      // A resync of the Python program deletes what only the queue still has.
      undo.note(stores.isEmpty ? nil : try cancel(stores).entry, unaffected: stores.isEmpty)
      return
    }
    try undo.check(memory, item)
    let kept = try trash.keep(id, as: .deleted, at: undo.now)
    if let restored = item.restored { try trash.renumber(kept, as: restored) }
    undo.note(try remove(memory, stores: stores, at: undo.now).entry)
  }

  private func takeBackChange(_ item: JournalItem, _ undo: inout Undo) throws {
    guard let former = try item.former.flatMap({ try trash.version($0) }) else {
      throw Problem.notKept(undo.change)
    }
    guard let id = item.memory, let memory = try memories.memory(id) else {
      if !undo.force { throw Problem.isGone(item.memory, undo.change) }
      undo.note(try revive(former.memory, item, undo))
      _ = try trash.purge([former.id])
      return
    }
    try undo.check(memory, item)
    if memory.fields == former.memory.fields {
      undo.note(nil, unaffected: true)
    } else {
      let change = try change(memory, to: former.memory.fields, at: undo.now)
      if let kept = change.former, let restored = item.restored {
        try trash.renumber(kept, as: restored)
      }
      undo.note(change.entry)
    }
    _ = try trash.purge([former.id])
  }

  private func takeBackDeletion(_ item: JournalItem, _ undo: inout Undo) throws {
    guard let former = try item.former.flatMap({ try trash.version($0) }) else {
      throw Problem.notKept(undo.change)
    }
    // A delete that was dropped, or that the server refused, may have brought it back.
    if let serverID = former.memory.serverID, try memories.memory(serverID) != nil {
      undo.note(nil, unaffected: true)
      return
    }
    undo.note(try revive(former.memory, item, undo))
    _ = try trash.purge([former.id])
  }

  /// Writes a memory that is gone again, under the id that it had, and queues its store.
  ///
  /// The server gets it as a new memory even if its deletion is still queued: another program may
  /// be sending that.
  private func revive(_ memory: Memory, _ item: JournalItem, _ undo: Undo) throws -> EntryID? {
    let stores = undo.stores[memory.id] ?? []
    let own = stores.first { entry in
      guard memory.serverID == nil, case .store(let fields, _)? = try? entry.operation() else {
        return false
      }
      return fields == memory.fields
    }
    guard try memories.memory(memory.id) == nil, stores.isEmpty || own != nil else {
      return try add(memory.fields, createdAt: memory.createdAt, at: undo.now).1
    }
    try memories.putBack(memory.id, memory.fields, createdAt: memory.createdAt)
    if item.isWithheld { try memories.withhold(memory.id) }
    if let own {
      // The store may have arrived, so the same entry goes on: another could make a copy.
      try queue.deleteWhenKnown(own.id, false)
      return own.id
    }
    if item.isWithheld { return nil }
    let entry = try queue.enqueue(.store(memory.fields, localID: memory.id), at: undo.now)
    try journal.follow(memory.id, to: entry)
    return entry
  }

  private func takeBackDrop(_ item: JournalItem, _ undo: inout Undo) throws {
    guard let entry = item.entry else { return }
    if try queue.entry(entry) != nil {
      // It may have arrived, so it was only hidden.
      try queue.setDropped(false, entry)
      if let id = item.memory { try memories.endWithholding(of: id) }
      undo.note(entry)
    } else if let id = item.memory {
      undo.note(try sendAfterAll(id, item, &undo))
    } else {
      undo.note(try item.dropped.flatMap { try putBack($0, &undo) })
    }
  }

  /// Queues the store of a memory that is withheld, as it was queued before.
  private func sendAfterAll(
    _ id: LocalID, _ item: JournalItem, _ undo: inout Undo
  ) throws -> EntryID? {
    guard let memory = try memories.memory(id) else {
      if undo.force { return nil }
      throw Problem.isGone(id, undo.change)
    }
    if try memory.serverID != nil || !queue.storeEntries(of: id).isEmpty { return nil }
    try memories.endWithholding(of: id)
    if let entry = try item.dropped.flatMap({ try queue.putBack($0) }) {
      if case .store(memory.fields, _)? = try? queue.entry(entry)?.operation() { return entry }
      // The memory was changed since.
      try queue.remove(entry)
    }
    return try queue.enqueue(.store(memory.fields, localID: id), at: undo.now)
  }

  /// Returns an entry that no memory here depends on to the queue.
  private func putBack(_ text: String, _ undo: inout Undo) throws -> EntryID? {
    guard let id = try queue.putBack(text), let entry = try queue.entry(id) else { return nil }
    switch try? entry.operation() {
    case .delete(let serverID):
      // A resync may have brought back what was to be deleted.
      guard let memory = try memories.memory(serverID) else { return id }
      if !undo.force { throw Problem.changedSince(memory.id, undo.change) }
      try trash.keep(memory.id, as: .deleted, at: undo.now)
      _ = try memories.delete(memory.id)
      return id
    case .update(let fields, let serverID):
      guard let memory = try memories.memory(serverID) else {
        try queue.remove(id)
        return nil
      }
      if memory.fields.fingerprint == fields.fingerprint { return id }
      if !undo.force { throw Problem.changedSince(memory.id, undo.change) }
      return try change(memory, to: fields, at: undo.now).entry
    case .store, nil: return id
    }
  }
}

/// A change that is being taken back.
private struct Undo {
  let change: Change
  let force: Bool
  let now: Timestamp
  /// The stores of its memories, by memory.
  var stores: [LocalID: [QueueEntry]] = [:]
  /// The entries that tell the server.
  var entries: [EntryID] = []
  var unaffected = 0

  init(of change: Change, force: Bool, at now: Timestamp) {
    self.change = change
    self.force = force
    self.now = now
  }

  /// Makes sure that a memory still says what the change made of it: nobody's later text is undone
  /// along with it.
  func check(_ memory: Memory, _ item: JournalItem) throws {
    guard force || memory.fields.fingerprint == item.fingerprint else {
      throw Problem.changedSince(memory.id, change)
    }
  }

  mutating func note(_ entry: EntryID?, unaffected isUnaffected: Bool = false) {
    if let entry { entries.append(entry) }
    if isUnaffected { unaffected += 1 }
  }
}

extension Problem {
  fileprivate static var nothingToUndo: Problem {
    Problem(
      .notFound, "there is nothing to undo",
      hint: "\(.log) lists what was done here; what other machines did is in the trash")
  }

  /// The change does not exist, or no longer does.
  package static func noChange(_ id: ChangeID) -> Problem {
    Problem(.notFound, "there is no change \(id.rawValue)", hint: "\(.log) lists the changes")
  }

  fileprivate static func isUndone(_ change: Change) -> Problem {
    Problem(
      .invalidInput, "change \(change.id.rawValue) was undone before",
      hint: "\(.log) shows what became of each change")
  }

  fileprivate static func notKept(_ change: Change) -> Problem {
    Problem(
      .invalidInput,
      """
      change \(change.id.rawValue) (\(change.action.rawValue)) cannot be undone: what it replaced is \
      no longer in the trash
      """,
      hint:
        "nothing was changed; \(.log) lists other changes, each of which can be undone by its id")
  }

  fileprivate static func isGone(_ id: LocalID?, _ change: Change) -> Problem {
    Problem(
      .refused,
      """
      change \(change.id.rawValue) (\(change.action.rawValue)) was not undone: memory \
      \(id.map { "\($0.rawValue)" } ?? "") has been deleted since
      """,
      hint: "\(.undo(change.id, force: true)) undoes it nevertheless")
  }

  fileprivate static func changedSince(_ id: LocalID, _ change: Change) -> Problem {
    Problem(
      .refused,
      """
      change \(change.id.rawValue) (\(change.action.rawValue)) was not undone: memory \
      \(id.rawValue) has been changed since
      """,
      hint: """
        \(.show(id)) shows what it says now; \(.undo(change.id, force: true)) undoes the change \
        nevertheless, and moves that to the trash
        """)
  }
}
