import Glibc

/// A lock that only one open file holds at a time (`flock`). The kernel releases it when the last
/// descriptor of that file is closed, so at the latest when the process ends, however it ends.
package enum FileLock {
  package enum Failure: Error, Hashable, Sendable {
    /// Another open file holds the lock, and did not release it within the patience.
    case busy
    case cancelled
    /// The file system does not support locks, or not on this file.
    case unavailable(SystemError)
  }

  /// Waits for the lock, trying fifty times a second.
  ///
  /// - Parameters:
  ///   - patience: seconds.
  ///   - cancellation: ends the wait.
  ///   - tryLocking: tries to take the lock without waiting, as `flock` does; tests replace it.
  package static func acquire(
    _ descriptor: Int32, patience: Double = 0, cancellation: Cancellation? = nil,
    tryLocking: (Int32) -> Int32 = tryLocking
  ) throws(Failure) {
    let interval = 0.02
    var waited = 0.0
    while tryLocking(descriptor) != 0 {
      let reason = errno
      guard [EWOULDBLOCK, EINTR].contains(reason) else { throw .unavailable(SystemError(reason)) }
      if pause(waited < patience ? interval : 0, cancellation) { throw .cancelled }
      if waited >= patience { throw .busy }
      waited += interval
    }
  }

  /// Calls `flock` without waiting: returns 0 with the lock, otherwise -1 with `errno` set.
  package static func tryLocking(_ descriptor: Int32) -> Int32 {
    flock(descriptor, LOCK_EX | LOCK_NB)
  }

  /// Gives the lock back. To close the descriptor is not enough while a child that was just forked still
  /// has it.
  package static func release(_ descriptor: Int32) { flock(descriptor, LOCK_UN) }

  private static func pause(_ seconds: Double, _ cancellation: Cancellation?) -> Bool {
    let milliseconds = Int32(seconds * 1000)
    if let cancellation { return cancellation.wait(milliseconds: milliseconds) }
    poll(nil, 0, milliseconds)
    return false
  }
}
