import MemoryAPI
import MemoryModel
import System

/// What a run depends on besides the cache and the server; tests control all of it.
package struct SyncConditions {
  package let policy: RetryPolicy
  package let random: Randomness
  /// Reads the clock.
  package let now: () -> Timestamp
  package let cancellation: Cancellation

  package init(
    policy: RetryPolicy = RetryPolicy(), random: Randomness = .system,
    now: @escaping () -> Timestamp = { .now }, cancellation: Cancellation
  ) {
    self.policy = policy
    self.random = random
    self.now = now
    self.cancellation = cancellation
  }

  /// Whether nothing new may be sent.
  var isCancelled: Bool { cancellation.isCancelled }
}
