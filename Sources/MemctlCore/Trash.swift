import MemoryAPI
import MemoryModel
import MemoryStore

/// Versions of memories that were overwritten or deleted, by a sync or by the user, kept for a while.
///
/// Each function but `forEach` is one transaction; see `Cache` for the errors that all of them
/// throw.
public struct Trash {
  let database: Database

  /// Calls `body` with each version, latest first.
  ///
  /// - Parameter limit: the highest number of versions; nil for all.
  public func forEach(limit: Int? = nil, _ body: (TrashedMemory) throws -> Void) throws {
    try database.forEachTrashed(limit: limit, body)
  }

  /// The version with this id; nil if there is none.
  public func version(_ id: TrashID) throws -> TrashedMemory? {
    try database.read { try $0.trash.version(id) }
  }

  /// The versions whose id begins with `digits`, highest id first, at most `limit`.
  ///
  /// Without digits, every version matches.
  public func versions(beginningWith digits: String, limit: Int) throws -> [TrashedMemory] {
    try database.read { try $0.trash.versions(beginningWith: digits, limit: limit) }
  }

  /// The latest version of each memory, in the order in which they went to the trash.
  public func latest() throws -> [TrashID] { try database.read { try $0.trash.latest() } }

  /// Takes versions out of the trash and queues the resulting changes for the server.
  ///
  /// A version overwrites the memory that has its server id, unless that says the same already. If
  /// there is no such memory, or if it or the version is sensitive, the version becomes a new
  /// memory: a change cannot carry the mark that makes the server redact the text.
  ///
  /// - Parameter asNew: whether each version becomes a new memory in any case.
  /// - Returns: what each restore led to; ids that are not in the trash are skipped.
  public func restore(
    _ ids: [TrashID], asNew: Bool = false, at now: Timestamp = .now
  ) throws -> [Restoration] {
    try database.write { try $0.restore(ids, asNew: asNew, at: now) }
  }

  /// Removes versions permanently.
  ///
  /// - Parameter ids: the versions to remove; nil for all.
  /// - Returns: the number of removed versions.
  @discardableResult
  public func purge(_ ids: [TrashID]?) throws -> Int {
    try database.write { try $0.trash.purge(ids) }
  }
}
