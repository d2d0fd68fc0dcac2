import Glibc

/// A value shared by threads: one at a time has it, and a thread can wait until it changes.
package final class Monitor<Value>: @unchecked Sendable {
  // The lock and the condition need an address of their own, which they keep.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var value: Value

  package init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    // Not the clock of the day: one that is set back must not make anybody wait for it.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Has the value for the time of `body`.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Like `withLock`, and wakes the threads that wait.
  package func update<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    defer { pthread_cond_broadcast(condition) }
    return try withLock(body)
  }

  // Each look at the value is an access of its own: one that spanned the waiting would let the
  // compiler assume that nobody else changes it.

  /// Waits until `isReady`, then has the value for the time of `body`.
  package func wait<Result>(
    until isReady: (Value) -> Bool, _ body: (inout Value) -> Result
  ) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReady(value) { pthread_cond_wait(condition, mutex) }
    return body(&value)
  }

  /// Waits until `isReady` or for so many seconds, and tells which.
  package func wait(until isReady: (Value) -> Bool, seconds limit: Double) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = time.tv_nsec + Int(limit * 1e9)
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReady(value) {
      if pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return isReady(value) }
    }
    return true
  }
}
