import MemoryAPI
import MemoryModel
import System

/// What a run depends on beside the cache and the server; a test owns all of it.
package struct SyncConditions {
  package let policy: RetryPolicy
  package let random: Randomness
  /// The clock.
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

  /// Whether nothing new is to be sent.
  var isCancelled: Bool { cancellation.isCancelled }
}
