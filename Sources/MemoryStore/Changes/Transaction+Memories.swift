import MemoryAPI
import MemoryModel

/// Writing and deleting memories, together with what tells the server.
extension Loan where Access == ReadWrite {
  /// Writes a new memory and queues its store.
  package func store(_ fields: MemoryFields, at now: Timestamp) throws -> (LocalID, EntryID) {
    let id = try memories.insert(fields, createdAt: now.description, at: now)
    return (id, try queue.enqueue(.store(fields, localID: id), at: now))
  }

  /// Deletes a memory and its versions in the trash, and settles its entries in the queue.
  ///
  /// - Returns: nil when there is no such memory.
  package func delete(_ id: LocalID, at now: Timestamp) throws -> Deletion? {
    try delete(id, stores: queue.storeEntries(of: id), at: now)
  }

  /// Deletes several memories in the same way.
  ///
  /// - Returns: the result of each deletion; an id without a memory is skipped.
  package func delete(_ ids: [LocalID], at now: Timestamp) throws -> [Deletion] {
    // The queue is read only once, rather than once for each memory.
    let entries = Dictionary(grouping: try queue.entries()) { entry -> LocalID? in
      if case .store(_, let id)? = try? entry.operation() { id } else { nil }
    }
    var deletions: [Deletion] = []
    for id in ids {
      if let deletion = try delete(id, stores: entries[id] ?? [], at: now) {
        deletions.append(deletion)
      }
    }
    return deletions
  }

  private func delete(
    _ id: LocalID, stores: [QueueEntry], at now: Timestamp
  ) throws -> Deletion? {
    guard let memory = try memories.memory(id) else { return nil }
    _ = try memories.delete(id)
    try trash.purge(of: id)
    var deletion = Deletion.cancelled
    for entry in stores {
      switch entry.state {
      case .pending, .dead: try queue.remove(entry.id)
      case .sending, .inDoubt:
        try queue.deleteWhenKnown(entry.id)
        deletion = .queuedWhenKnown(entry.id)
      }
    }
    guard let serverID = memory.serverID else { return deletion }
    try queue.dropUpdates(of: serverID)
    return .queued(try queue.enqueue(.delete(serverID), at: now))
  }
}
