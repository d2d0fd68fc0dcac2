import Glibc
import System

/// The right to serve a file, which one process has at a time. `Clock` relies on being the only one.
final class StoreLock: Sendable {
  private let file: FileDescriptor

  /// Makes what is missing of the file at `path` and of the folder it is in, for their owner alone,
  /// and takes the lock.
  init(of path: String) throws(StoreOpeningFailure) {
    do {
      let folder = Path.folder(of: path)
      if !folder.isEmpty { try Folder.make(folder) }
      file = try FileDescriptor.open(path + ".lock", O_CREAT | O_RDWR)
      let store = try FileDescriptor.open(path, O_CREAT | O_RDWR)
      defer { store.close() }
      // One that others could read is closed to them.
      if fchmod(store.rawValue, 0o600) != 0 { throw SystemError() }
    } catch let error as FileError {
      throw .cannotOpen(error.path, reason: error.reason.description)
    } catch {
      throw .cannotOpen(path, reason: "\(error)")
    }
    do throws(FileLock.Failure) {
      try FileLock.acquire(file.rawValue)
    } catch {
      throw StoreOpeningFailure(error, path: path)
    }
  }

  deinit { file.close() }
}
