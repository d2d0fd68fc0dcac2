import MemoryModel
import MemorySync
import System

/// Keeps a cache and a server equal: pushes the queue, pulls what changed, heals drift by a resync.
///
/// It runs on the caller's thread. Whatever ends it, a command, a fault or a crash, leaves the file in
/// a state from which the next run goes on. One process at a time syncs a cache; the others wait.
///
/// What the server or the network does stands in the report. Thrown is `Problem` of kind `.file`,
/// `.busy` where another process is syncing, or `.interrupted` while waiting for it.
public final class Synchronizer {
  private let engine: SyncEngine

  /// - Parameters:
  ///   - lock: what keeps other processes from syncing the same cache.
  ///   - cancellation: once it is expressed, nothing new is sent.
  public init(
    _ cache: Cache, with server: Server, lock: LockSettings = LockSettings(),
    cancellation: Cancellation = Cancellation()
  ) {
    engine = SyncEngine(
      cache.database, server.client(cancellation),
      lock: SyncLock(of: cache.path, lock, cancellation),
      SyncConditions(cancellation: cancellation))
  }

  package init(_ engine: SyncEngine) { self.engine = engine }

  /// Whether the server is called although it asked for a pause: a person wants it now. What syncs in
  /// the background waits.
  public var overridesPause: Bool {
    get { engine.overridesPause }
    set { engine.overridesPause = newValue }
  }

  /// Told what takes time while it does, on the thread that syncs. It must not use the cache, which may
  /// be in a transaction.
  public var activity: (SyncActivity) -> Void {
    get { engine.activity }
    set { engine.activity = newValue }
  }

  /// Pushes, then pulls; each runs whatever became of the other.
  public func sync() throws -> SyncReport { try engine.sync() }

  /// Sends the queue, at most `limit` requests.
  public func push(limit: Int? = nil) throws -> SyncReport { try engine.push(limit: limit) }

  /// Fetches what changed since the last pull and applies it.
  public func pull() throws -> SyncReport { try engine.pull() }

  /// Pushes what the server lacks, then makes the cache equal to the server.
  ///
  /// - Parameter force: also where that deletes more than half of the cache, or where the cache was
  ///   filled from another server or account.
  public func resync(force: Bool = false) throws -> SyncReport { try engine.resync(force: force) }

  /// Tries to send these entries at once. Where another process is syncing, they stay in the queue
  /// for it.
  public func send(_ entries: [EntryID]) throws -> SyncReport { try engine.send(entries) }

  /// Rehearses an operation on the present answer of the server; neither side is changed. What the
  /// report says of the queue is how it stands now.
  public func rehearse(
    _ operation: Rehearsed
  ) throws -> (report: SyncReport, plan: SyncPlan) {
    try engine.rehearse(operation)
  }

  // MARK: The server that a cache belongs to

  /// Makes this server's address that of the server that the cache was filled from. Ids, queue and
  /// watermark stay.
  ///
  /// - Throws: also `Problem` of kind `.refused` where it is not the same server, as far as the account
  ///   and the memories tell; and whatever keeps it from being asked. Then nothing was changed.
  public func moveOrigin() throws -> OriginChange { try engine.moveOrigin() }

  /// Makes the cache that of this server, which is to get all that the cache has.
  ///
  /// Ids are forgotten, and every memory is queued, unless the user withholds it. What the server has
  /// already stays there, and is adopted where it is equal.
  ///
  /// - Parameter force: also where the server has memories.
  /// - Throws: also `Problem` of kind `.refused` where the server has memories; and whatever keeps it
  ///   from being asked. Then nothing was changed.
  public func adoptOrigin(force: Bool = false) throws -> OriginChange {
    try engine.adoptOrigin(force: force)
  }
}

/// How processes that would sync the same cache are kept apart.
public struct LockSettings: Sendable {
  /// A file to lock in place of the one beside the cache, where its file system has no locks; the same
  /// for every process, and for this cache alone.
  public var path: String?
  /// Seconds to wait for another process.
  public var patience: Double

  public init(path: String? = nil, patience: Double = 30) {
    self.path = path
    self.patience = patience
  }
}

extension SyncLock {
  convenience init(of path: String, _ settings: LockSettings, _ cancellation: Cancellation) {
    self.init(
      cachePath: path, path: settings.path, patience: settings.patience, cancellation: cancellation)
  }
}
