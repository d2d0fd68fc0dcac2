import System

/// Why a file cannot be served. Whatever it held is unchanged.
package enum StoreOpeningFailure: Error, Hashable, Sendable {
  case cannotOpen(_ path: String, reason: String)
  case servedByAnother(_ path: String)
  case cannotLock(_ path: String, reason: String)
  /// Another program's file, or one of a later version of this one.
  case foreign(_ path: String)
  case unusable(_ path: String, reason: String)

  /// - Parameter failure: why the lock of the store at `path` was not to be had.
  init(_ failure: FileLock.Failure, path: String) {
    self =
      switch failure {
      case .busy, .cancelled: .servedByAnother(path)
      case .unavailable(let reason): .cannotLock(path + ".lock", reason: reason.description)
      }
  }
}
