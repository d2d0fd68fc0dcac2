import MemoryAPI
import System

/// Gives every change a time of its own, and knows up to which time all changes can be seen.
///
/// Times follow the host's clock, but each is later than the one before, even when that clock is set
/// back, and even across restarts. A watermark from `horizon` is exact: no change with an earlier time
/// commits after it. No watermark goes beyond the reservation, which is kept in the store: the next
/// run gives only later times, whatever the host's clock says by then.
final class Clock: Sendable {
  private struct State {
    var last: Timestamp
    /// While a group of changes is being committed: what all of their times are later than.
    var floor: Timestamp?
    var reserved: Timestamp
  }

  private let state: Monitor<State>

  /// Seconds that one reservation lasts. After a kill, times may be ahead by as much.
  private static let lease = 60.0

  /// - Parameters:
  ///   - last: the latest time that was given before.
  ///   - reserved: the reservation that the store has.
  init(last: Timestamp, reserved: Timestamp) {
    state = Monitor(State(last: max(last, reserved), reserved: reserved))
  }

  /// Runs `body`, which commits the changes it asks times for before it returns.
  ///
  /// When a new reservation is due, `body` is given it to commit with them.
  func group<Result>(_ body: (_ reservation: Timestamp?) throws -> Result) rethrows -> Result {
    let reservation = state.withLock { state in
      state.last = max(state.last, .now)
      state.floor = state.last
      let isDue = state.reserved < state.last.advanced(bySeconds: Self.lease / 2)
      return isDue ? state.last.advanced(bySeconds: Self.lease) : nil
    }
    defer { state.withLock { $0.floor = nil } }
    let result = try body(reservation)
    if let reservation { state.withLock { $0.reserved = reservation } }
    return result
  }

  /// The time for one change of the group that is running.
  func next() -> Timestamp {
    state.withLock { state in
      state.last = max(Timestamp(microseconds: state.last.microseconds + 1), .now)
      return state.last
    }
  }

  /// The latest time up to which every change is committed.
  ///
  /// - Returns: `isReserved` is false where the reservation has run out, and the time is earlier
  ///   than it could be after the next commit.
  func horizon() -> (time: Timestamp, isReserved: Bool) {
    state.withLock { state in
      if state.floor == nil { state.last = max(state.last, .now) }
      let time = state.floor ?? state.last
      return (min(time, state.reserved), time <= state.reserved)
    }
  }

  /// Ends the reservation, and returns the time after which the next run may begin.
  func close() -> Timestamp {
    state.withLock { state in
      state.last = max(state.last, .now)
      state.reserved = state.last
      return state.last
    }
  }
}
