import MemoryAPI
import MemoryModel

/// Writing and deleting memories, together with what tells the server.
extension Loan where Access == ReadWrite {
  /// Writes a new memory and queues its store.
  package func store(_ fields: MemoryFields, at now: Timestamp) throws -> (LocalID, EntryID) {
    let (id, entry) = try add(fields, createdAt: now.description, at: now)
    let stored = AddedMemory(id, entry, fields)
    try journal.record(.store, [.created(stored)], at: now)
    return (id, entry)
  }

  /// Notes memories that were added as a part of one change, in the transaction that added them.
  ///
  /// - Parameter change: the change that they belong to; nil, or one that was taken back since,
  ///   begins another.
  /// - Returns: the change; nil if nothing was added so far.
  package func note(
    _ added: [AddedMemory], as action: Change.Action, in change: ChangeID?, at now: Timestamp
  ) throws -> ChangeID? {
    if added.isEmpty { return change }
    let isOpen = try change.map { try journal.isOpen($0) } ?? false
    let id = try isOpen ? change! : journal.begin(action, at: now)
    try journal.append(added.map(JournalItem.created), to: id)
    return id
  }

  /// Writes a new memory and queues its store; the caller notes it in the journal.
  package func add(
    _ fields: MemoryFields, createdAt: String, at now: Timestamp
  ) throws -> (LocalID, EntryID) {
    let id = try memories.insert(fields, createdAt: createdAt, at: now)
    return (id, try queue.enqueue(.store(fields, localID: id), at: now))
  }

  /// Deletes memories and settles their entries in the queue.
  ///
  /// - Parameter purging: whether they and their earlier versions are kept out of the trash.
  /// - Returns: the result of each deletion; an id without a memory is skipped.
  package func delete(
    _ ids: [LocalID], purging: Bool, at now: Timestamp
  ) throws -> [Deletion] {
    let entries = try storeEntries(of: ids)
    var deletions: [Deletion] = []
    var items: [JournalItem] = []
    for id in ids {
      guard let memory = try memories.memory(id) else { continue }
      var item = JournalItem(.deleted, id)
      item.isWithheld = try memories.isWithheld(id)
      if purging {
        try trash.purge(of: id)
        try journal.forgetEntries(of: id)
      } else {
        item.former = try trash.keep(id, as: .deleted, at: now)
      }
      let deletion = try remove(memory, stores: entries[id] ?? [], at: now)
      item.entry = deletion.entry
      deletions.append(deletion)
      items.append(item)
    }
    try trash.tidy(at: now)
    try journal.record(.delete, items, at: now)
    return deletions
  }

  /// The queued or held stores of some memories. For many, the queue is read only once.
  func storeEntries(of ids: [LocalID]) throws -> [LocalID: [QueueEntry]] {
    if ids.count == 1 { return [ids[0]: try queue.storeEntries(of: ids[0])] }
    var stores: [LocalID: [QueueEntry]] = [:]
    for entry in try queue.entries() {
      if case .store(_, let id?)? = try? entry.operation() { stores[id, default: []].append(entry) }
    }
    return stores
  }

  /// Deletes a memory here, and queues what deletes it on the server.
  func remove(_ memory: Memory, stores: [QueueEntry], at now: Timestamp) throws -> Deletion {
    _ = try memories.delete(memory.id)
    let deletion = try cancel(stores)
    guard let serverID = memory.serverID else { return deletion }
    try queue.dropUpdates(of: serverID)
    return .queued(try queue.enqueue(.delete(serverID), at: now))
  }

  /// Gives up the stores of a memory that is deleted.
  func cancel(_ stores: [QueueEntry]) throws -> Deletion {
    var deletion = Deletion.cancelled
    for entry in stores {
      switch entry.state {
      case .pending, .dead: try queue.remove(entry.id)
      case .sending, .inDoubt:
        try queue.deleteWhenKnown(entry.id)
        deletion = .queuedWhenKnown(entry.id)
      }
    }
    return deletion
  }
}

extension JournalItem {
  static func created(_ added: AddedMemory) -> JournalItem {
    var item = JournalItem(.created, added.id)
    item.entry = added.entry
    item.fingerprint = added.fields.fingerprint
    return item
  }
}

/// A memory that was written into the cache.
package struct AddedMemory {
  package let id: LocalID
  /// The entry that tells the server; nil if it is withheld.
  package let entry: EntryID?
  let fields: MemoryFields

  package init(_ id: LocalID, _ entry: EntryID?, _ fields: MemoryFields) {
    self.id = id
    self.entry = entry
    self.fields = fields
  }
}
