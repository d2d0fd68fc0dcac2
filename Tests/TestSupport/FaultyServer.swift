import Foundation

/// An HTTP server on a loopback port of its own which misbehaves on request and records what it was
/// asked. Each connection has a thread. It stops when it is no longer used.
public final class FaultyServer: Sendable {
  public struct Request: Sendable {
    /// The first connection of a server is 1.
    public let connection: Int
    public let method: String
    /// As in the request line, so a whole URL when the server is used as a proxy.
    public let path: String
    /// Names in lower case.
    public let headers: [String: String]
    public let body: [UInt8]
  }

  public let port: UInt16
  let state: FaultyServerState
  private let listener: Int32

  /// The first request gets the first behaviour of `script`, and so on; later ones get `thereafter`.
  public init(_ script: FaultyBehaviour..., thereafter: FaultyBehaviour = .answer()) {
    _ = Self.prepared
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    precondition(bound, "no loopback port is left")
    port = UInt16(bigEndian: address.sin_port)
    let state = FaultyServerState(script: script, thereafter: thereafter)
    self.state = state
    Thread.detachNewThread {
      while true {
        let socket = accept(descriptor, nil, nil)
        guard socket >= 0 else { break }
        let number = state.opened(socket)
        Thread.detachNewThread {
          FaultyConnection(socket: socket, number: number, state: state).serve()
        }
      }
      close(descriptor)
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    state.stop()
  }

  private static let prepared: Void = {
    // A client that goes away must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    // The client is to reach this server, not the proxy of the machine the tests run on.
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
      unsetenv(name)
    }
  }()

  /// The address of `path` on this server.
  public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// In the order in which they were read to their end.
  public var requests: [Request] { state.read { $0.requests } }
  public var connectionCount: Int { state.read { $0.connectionCount } }

  /// Lets every `hold` go on, those to come too.
  public func release() { state.change { $0.isReleased = true } }

  public func awaitRequests(_ count: Int) { state.wait { $0.requests.count >= count } }
  /// Waits until the server has closed so many connections.
  public func awaitClosedConnections(_ count: Int) { state.wait { $0.closedCount >= count } }
}

/// What the threads of a server share.
final class FaultyServerState: @unchecked Sendable {
  struct Values {
    var script: [FaultyBehaviour]
    let thereafter: FaultyBehaviour
    var requests: [FaultyServer.Request] = []
    var openSockets: [Int: Int32] = [:]
    var connectionCount = 0
    var closedCount: Int { connectionCount - openSockets.count }
    var isReleased = false
    var isStopped = false
  }

  private let condition = NSCondition()
  private var values: Values

  init(script: [FaultyBehaviour], thereafter: FaultyBehaviour) {
    values = Values(script: script, thereafter: thereafter)
  }

  func read<Result>(_ body: (Values) -> Result) -> Result { condition.withLock { body(values) } }

  @discardableResult
  func change<Result>(_ body: (inout Values) -> Result) -> Result {
    condition.withLock {
      defer { condition.broadcast() }
      return body(&values)
    }
  }

  /// False when the server was stopped, or the time was over, first.
  @discardableResult
  func wait(seconds: Double = 600, _ isReached: (Values) -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    return condition.withLock {
      while !isReached(values) {
        if values.isStopped || !condition.wait(until: deadline) { return false }
      }
      return true
    }
  }

  func nextBehaviour() -> FaultyBehaviour {
    change { $0.script.isEmpty ? $0.thereafter : $0.script.removeFirst() }
  }

  func opened(_ socket: Int32) -> Int {
    change {
      $0.connectionCount += 1
      $0.openSockets[$0.connectionCount] = socket
      if $0.isStopped { shutdown(socket, Int32(SHUT_RDWR)) }
      return $0.connectionCount
    }
  }

  /// Closes under the lock, so that `stop` never shuts down a number that means another file.
  func close(_ connection: Int) {
    change {
      guard let socket = $0.openSockets.removeValue(forKey: connection) else { return }
      Glibc.close(socket)
    }
  }

  func stop() {
    change {
      $0.isStopped = true
      for socket in $0.openSockets.values { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }
}
