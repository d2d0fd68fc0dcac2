import Glibc
import System

/// The connections that are open, and how long each may take.
///
/// Slow clients, malicious or not, must not keep others out. So everything has a deadline that single
/// bytes do not extend. When all places are taken, one of the address that has the most of them makes
/// room: the client that has gone longest without an admitted request.
final class Connections: Sendable {
  struct Limits: Sendable {
    /// Places. A connection beyond them takes the place of another.
    var count = 200
    /// Seconds for the head of a request, counted from the opening or from the answer before it; and
    /// for a body or an answer, in addition to the time that its bytes are given.
    var patience = 30.0
    /// The least rate of a body or an answer, in bytes a second.
    var rate = 16.0 * 1024
  }

  /// How libmicrohttpd identifies a connection.
  typealias ID = OpaquePointer

  private struct Connection {
    let socket: Int32
    let address: [UInt8]
    /// Whether it has a request that was admitted and is not answered yet.
    var isServed = false
    /// On the monotonic clock, in seconds.
    var deadline: Double
    /// Whether it was shut down, and its closing is still to be reported.
    var isEnding = false
  }

  private struct State {
    var connections: [ID: Connection] = [:]
    var isClosed = false
  }

  private let limits: Limits
  private let state = Monitor(State())

  init(limits: Limits) {
    self.limits = limits
    startThread { [state] in
      while state.wait(until: { !$0.connections.isEmpty || $0.isClosed }, { !$0.isClosed }) {
        state.withLock { Self.endOverdue(&$0.connections) }
        // Often enough for a patience of seconds, and seldom enough to cost nothing.
        _ = state.wait(until: \.isClosed, seconds: min(1, limits.patience / 4))
      }
    }
  }

  /// Ends the thread that watches the deadlines.
  func close() { state.update { $0.isClosed = true } }

  // MARK: What happens to a connection

  func opened(_ id: ID, socket: Int32, address: [UInt8]) {
    state.update { state in
      let open = state.connections.filter { !$0.value.isEnding }
      if open.count >= limits.count, let victim = Self.victim(of: open) {
        Self.end(&state.connections[victim]!)
      }
      state.connections[id] = Connection(
        socket: socket, address: address, deadline: monotonicSeconds() + limits.patience)
    }
  }

  /// After this its socket may be another connection's.
  func closed(_ id: ID) { state.withLock { _ = $0.connections.removeValue(forKey: id) } }

  /// The head of a request is complete; its body and its answer follow.
  func received(_ id: ID, isServed: Bool) {
    change(id) { connection in
      connection.isServed = isServed
      connection.deadline = monotonicSeconds() + limits.patience
    }
  }

  /// Bytes of a body came, or bytes of an answer are to go.
  func moved(_ id: ID, bytes: Int) {
    change(id) { $0.deadline += Double(bytes) / limits.rate }
  }

  /// It waits for the server.
  func waits(_ id: ID) { change(id) { $0.deadline = .infinity } }

  /// Its answer begins to go out.
  func answers(_ id: ID, bytes: Int) {
    change(id) { $0.deadline = monotonicSeconds() + limits.patience + Double(bytes) / limits.rate }
  }

  /// Its answer has gone out, and another request may come.
  func answered(_ id: ID) { received(id, isServed: false) }

  private func change(_ id: ID, _ body: (inout Connection) -> Void) {
    state.withLock { state in
      if state.connections[id] != nil { body(&state.connections[id]!) }
    }
  }

  // MARK: Ends

  private static func victim(of connections: [ID: Connection]) -> ID? {
    let crowds = connections.values.reduce(into: [:]) { $0[$1.address, default: 0] += 1 }
    return connections.filter { !$0.value.isServed }
      .max { left, right in
        let crowd = (crowds[left.value.address]!, crowds[right.value.address]!)
        return crowd.0 == crowd.1
          ? left.value.deadline > right.value.deadline : crowd.0 < crowd.1
      }?.key
  }

  private static func endOverdue(_ connections: inout [ID: Connection]) {
    let now = monotonicSeconds()
    for (id, connection) in connections where !connection.isEnding {
      if connection.deadline < now {
        end(&connections[id]!)
      } else if connection.deadline < .infinity, hasOnlyEnd(connection.socket) {
        // libmicrohttpd misses an end that arrives together with bytes, and would keep waiting. An
        // answer that is on its way still goes out.
        shutdown(connection.socket, Int32(SHUT_RD))
      }
    }
  }

  /// To the daemon it looks as if the client went away, and it closes the socket.
  private static func end(_ connection: inout Connection) {
    connection.isEnding = true
    shutdown(connection.socket, Int32(SHUT_RDWR))
  }

  /// Whether the client has stopped sending, and everything it sent was read.
  private static func hasOnlyEnd(_ socket: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }
}
