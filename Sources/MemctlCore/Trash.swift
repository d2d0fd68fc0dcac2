import MemoryAPI
import MemoryModel
import MemoryStore

/// Versions of memories that a sync overwrote or deleted, kept for a while.
///
/// Each function but `forEach` is one transaction; see `Cache` for what all of them throw.
public struct Trash {
  let database: Database

  /// Calls `body` with each version, the latest first.
  ///
  /// - Parameter limit: how many at most; nil for all.
  public func forEach(limit: Int? = nil, _ body: (TrashedMemory) throws -> Void) throws {
    try database.forEachTrashed(limit: limit, body)
  }

  public func version(_ id: TrashID) throws -> TrashedMemory? {
    try database.read { try $0.trash.version(id) }
  }

  /// Versions whose id begins with `digits`, the highest first, at most `limit`; with no digits, of
  /// all.
  public func versions(beginningWith digits: String, limit: Int) throws -> [TrashedMemory] {
    try database.read { try $0.trash.versions(beginningWith: digits, limit: limit) }
  }

  /// The latest version of each memory, the oldest of them first.
  public func latest() throws -> [TrashID] { try database.read { try $0.trash.latest() } }

  /// Takes versions out of the trash and queues what tells the server.
  ///
  /// A version goes over the memory that is still there, or becomes a new one where there is none. A
  /// sensitive one always becomes new: a change travels without the mark that makes the server black
  /// it out.
  ///
  /// - Parameter asNew: whether each becomes a new memory.
  /// - Returns: what came of each; an id that is not in the trash is passed over.
  public func restore(
    _ ids: [TrashID], asNew: Bool = false, at now: Timestamp = .now
  ) throws -> [Restoration] {
    try database.write { try $0.restore(ids, asNew: asNew, at: now) }
  }

  /// Removes versions for good.
  ///
  /// - Parameter ids: nil for all.
  /// - Returns: how many there were.
  @discardableResult
  public func purge(_ ids: [TrashID]?) throws -> Int {
    try database.write { try $0.trash.purge(ids) }
  }
}
