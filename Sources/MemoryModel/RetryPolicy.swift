/// When an entry is tried again, and when it is given up. Pure: time and chance are passed in.
package struct RetryPolicy: Sendable {
  /// Definite failures after which an entry becomes a dead letter.
  package var attempts = 5
  /// Seconds before the second attempt; doubled with each further one.
  package var firstDelay = 15.0
  /// Seconds that a delay never exceeds.
  package var longestDelay = 3_600.0
  /// Seconds by which the server may commit a write later than its own clock says: how far back a
  /// pull looks behind the watermark, and how long a lost store may still turn up.
  package var lateness = 120.0
  /// Seconds after which a doubt that looking at the server cannot settle is left to the user.
  package var longestDoubt = 3_600.0
  /// Seconds for which a server that honours idempotency keys is trusted to remember one.
  package var keyLifetime = 86_400.0
  /// Seconds after which a pull compares everything, even if nothing seems to require it. It is
  /// also the longest that any server is trusted to keep the tombstones of deleted memories.
  package var comparisonInterval = 7 * 86_400.0

  package init() {}

  /// Seconds to wait after `failures` definite failures, at least one: exponential, capped, and
  /// spread over its upper half by `chance` in 0..<1, so that clients do not come back together.
  package func delay(afterFailures failures: Int, chance: Double) -> Double {
    let doubled = firstDelay * Double(1 << min(max(failures - 1, 0), 30))
    return min(doubled, longestDelay) * (0.5 + 0.5 * chance)
  }
}
