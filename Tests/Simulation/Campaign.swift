import Foundation
import Synchronization

/// Many seeds, on several threads, until all are tried or one fails.
public final class Campaign: Sendable {
  public struct Failure: Sendable {
    public let seed: UInt64
    public let violation: Violation
  }

  private struct State {
    var next: UInt64
    var done = 0
    var tally = Tally()
    var hash: UInt64 = 0
    var failures: [Failure] = []
  }

  private let state: Mutex<State>
  private let last: UInt64
  private let stopsAtFailure: Bool

  /// Tries every seed of a range and waits for the end.
  ///
  /// - Parameters:
  ///   - plants: made anew for each thread.
  ///   - hazards: those that the worlds may meet.
  ///   - stopsAtFailure: whether the first failure ends it.
  public init(
    _ seeds: ClosedRange<UInt64>, threads: Int = 2, stopsAtFailure: Bool = true,
    hazards: Set<Hazard> = Hazard.tried,
    plants: @Sendable @escaping () -> Plants = { Plants() }
  ) {
    state = Mutex(State(next: seeds.lowerBound))
    last = seeds.upperBound
    self.stopsAtFailure = stopsAtFailure
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let seed = nextSeed() {
        let simulation = Simulation(Schedule(seed: seed, hazards: hazards), plants: plants())
        state.withLock { state in
          state.done += 1
          state.tally.add(simulation.tally)
          state.hash ^= simulation.trace.hash
          if let violation = simulation.violation {
            state.failures.append(Failure(seed: seed, violation: violation))
          }
        }
      }
    }
  }

  private func nextSeed() -> UInt64? {
    state.withLock { state in
      if state.next > last || stopsAtFailure && !state.failures.isEmpty { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Lowest seed first.
  public var failures: [Failure] { state.withLock { $0.failures }.sorted { $0.seed < $1.seed } }
  public var tally: Tally { state.withLock { $0.tally } }
  /// Of all that happened: the same whenever the same seeds are tried.
  public var hash: UInt64 { state.withLock { $0.hash } }
  public var done: Int { state.withLock { $0.done } }
}
