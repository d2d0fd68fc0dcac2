import MemoryModel
import MemorySync
import System

/// Keeps a cache and a server equal: pushes the queue, pulls changes, and heals drift by a resync.
///
/// It runs on the caller's thread. However a run ends, by a cancellation, an error or a crash, it
/// leaves the file in a state from which the next run continues. One process at a time syncs a
/// cache; the others wait.
///
/// Problems of the server and the network are part of the report. What is thrown is a `Problem` of
/// kind `.file`, of kind `.busy` if another process is syncing, or of kind `.interrupted` if the
/// cancellation ends the wait for that process.
public final class Synchronizer {
  private let engine: SyncEngine

  /// - Parameters:
  ///   - lock: how other processes are kept from syncing the same cache.
  ///   - cancellation: once it is cancelled, nothing new is sent.
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

  /// Whether to call the server even though it asked for a pause.
  ///
  /// This is for a person who wants a sync now; a sync in the background should wait.
  public var overridesPause: Bool {
    get { engine.overridesPause }
    set { engine.overridesPause = newValue }
  }

  /// Receives the progress of a sync, on the thread that syncs.
  ///
  /// It must not use the cache, which may be in a transaction.
  public var activity: (SyncActivity) -> Void {
    get { engine.activity }
    set { engine.activity = newValue }
  }

  /// Pushes, then pulls; the pull runs even if entries could not be pushed.
  public func sync() throws -> SyncReport { try engine.sync() }

  /// Sends the queue, with at most `limit` requests.
  public func push(limit: Int? = nil) throws -> SyncReport { try engine.push(limit: limit) }

  /// Fetches what changed since the last pull, and applies it.
  public func pull() throws -> SyncReport { try engine.pull() }

  /// Pushes what the server lacks, then makes the cache equal to the server.
  ///
  /// - Parameter force: whether to proceed even if that deletes more than half of the cache, or if
  ///   the cache was filled from another server or account.
  public func resync(force: Bool = false) throws -> SyncReport { try engine.resync(force: force) }

  /// Tries to send these entries at once.
  ///
  /// If another process is syncing, they stay in the queue for that process to send.
  public func send(_ entries: [EntryID]) throws -> SyncReport { try engine.send(entries) }

  /// Rehearses an operation with the server's current answer, without changing either side.
  ///
  /// The report describes the queue as it is now.
  public func rehearse(
    _ operation: Rehearsed
  ) throws -> (report: SyncReport, plan: SyncPlan) {
    try engine.rehearse(operation)
  }

  /// Compares the cache with everything that the server has, and changes neither.
  ///
  /// It needs little more memory than the ids of the memories take, and what it returns.
  ///
  /// - Parameter limit: the most differences to return; all are counted.
  /// - Throws: also any `Problem` that keeps the server from being asked or its answer from being
  ///   used.
  public func verify(limit: Int = 1_000) throws -> Verification { try engine.verify(limit: limit) }

  // MARK: The server that a cache belongs to

  /// Records that the server that the cache was filled from now has this server's address.
  ///
  /// Ids, queue and watermark stay.
  ///
  /// - Throws: also `Problem` of kind `.refused` if the account or the memories show that it is
  ///   another server, and any problem that keeps the server from being asked. Then nothing was
  ///   changed.
  public func moveOrigin() throws -> OriginChange { try engine.moveOrigin() }

  /// Makes the cache belong to this server, and queues all of its memories for it.
  ///
  /// The ids of the former server are forgotten, and memories that the user withholds are not
  /// queued. What the server has already stays there, and is adopted where it is equal.
  ///
  /// - Parameter force: whether to proceed even if the server has memories.
  /// - Throws: also `Problem` of kind `.refused` if the server has memories, unless `force`, and
  ///   any problem that keeps the server from being asked. Then nothing was changed.
  public func adoptOrigin(force: Bool = false) throws -> OriginChange {
    try engine.adoptOrigin(force: force)
  }
}
