import MemoryAPI

/// Gives every change a time of its own, and tells up to when all changes can be seen.
///
/// Times follow the host's clock, but each is later than the one before, over a clock that is set
/// back too. A watermark from `horizon` is exact: no change with an earlier time commits after it.
final class Clock: Sendable {
  private struct State {
    var last: Timestamp
    /// While a group of changes is on its way: what all of its times are later than.
    var floor: Timestamp?
  }

  private let state: Monitor<State>

  /// - Parameter last: the latest time that was given before.
  init(last: Timestamp) { state = Monitor(State(last: last)) }

  /// Runs `body`, which commits the changes it asks times for before it returns.
  func group<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { state in
      state.last = max(state.last, .now)
      state.floor = state.last
    }
    defer { state.withLock { $0.floor = nil } }
    return try body()
  }

  /// The time for one change of the group that is running.
  func next() -> Timestamp {
    state.withLock { state in
      state.last = max(Timestamp(microseconds: state.last.microseconds + 1), .now)
      return state.last
    }
  }

  /// The latest time up to which every change is committed.
  func horizon() -> Timestamp {
    state.withLock { state in
      if let floor = state.floor { return floor }
      state.last = max(state.last, .now)
      return state.last
    }
  }
}
