import Glibc

/// The files that a store consists of, as they were when it was opened.
///
/// What is written into a file that was removed or replaced is lost at the next start, so neither a
/// change nor an answer may rest on one.
struct StoreFiles: Sendable {
  private let identities: [(path: String, identity: Identity?)]

  /// - Parameter path: a store that is open, so that all of its files are there.
  init(of path: String) {
    identities = ["", "-wal", "-shm", ".lock"].map { (path + $0, Identity(path + $0)) }
  }

  /// - Throws: `StoreIsGone` when a path no longer stands for the file that was opened.
  func check() throws {
    for (path, identity) in identities where Identity(path) != identity {
      throw StoreIsGone(path: path)
    }
  }

  private struct Identity: Equatable {
    private let device: UInt
    private let number: UInt

    /// Nil where there is no file.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    }
  }
}

struct StoreIsGone: Error, CustomStringConvertible {
  let path: String

  var description: String {
    """
    \(path) was removed or replaced while it was being served; nothing is read or written until \
    memctl-serve is restarted
    """
  }
}
