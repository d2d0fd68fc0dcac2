import MemoryModel
import MemoryStore

/// The memories that were deleted here, so that the tombstone of one is not taken for that of an
/// equal memory whose store is in doubt.
enum OwnDeletions {
  /// Their ids on the server, including those whose delete another program queued.
  static func all(in snapshot: borrowing Snapshot) throws -> Set<Int64> {
    let noted = try snapshot.notes.values(in: .deletions).keys
    return try snapshot.queue.serverIDs(ofEntries: "delete").union(noted)
  }
}
