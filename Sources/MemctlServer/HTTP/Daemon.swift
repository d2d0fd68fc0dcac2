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

  // A streamed answer holds up to three files of the store beside its connection: 200 of them stay
  // below the usual limit of 1,024 open files.
  private static let limits = memctl_mhd_limits(
    threads: 2, connections: 200, idle_timeout: 30, buffer: 64 * 1024)

  /// Starts to answer on `socket`, which listens already.
  init(socket: Int32, api: API) throws(ServerFailure) {
    let dispatcher = Dispatcher(api: api)
    let callbacks = memctl_mhd_callbacks(
      // It outlives the daemon's threads: `stop` ends them before `self` lets go of it.
      context: Unmanaged.passUnretained(dispatcher).toOpaque(),
      began: requestBegan, handle: handleRequest, completed: requestCompleted)
    guard let mhd = memctl_mhd_start(socket, Self.limits, callbacks) else {
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
    close(socket)
  }
}

/// What the daemon's callbacks share.
final class Dispatcher: Sendable {
  let api: API
  private let state = Monitor(State())

  private struct State {
    var running = 0
    var isDraining = false
  }

  init(api: API) { self.api = api }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  func begin() { state.withLock { $0.running += 1 } }
  func end() { state.update { $0.running -= 1 } }

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

private func handleRequest(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
  _ upload: UnsafePointer<CChar>?, _ uploadSize: UnsafeMutablePointer<Int>?,
  _ exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  let exchange = Unmanaged<Exchange>.fromOpaque(exchange!.pointee!).takeUnretainedValue()
  defer { uploadSize!.pointee = 0 }
  return exchange.advance(
    method: method!, upload: UnsafeRawBufferPointer(start: upload, count: uploadSize!.pointee))
}

private func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ exchange: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
  Unmanaged<Exchange>.fromOpaque(exchange!.pointee!).release()
  dispatcher(context).end()
}
