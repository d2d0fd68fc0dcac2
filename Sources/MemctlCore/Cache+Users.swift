import Glibc
import MemorySync
import System

/// A process that has a cache open, or the file that is locked to sync it.
public struct CacheUser: Hashable, Sendable {
  /// The number of the process.
  public let process: Int32
  /// Its command line, which may hold secrets; empty if the system does not tell.
  public let arguments: [String]
  /// Whether it is syncing the cache at the moment.
  public let isSyncing: Bool
}

extension Cache {
  /// The other processes that use the cache at `path`, as far as the system tells.
  public static func users(of path: String, lock: LockSettings = LockSettings()) -> [CacheUser] {
    let lock = SyncLock.path(of: path, lock.path)
    let syncing = OpenFiles.lockHolders(of: lock)
    return OpenFiles.holders(of: [path, path + "-wal", path + "-shm", lock]).map { holder in
      CacheUser(
        process: holder.process, arguments: holder.arguments,
        isSyncing: holder.paths.contains(lock) && syncing.contains(holder.process))
    }
  }
}

/// Lets `Cache.users` in other processes find this one while it has the cache closed.
package final class CachePresence {
  private var file: FileDescriptor?

  package init() {}

  deinit { file?.close() }

  /// Holds the file that is locked to sync the cache at `path`, in place of what was held before.
  ///
  /// It is only opened: not locked, and not created before the first sync does that. Call this while
  /// the cache is closed, for a process that closes a file loses the locks that SQLite has on it.
  package func renew(at path: String, lock: LockSettings) {
    file?.close()
    file = try? .openAtOnce(SyncLock.path(of: path, lock.path), O_RDONLY | O_NOFOLLOW)
  }
}

extension Cache {
  /// The bytes of the cache at `path` and of the log beside it; nil if there is no cache.
  public static func size(of path: String) -> Int? {
    func size(_ path: String) -> Int? {
      var status = stat()
      return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
    return size(path).map { $0 + (size(path + "-wal") ?? 0) }
  }
}
