import CSQLite
import Glibc

/// How long a connection waits for another one's lock: for some time, or until it is interrupted.
final class Patience {
  private let limit: Duration
  /// Readable once waits are to end; -1 if nothing interrupts them.
  private let interruption: Int32
  private var start = ContinuousClock.now
  private var isLate = false
  /// Whether the last wait ended because of the interruption.
  private(set) var wasInterrupted = false

  /// For a wait that begins after the interruption, to save what was under way; most locks are held
  /// for less.
  private static let lastWait = Duration.milliseconds(500)
  private static let longestPause: Int32 = 50

  init(milliseconds: Int32, interruption: Int32?) {
    limit = .milliseconds(Int(milliseconds))
    self.interruption = interruption ?? -1
  }

  /// Makes `connection` wait in this way; `self` must outlive it.
  func govern(_ connection: OpaquePointer) {
    sqlite3_busy_handler(
      connection,
      { patience, attempt in
        let patience = Unmanaged<Patience>.fromOpaque(patience!).takeUnretainedValue()
        return patience.waits(attempt) ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Waits for a moment; false if the wait for a lock is over.
  ///
  /// - Parameter attempt: how often it has waited for the same lock before.
  private func waits(_ attempt: Int32) -> Bool {
    if attempt == 0 {
      start = .now
      isLate = isInterrupted(after: 0)
      wasInterrupted = false
    }
    let pause = min(1 << min(attempt, 16), Self.longestPause)
    if isLate {
      poll(nil, 0, pause)
      wasInterrupted = ContinuousClock.now - start >= Self.lastWait
    } else {
      wasInterrupted = isInterrupted(after: pause)
    }
    return !wasInterrupted && ContinuousClock.now - start < limit
  }

  private func isInterrupted(after milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: interruption, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) > 0
  }
}
