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
    var items: [JournalItem] = []
    for id in ids {
      guard let version = try trash.version(id)?.memory else { continue }
      let restoration: Restoration
      var item: JournalItem?
      (restoration, item) = try restore(version, asNew: asNew, at: now)
      _ = try trash.purge([id])
      item?.restored = id
      if let item { items.append(item) }
      restorations.append(restoration)
    }
    try journal.record(.restore, items, at: now)
    return restorations
  }

  private func restore(
    _ version: Memory, asNew: Bool, at now: Timestamp
  ) throws -> (Restoration, JournalItem?) {
    if !asNew, let serverID = version.serverID, let present = try memories.memory(serverID) {
      if present.fields == version.fields { return (.unchanged(present.id), nil) }
      if !present.fields.isSensitive, !version.fields.isSensitive {
        let item = try change(present, to: version.fields, at: now)
        if let entry = item.entry { return (.overwritten(present.id, entry), item) }
      }
    }
    let new = try add(version.fields, createdAt: version.createdAt, at: now)
    return (.stored(new.0, new.1), .created(AddedMemory(new.0, new.1, version.fields)))
  }
}
