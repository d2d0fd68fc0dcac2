import Glibc

/// The embedded API server.
public final class Server: Sendable {
  private let options: ServerOptions
  private let store: ServerStore

  /// Opens the store, and makes it when missing.
  ///
  /// - Throws: `ServerFailure` when the store cannot be used or is being served already.
  public init(options: ServerOptions) throws(ServerFailure) {
    self.options = options
    store = try ServerStore(path: options.store)
  }

  /// Serves until SIGTERM or SIGINT, then finishes the requests that are running, for at most four
  /// seconds, and returns.
  ///
  /// It is called once, before the process has other threads: those signals are blocked in all.
  /// - Parameter onListening: is called with `http://HOST:PORT` when connections are accepted.
  /// - Throws: `ServerFailure` when the address cannot be listened on.
  public func run(onListening: (String) -> Void) throws(ServerFailure) {
    signal(SIGPIPE, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_BLOCK, &signals, nil)

    let (socket, port) = try options.listen.listen()
    let daemon = try Daemon(socket: socket, api: API(store: store, keys: options.keys))
    onListening("http://\(options.listen.host):\(port)")

    var received: Int32 = 0
    sigwait(&signals, &received)
    daemon.stop(within: .seconds(4))
  }
}
