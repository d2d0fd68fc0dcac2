import Glibc
import MemoryAPI
import MemoryModel
import System

/// The exclusive right to sync a cache, held by one memctl process at a time. The kernel releases
/// it when the process ends, however it ends.
///
/// It is a lock (`flock`) on a file beside the cache. The file contains the name of the holder, for
/// messages, and the mark of the last push, by which a copy of another cache is recognized.
package final class SyncLock {
  private let cachePath: String
  private let path: String
  /// Seconds to wait for another process.
  private let patience: Double
  private let cancellation: Cancellation
  /// The open file while the lock is held.
  private var held: Int32?
  private let tryLocking: (Int32) -> Int32

  /// - Parameters:
  ///   - cachePath: the path of a file that exists; two names of one file share one lock.
  ///   - path: another file to lock, if the cache's file system has no locks.
  ///   - tryLocking: locks without waiting, as `flock` does; tests replace it.
  package init(
    cachePath: String, path: String? = nil, patience: Double, cancellation: Cancellation,
    tryLocking: ((Int32) -> Int32)? = nil
  ) {
    self.cachePath = Path.resolved(cachePath)
    self.path = Self.path(of: cachePath, path)
    self.patience = patience
    self.cancellation = cancellation
    self.tryLocking = tryLocking ?? FileLock.tryLocking
  }

  /// The path of the file that is locked.
  ///
  /// - Parameter path: as for `init`.
  package static func path(of cachePath: String, _ path: String?) -> String {
    path ?? Path.resolved(cachePath) + ".memctl-lock"
  }

  /// Runs `body` while holding the lock.
  ///
  /// - Parameter patience: seconds to wait; nil for the lock's own.
  /// - Throws: `Problem` of kind `.busy`, which names the holder, if the lock is not free in time;
  ///   of kind `.interrupted` if the cancellation ends the wait; of kind `.file` if locking is
  ///   impossible.
  package func withLock<Result>(
    patience: Double? = nil, _ body: () throws -> Result
  ) throws -> Result {
    let descriptor = try openFile()
    // The file stays: if it were removed, two processes could lock two files of the same name.
    defer { close(descriptor) }
    try acquire(descriptor, patience: patience ?? self.patience)
    defer { FileLock.release(descriptor) }
    held = descriptor
    defer { held = nil }
    write(marks: marks)
    return try body()
  }

  /// Opens the file, which belongs to the cache's owner, whoever created it. It is written to, so
  /// it must be a file of its own and not a link to another one.
  private func openFile() throws -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? Problem.lockIsNoFile(path) : .cannotOpenLock(path, errno, of: cachePath)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1
    else {
      close(descriptor)
      throw Problem.lockIsNoFile(path)
    }
    var cache = stat()
    if geteuid() == 0, stat(cachePath, &cache) == 0, cache.st_uid != status.st_uid {
      fchown(descriptor, cache.st_uid, cache.st_gid)
    }
    return descriptor
  }

  private func acquire(_ descriptor: Int32, patience: Double) throws {
    do throws(FileLock.Failure) {
      try FileLock.acquire(
        descriptor, patience: patience, cancellation: cancellation, tryLocking: tryLocking)
    } catch {
      switch error {
      case .busy:
        let owner = Self.lines(descriptor).first ?? "unknown"
        throw Problem(
          .busy, "another memctl is syncing this cache (\(owner))",
          hint: "nothing is lost; try again when it is done")
      case .cancelled: throw Problem.interrupted
      case .unavailable(let reason): throw Problem.cannotLock(path, reason)
      }
    }
  }

  // MARK: The mark of the last push

  /// The marks that the cache may have: that of the last push, and also the previous one if that
  /// push may have ended before the cache got its mark. Empty if there was none. Valid only while
  /// the lock is held.
  var marks: [String] { Array((held.map(Self.lines) ?? []).dropFirst()) }

  /// Writes the marks; does nothing unless the lock is held.
  func write(marks: [String]) {
    guard let held else { return }
    let lines = ["process \(getpid()), since \(Timestamp.now)"] + marks
    let text = lines.map { "\($0)\n" }.joined()
    // In this order, a process that dies in between leaves no file without a mark.
    _ = text.withCString { pwrite(held, $0, strlen($0), 0) }
    ftruncate(held, text.utf8.count)
  }

  private static func lines(_ descriptor: Int32) -> [String] {
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = max(0, pread(descriptor, &buffer, buffer.count, 0))
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

extension Problem {
  fileprivate static func cannotOpenLock(
    _ path: String, _ reason: Int32, of cachePath: String
  ) -> Problem {
    Problem(
      .file, "cannot open the lock file \(path): \(SystemError(reason))",
      hint: reason == EACCES
        ? "it may belong to another user: sudo chown --reference='\(cachePath)' '\(path)'"
        : "check the folder and its permissions")
  }

  fileprivate static func lockIsNoFile(_ path: String) -> Problem {
    Problem(
      .file,
      "the lock file \(path) is a link or not an ordinary file, so memctl does not write to it",
      hint: "remove it; memctl makes a new one")
  }

  fileprivate static func cannotLock(_ path: String, _ reason: SystemError) -> Problem {
    Problem(
      .file, "the file system cannot lock \(path): \(reason)",
      hint: """
        set \(.lockFile) to a file on a local disk, used for this cache only and by every memctl \
        that uses the cache
        """)
  }
}
