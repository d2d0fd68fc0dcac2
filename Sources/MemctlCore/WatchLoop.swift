import MemoryAPI
import MemoryModel
import MemorySync
import System

/// The background loop: a resync at the start and after every ten intervals, a sync at all other
/// times.
///
/// After a failure that passes by itself, the next cycle comes within a second or two, and later
/// ones after longer and longer pauses, up to the interval. While the server refuses the key, only
/// auth-check is called.
public struct WatchLoop {
  /// What a cycle does.
  public enum Cycle: String, Sendable { case sync, resync }

  private let synchronizer: () throws -> Synchronizer
  private let interval: () -> Double
  private let random: Randomness
  private let clock: () -> Double
  private let now: () -> Timestamp

  private static let intervalsToResync = 10.0

  /// Creates a loop; `run` starts it.
  ///
  /// - Parameters:
  ///   - interval: seconds from the end of a cycle to the start of the next; asked for after each
  ///     cycle.
  ///   - synchronizer: called once for each cycle, so that each one opens the cache that the path
  ///     names at that time, even if the file was replaced.
  public init(
    interval: @escaping @autoclosure () -> Double, synchronizer: @escaping () throws -> Synchronizer
  ) {
    self.init(interval: interval, random: .system, synchronizer: synchronizer)
  }

  /// - Parameters:
  ///   - random: spreads the retries of many clients.
  ///   - clock: seconds on a clock that is never set.
  package init(
    interval: @escaping () -> Double, random: Randomness,
    clock: @escaping () -> Double = monotonicSeconds, now: @escaping () -> Timestamp = { .now },
    synchronizer: @escaping () throws -> Synchronizer
  ) {
    self.interval = interval
    self.random = random
    self.clock = clock
    self.now = now
    self.synchronizer = synchronizer
  }

  /// Runs until `pause` ends it, calling `ended` after each cycle.
  ///
  /// A cycle that fails is reported, and the loop continues. Requests that are on their way when
  /// the cancellation comes are settled before this returns.
  ///
  /// - Parameters:
  ///   - pause: waits as long as it is told, or less if the next cycle is to start at once; returns
  ///     true to end the loop.
  ///   - ended: receives the cycle and its result; an error that it throws ends the loop.
  public func run(
    pause: (Pause) -> Bool, ended: (Cycle, Result<SyncReport, Problem>) throws -> Void
  ) throws {
    var nextResync = -Double.infinity
    var pace = RetryPace(random: random, now: now)
    while true {
      let cycle: Cycle = clock() >= nextResync ? .resync : .sync
      if cycle == .resync { nextResync = clock() + Self.intervalsToResync * interval() }
      let result = Result { () throws(Problem) in try perform(cycle) }
      try ended(cycle, result)
      // What keeps a sync from working keeps it from sending what is queued now.
      let mayHurry = result.problems.allSatisfy { $0.kind == .rejected }
      let seconds = pace.seconds(after: result, interval: interval())
      if pause(Pause(seconds: seconds, mayHurry: mayHurry)) { return }
    }
  }

  private func perform(_ cycle: Cycle) throws(Problem) -> SyncReport {
    do {
      let synchronizer = try synchronizer()
      return try cycle == .resync ? synchronizer.resync() : synchronizer.sync()
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.bug, "a sync failed with an unexpected error: \(error)")
    }
  }
}
