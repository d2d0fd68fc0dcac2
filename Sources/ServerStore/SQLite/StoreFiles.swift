import System

/// The files that a store consists of, as they were when it was opened.
///
/// Whatever is written to a file that was removed or replaced is lost at the next start, so neither a
/// change nor an answer may rely on one.
struct StoreFiles: Sendable {
  private let identities: [(path: String, identity: FileIdentity?)]

  /// - Parameter path: a store that is open, so that all of its files are there.
  init(of path: String) {
    identities = ["", "-wal", "-shm", ".lock"].map { (path + $0, FileIdentity(path + $0)) }
  }

  /// - Throws: `StoreFailure` when a path no longer stands for the file that was opened.
  func check() throws(StoreFailure) {
    for (path, identity) in identities where FileIdentity(path) != identity {
      throw StoreFailure(
        .lost,
        """
        \(path) was removed or replaced while it was being served; nothing is read or written \
        until memctl-serve is restarted or the file is put back
        """)
    }
  }
}
