import Glibc

/// The one right to sync a cache, held by one memctl process at a time. The kernel takes it back when
/// the process ends, however it ends.
///
/// It is a lock (`flock`) on a file beside the cache. In that file stands who holds it, for messages,
/// and the mark of the last push, by which a cache that is a copy of another one is recognized.
public final class SyncLock {
  private let path: String
  /// Seconds to wait for another process.
  private let patience: Double
  private let cancellation: Cancellation
  /// The open file while the lock is held.
  private var held: Int32?

  /// - Parameter cachePath: of a file that exists; two names of it are one lock.
  public init(cachePath: String, patience: Double, cancellation: Cancellation) {
    let resolved = realpath(cachePath, nil)
    defer { free(resolved) }
    path = (resolved.map { String(cString: $0) } ?? cachePath) + ".memctl-lock"
    self.patience = patience
    self.cancellation = cancellation
  }

  /// Runs `body` while holding the lock.
  ///
  /// - Parameter patience: seconds to wait; nil for the lock's own.
  /// - Throws: `Problem` of kind `.busy` that names who holds it, when that does not end in time.
  public func withLock<Result>(
    patience: Double? = nil, _ body: () throws -> Result
  ) throws -> Result {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Problem(.file, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    // The file stays: removing it would let two processes lock two files of the same name.
    defer { close(descriptor) }
    try acquire(descriptor, patience: patience ?? self.patience)
    // Closing would not be enough while a child that was just forked still has the descriptor.
    defer { flock(descriptor, LOCK_UN) }
    held = descriptor
    defer { held = nil }
    write(mark: mark)
    return try body()
  }

  // MARK: The mark of the last push

  /// What the last push noted; nil where none did. Only while the lock is held.
  var mark: String? {
    let lines = held.map(Self.lines) ?? []
    return lines.count > 1 ? lines[1] : nil
  }

  /// Notes a push. Only while the lock is held.
  func write(mark: String?) {
    guard let held else { return }
    let text = "process \(getpid()), since \(Timestamp.now)\n" + (mark.map { "\($0)\n" } ?? "")
    ftruncate(held, 0)
    _ = text.withCString { pwrite(held, $0, strlen($0), 0) }
  }

  private static func lines(_ descriptor: Int32) -> [String] {
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = max(0, pread(descriptor, &buffer, buffer.count, 0))
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func acquire(_ descriptor: Int32, patience: Double) throws {
    let interval = 0.02
    var waited = 0.0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if cancellation.wait(milliseconds: waited < patience ? Int32(interval * 1000) : 0) {
        throw Problem.interrupted
      }
      if waited >= patience {
        let owner = Self.lines(descriptor).first ?? "unknown"
        throw Problem(
          .busy, "another memctl is syncing this cache (\(owner))",
          hint: "nothing is lost; try again when it is done")
      }
      waited += interval
    }
  }
}
