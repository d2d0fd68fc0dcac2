import Glibc
import System

/// The connections that are open, and how long each may take.
///
/// Clients that are slow, on purpose or not, must not keep others out. So everything has a deadline
/// that single bytes do not put off, and when all places are taken, the client that has waited
/// longest without a request that was let in makes room, one of the address that has most of them.
final class Connections: Sendable {
  struct Limits: Sendable {
    /// Places. More connections than that are accepted only to be ended.
    var count = 200
    /// Seconds for the head of a request, from the opening or the answer before; and for a body or an
    /// answer, beside what its bytes take.
    var patience = 30.0
    /// Bytes a second that a body and an answer must have at least.
    var rate = 16.0 * 1024
  }

  /// What libmicrohttpd calls a connection by.
  typealias ID = OpaquePointer

  private struct Connection {
    let socket: Int32
    let address: [UInt8]
    /// Whether its request was let in and not answered yet.
    var isServed = false
    /// On the monotonic clock, in seconds.
    var deadline: Double
    /// It was shut down, and its end will be told.
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

  /// Ends the thread that looks after the deadlines.
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

  /// Its head is complete, and what follows is its body and its answer.
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
        // libmicrohttpd does not see an end that came along with bytes, and would wait on. An answer
        // that is on its way still goes out.
        shutdown(connection.socket, Int32(SHUT_RD))
      }
    }
  }

  /// The daemon sees it as a client that went away, and closes the socket.
  private static func end(_ connection: inout Connection) {
    connection.isEnding = true
    shutdown(connection.socket, Int32(SHUT_RDWR))
  }

  /// Whether the client sends no more, and all that it sent was read.
  private static func hasOnlyEnd(_ socket: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }
}
