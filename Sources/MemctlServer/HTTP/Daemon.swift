import CMicrohttpd
import Glibc

/// The HTTP side of the server: libmicrohttpd with two threads over epoll.
///
/// A thread never waits: a change is handed to the writer and its connection suspended until the
/// commit, and a long answer is made as its client takes it.
final class Daemon {
  private let mhd: OpaquePointer
  private let dispatcher: Dispatcher
  private let socket: Int32

  /// Connections that the daemon takes while others are being ended to make room for them.
  private static let spare = 64

  /// Starts to answer on `socket`, which listens already.
  init(socket: Int32, api: API, limits: Connections.Limits = .init()) throws(ServerFailure) {
    let dispatcher = Dispatcher(api: api, limits: limits)
    let callbacks = memctl_mhd_callbacks(
      // It outlives the daemon's threads: `stop` ends them before `self` lets go of it.
      context: Unmanaged.passUnretained(dispatcher).toOpaque(),
      began: requestBegan, connection: connectionChanged, handle: handleRequest,
      completed: requestCompleted)
    let mhdLimits = memctl_mhd_limits(
      threads: 2, connections: UInt32(limits.count + Self.spare),
      idle_timeout: UInt32(limits.patience.rounded(.up)), buffer: 64 * 1024)
    guard let mhd = memctl_mhd_start(socket, mhdLimits, callbacks) else {
      dispatcher.connections.close()
      throw ServerFailure(
        .configuration, "the HTTP server cannot start: \(lastSystemError())",
        hint: "look at this user's limits with ulimit -a")
    }
    self.mhd = mhd
    self.dispatcher = dispatcher
    self.socket = socket
  }

  /// Refuses new connections, finishes the requests that are running, and stops.
  ///
  /// - Parameter limit: how long to wait for clients that are slow to send or to take.
  func stop(within limit: Duration) {
    MHD_quiesce_daemon(mhd)
    shutdown(socket, Int32(SHUT_RDWR))
    dispatcher.drain(within: limit)
    MHD_stop_daemon(mhd)
    dispatcher.connections.close()
    close(socket)
  }
}

/// What the daemon's callbacks share.
final class Dispatcher: Sendable {
  let api: API
  let connections: Connections
  private let state = Monitor(State())

  private struct State {
    var running = 0
    var largeBodies = 0
    var isDraining = false
  }

  /// Bodies of more than `Endpoint.usualBody` that are in memory at the same time.
  private static let largeBodyLimit = 4

  init(api: API, limits: Connections.Limits) {
    self.api = api
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

  func drain(within limit: Duration) {
    state.withLock { $0.isDraining = true }
    _ = state.wait(until: { $0.running == 0 }, seconds: Double(limit.components.seconds))
    // No connection may be suspended when the daemon stops: from here on no change is taken.
    api.store.writer.close()
  }
}

// libmicrohttpd calls these on its own threads.

private func dispatcher(_ context: UnsafeMutableRawPointer?) -> Dispatcher {
  Unmanaged<Dispatcher>.fromOpaque(context!).takeUnretainedValue()
}

private func requestBegan(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  let dispatcher = dispatcher(context)
  dispatcher.begin()
  let exchange = Exchange(connection!, target: String(cString: target!), dispatcher: dispatcher)
  return Unmanaged.passRetained(exchange).toOpaque()
}

private func connectionChanged(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
  let connections = dispatcher(context).connections
  guard change == .CONNECTION_NOTIFY_STARTED else { return connections.closed(connection!) }
  let socket = memctl_mhd_socket(connection)
  connections.opened(connection!, socket: socket, address: peerAddress(of: socket))
}

private func handleRequest(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
  _ upload: UnsafePointer<CChar>?, _ uploadSize: UnsafeMutablePointer<Int>?,
  _ exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  let exchange = Unmanaged<Exchange>.fromOpaque(exchange!.pointee!).takeUnretainedValue()
  defer { uploadSize!.pointee = 0 }
  return exchange.advance(
    method: method!, version: version!,
    upload: UnsafeRawBufferPointer(start: upload, count: uploadSize!.pointee))
}

private func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
  Unmanaged<Exchange>.fromOpaque(exchange!.pointee!).release()
  dispatcher(context).connections.answered(connection!)
  dispatcher(context).end()
}
