import ServerStore
import System

/// What all requests that are running share.
final class Dispatcher: Sendable {
  let api: API
  let connections: Connections
  let requestLog: Log?
  private let state = Monitor(State())

  private struct State {
    var running = 0
    var largeBodies = 0
    var isDraining = false
  }

  /// Bodies of more than `Endpoint.usualBody` that are in memory at the same time.
  private static let largeBodyLimit = 4

  init(api: API, limits: Connections.Limits, requestLog: Log?) {
    self.api = api
    self.requestLog = requestLog
    connections = Connections(limits: limits)
  }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  func begin() { state.withLock { $0.running += 1 } }
  func end() { state.update { $0.running -= 1 } }

  /// Whether there is room for one more large body; then `dropLargeBody` is to follow.
  func takeLargeBody() -> Bool {
    state.withLock { state in
      guard state.largeBodies < Self.largeBodyLimit else { return false }
      state.largeBodies += 1
      return true
    }
  }

  func dropLargeBody() { state.withLock { $0.largeBodies -= 1 } }

  /// Waits for the requests that are running, at most for a time, and closes the store.
  func drain(within limit: Duration) {
    state.withLock { $0.isDraining = true }
    _ = state.wait(until: { $0.running == 0 }, seconds: Double(limit.components.seconds))
    // No connection may be suspended when the daemon stops: from here on no change is taken.
    api.store.close()
  }
}
