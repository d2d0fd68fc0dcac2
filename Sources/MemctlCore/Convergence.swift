import MemoryAPI
import MemoryModel
import MemorySync
import System

/// Syncs again and again until the server has what is waited for.
///
/// Between two attempts it waits as `WatchLoop` does after failures, or until an entry is due that
/// waits for a time.
public struct Convergence {
  /// What is waited for.
  public enum Goal: Sendable {
    /// The queue is empty except for what a person has to settle, and everything that changed on the
    /// server has been fetched.
    case everything
    /// The server has these memories. Nothing is fetched.
    case memories([LocalID])
  }

  /// Why the loop ended.
  public enum End: Sendable {
    case reached
    case timedOut
    /// A person has to do something first; the report says what.
    case stuck
    /// The cancellation, or the pause, ended it.
    case stopped
  }

  private let goal: Goal
  private let timeout: Double?
  private let cancellation: Cancellation
  private let cache: Cache
  private let synchronizer: () throws -> Synchronizer
  private let random: Randomness
  private let clock: () -> Double
  private let now: () -> Timestamp

  /// Seconds between two attempts if nothing fails and nothing is due earlier.
  private static let interval = 30.0

  /// - Parameters:
  ///   - timeout: seconds; nil to wait for ever. A write that is on its way is settled first.
  ///   - cancellation: the one of the synchronizer; it is cancelled when the time is over.
  ///   - synchronizer: called once, if anything has to be sent.
  public init(
    to goal: Goal, of cache: Cache, timeout: Double? = nil, cancellation: Cancellation,
    synchronizer: @escaping () throws -> Synchronizer
  ) {
    self.init(
      to: goal, of: cache, timeout: timeout, cancellation: cancellation, random: .system,
      synchronizer: synchronizer)
  }

  /// - Parameter clock: seconds on a clock that is never set.
  package init(
    to goal: Goal, of cache: Cache, timeout: Double?, cancellation: Cancellation,
    random: Randomness, clock: @escaping () -> Double = monotonicSeconds,
    now: @escaping () -> Timestamp = { .now }, synchronizer: @escaping () throws -> Synchronizer
  ) {
    self.goal = goal
    self.cache = cache
    self.timeout = timeout
    self.cancellation = cancellation
    self.random = random
    self.clock = clock
    self.now = now
    self.synchronizer = synchronizer
  }

  /// Runs until the goal is reached or cannot be reached.
  ///
  /// - Parameter pause: waits as long as it is told, or less if the goal may have been reached
  ///   meanwhile; returns true to end the loop.
  /// - Returns: why it ended, and what all attempts did together, with the problems of the last one
  ///   and every rejection.
  /// - Throws: as `Synchronizer.sync`, except for `.busy`.
  public func run(pause: (Pause) -> Bool) throws -> (end: End, report: SyncReport) {
    let deadline = timeout.map { clock() + $0 } ?? .infinity
    let timer = Cancellation()
    defer { timer.cancel() }
    if let timeout { cancel(after: timeout, unless: timer) }
    var total = SyncReport()
    if case .memories = goal, let end = try standing(&total) { return (end, total) }
    var pace = RetryPace(random: random, now: now)
    let synchronizer = try synchronizer()
    while true {
      let result = try attempt(synchronizer)
      total = total.followed(by: result)
      if let end = try standing(&total) { return (end, total) }
      let left = deadline - clock()
      if left <= 0 { return (.timedOut, total.afterTimeout) }
      if cancellation.isCancelled { return (.stopped, total) }
      let seconds = min(left, pace.seconds(after: result, interval: Self.interval))
      if pause(Pause(seconds: seconds, mayHurry: true)) {
        return clock() >= deadline ? (.timedOut, total.afterTimeout) : (.stopped, total)
      }
    }
  }

  private func attempt(_ synchronizer: Synchronizer) throws -> Result<SyncReport, Problem> {
    do {
      switch goal {
      case .everything: return .success(try synchronizer.sync())
      case .memories: return .success(try synchronizer.push())
      }
    } catch let problem as Problem where problem.kind == .busy || problem.kind == .interrupted {
      return .failure(problem)
    }
  }

  /// Nil while another attempt may help.
  private func standing(_ report: inout SyncReport) throws -> End? {
    let isOver = report.problems.contains {
      !$0.kind.isTransient && ![.rejected, .ambiguous, .interrupted].contains($0.kind)
    }
    switch goal {
    case .everything:
      if isOver { return .stuck }
      if report.problems.contains(where: { $0.kind.isTransient || $0.kind == .interrupted }) {
        return nil
      }
      let open = try cache.queue.entries().filter { $0.state != .dead && !$0.isDropped }
      if open.contains(where: \.candidates.isEmpty) { return nil }
      if let first = open.first { report.note(.ambiguous(first, count: open.count)) }
      return open.isEmpty && report.problems.isEmpty ? .reached : .stuck
    case .memories(let ids):
      var isReached = true
      for arrival in try cache.arrivals(of: ids) {
        switch arrival {
        case .arrived: break
        case .waiting: isReached = false
        case .stuck(let problem):
          report.note(problem)
          return .stuck
        }
      }
      return isReached ? .reached : isOver ? .stuck : nil
    }
  }

  private func cancel(after seconds: Double, unless timer: Cancellation) {
    let milliseconds = Int32(min(seconds * 1000, Double(Int32.max)))
    startThread { [cancellation] in
      if !timer.wait(milliseconds: milliseconds) { cancellation.cancel() }
    }
  }
}

extension SyncReport {
  /// This report without the interruption that the timeout was. It has a problem in any case, even if
  /// no attempt got as far as that.
  fileprivate var afterTimeout: SyncReport {
    var report = self
    report.forget(.interrupted)
    if report.problems.isEmpty {
      report.note(
        Problem(
          .waiting, "the time was over before everything was done",
          hint: "nothing is lost; \(.sync) goes on"))
    }
    return report
  }

  /// This report and that of the next attempt as one.
  fileprivate func followed(by next: Result<SyncReport, Problem>) -> SyncReport {
    var sum = SyncReport()
    let report = try? next.get()
    sum.push = report?.push ?? push
    if let push, let next = report?.push {
      var both = push + next
      (both.remaining, both.inDoubt, both.deferred) = (next.remaining, next.inDoubt, next.deferred)
      (both.waiting, both.nextAttemptAt) = (next.waiting, next.nextAttemptAt)
      sum.push = both
    }
    sum.pull = report?.pull ?? pull
    if let pull, let next = report?.pull { sum.pull = pull + next }
    // An attempt that was cut short says nothing of why the earlier ones failed.
    let isCutShort = next.problems.contains { $0.kind == .interrupted }
    for problem in problems where problem.kind == .rejected || isCutShort { sum.note(problem) }
    for problem in next.problems { sum.note(problem) }
    return sum
  }
}
