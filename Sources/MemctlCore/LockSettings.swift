import MemorySync
import System

/// How processes that sync the same cache are kept apart.
public struct LockSettings: Sendable {
  /// A file to lock in place of the one beside the cache, for a file system without locks.
  ///
  /// It has to be the same for every process, and may not be used for any other cache.
  public var path: String?
  /// Seconds to wait for another process.
  public var patience: Double

  /// Creates settings; the defaults are the file beside the cache and 30 seconds.
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
