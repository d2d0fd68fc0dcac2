import MemoryAPI
import MemoryModel

extension Loan where Access == ReadWrite {
  /// Takes versions out of the trash and queues what tells the server.
  ///
  /// A version overwrites its memory if that still exists, and becomes a new memory otherwise. A
  /// sensitive version always becomes a new one: a change cannot carry the mark that makes the
  /// server redact it.
  ///
  /// - Parameter asNew: whether each version becomes a new memory.
  /// - Returns: the result for each version; an id that is not in the trash is skipped.
  package func restore(_ ids: [TrashID], asNew: Bool, at now: Timestamp) throws -> [Restoration] {
    var restorations: [Restoration] = []
    for id in ids {
      guard let version = try trash.version(id)?.memory else { continue }
      restorations.append(try restore(version, asNew: asNew, at: now))
      _ = try trash.purge([id])
    }
    return restorations
  }

  private func restore(_ version: Memory, asNew: Bool, at now: Timestamp) throws -> Restoration {
    if !asNew, let serverID = version.serverID, let present = try memories.memory(serverID) {
      if present.fields == version.fields { return .unchanged(present.id) }
      if !present.fields.isSensitive, !version.fields.isSensitive {
        try trash.keep(present.id, as: .overwritten, at: now)
        try memories.change(present.id, MemoryChanges(version.fields), at: now)
        try queue.dropUpdates(of: serverID)
        return .overwritten(
          present.id, try queue.enqueue(.update(version.fields, serverID), at: now))
      }
    }
    let id = try memories.insert(version.fields, createdAt: version.createdAt, at: now)
    return .stored(id, try queue.enqueue(.store(version.fields, localID: id), at: now))
  }
}
