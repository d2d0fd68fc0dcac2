import MemoryModel
import MemoryStore

/// What was deleted here: the tombstone of one memory must not be taken for that of an equal one whose
/// store is in doubt.
enum OwnDeletions {
  /// Ids of memories on the server, those included whose delete another program queued.
  static func all(in snapshot: borrowing Snapshot) throws -> Set<Int64> {
    let noted = try snapshot.notes.values(in: .deletions).keys
    return try snapshot.queue.serverIDs(ofEntries: "delete").union(noted)
  }
}

extension Loan where Access == ReadWrite {
  /// Lets go of an id that is another memory's now. The memory is one that the server lacks, unless
  /// a comparison of everything finds it there; what was queued to change it goes to no other.
  func unlink(_ id: LocalID, from serverID: ServerID) throws {
    try queue.dropUpdates(of: serverID)
    try memories.unlink(id)
  }
}
