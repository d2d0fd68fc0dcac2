import CMicrohttpd
import Glibc
import System

/// The HTTP side of the server: libmicrohttpd with two threads over epoll.
///
/// A thread never waits for a commit: a change is handed to the store, and its connection suspended
/// until it is done. A long answer is made as its client takes it.
final class Daemon {
  private let mhd: OpaquePointer
  private let dispatcher: Dispatcher
  private let socket: Int32

  /// Connections that are accepted while others are being ended to make room for them.
  private static let spare = 64

  /// Starts to answer on `socket`, which listens already.
  ///
  /// - Parameter requestLog: where each request is told; nil for nowhere.
  init(
    socket: Int32, api: API, limits: Connections.Limits = .init(), requestLog: Log? = nil
  ) throws(ServerFailure) {
    let dispatcher = Dispatcher(api: api, limits: limits, requestLog: requestLog)
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
        .configuration, "cannot start the HTTP server: \(SystemError())",
        hint: "check this user's limits with ulimit -a")
    }
    self.mhd = mhd
    self.dispatcher = dispatcher
    self.socket = socket
  }

  /// Refuses new connections, finishes the requests that are running, and stops.
  ///
  /// - Parameter limit: how long to wait for clients that are slow to send or to receive.
  func stop(within limit: Duration) {
    MHD_quiesce_daemon(mhd)
    shutdown(socket, Int32(SHUT_RDWR))
    dispatcher.drain(within: limit)
    MHD_stop_daemon(mhd)
    dispatcher.connections.close()
    close(socket)
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
  let request = ServedRequest(
    connection!, target: String(cString: target!), dispatcher: dispatcher)
  return Unmanaged.passRetained(request).toOpaque()
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
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  let request = Unmanaged<ServedRequest>.fromOpaque(request!.pointee!).takeUnretainedValue()
  defer { uploadSize!.pointee = 0 }
  return request.advance(
    method: method!, version: version!,
    upload: UnsafeRawBufferPointer(start: upload, count: uploadSize!.pointee))
}

private func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
  _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
  Unmanaged<ServedRequest>.fromOpaque(request!.pointee!).takeRetainedValue().completed()
  dispatcher(context).connections.answered(connection!)
  dispatcher(context).end()
}
