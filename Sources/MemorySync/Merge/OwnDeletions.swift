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
