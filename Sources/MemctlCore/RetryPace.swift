import MemoryAPI
import MemoryModel
import System

/// How long a loop waits before it syncs again, by how its last attempts went.
struct RetryPace {
  let random: Randomness
  /// Reads the wall clock, in which a server gives the time to come back.
  let now: () -> Timestamp
  /// How many attempts in a row have failed in a way that passes by itself.
  private var failures = 0

  /// Seconds after which a server that was away is looked for again, at the latest. It takes one
  /// short request.
  private static let longestAbsence = 10.0

  init(random: Randomness, now: @escaping () -> Timestamp) {
    self.random = random
    self.now = now
  }

  /// The seconds until the next attempt.
  ///
  /// - Parameter interval: seconds between two attempts if all is well.
  mutating func seconds(
    after result: Result<SyncReport, Problem>, interval: Double
  ) -> Double {
    let report = try? result.get()
    let kinds = result.problems.map(\.kind)
    failures = kinds.contains(where: \.isTransient) ? failures + 1 : 0
    var seconds = interval
    if failures > 0 {
      var policy = RetryPolicy()
      policy.firstDelay = 1
      policy.longestDelay = interval
      // A server that fails or is overloaded is spared.
      if !kinds.contains(.serverFailed), !kinds.contains(.overloaded) {
        policy.longestDelay = min(interval, Self.longestAbsence)
      }
      seconds = policy.delay(afterFailures: failures, chance: random.fraction())
    }
    if let until = report?.pausedUntil { return max(seconds, until.seconds(since: now())) }
    if let next = report?.push?.nextAttemptAt, failures == 0 {
      return min(seconds, max(next.seconds(since: now()), 1))
    }
    return seconds
  }
}

/// The time between two attempts of a loop.
public struct Pause: Hashable, Sendable {
  /// Seconds until the next attempt is due.
  public let seconds: Double
  /// Whether a change of the cache is a reason to begin earlier.
  public let mayHurry: Bool

  /// The same in milliseconds, as `poll` takes them.
  public var milliseconds: Int32 { Int32(min((seconds * 1000).rounded(.up), 86_400_000)) }
}

extension Result where Success == SyncReport, Failure == Problem {
  /// What went wrong, whether or not the attempt came to a report.
  public var problems: [Problem] {
    switch self {
    case .success(let report): report.problems
    case .failure(let problem): [problem]
    }
  }
}
