import Glibc

/// The embedded API server.
public final class Server: Sendable {
  private let options: ServerOptions
  private let store: ServerStore

  /// Opens the store, and makes it when missing.
  ///
  /// It is called once, before the process has other threads: SIGTERM and SIGINT are blocked from then
  /// on, until `run` waits for them.
  /// - Throws: `ServerFailure` when the store cannot be used or is being served already.
  public init(options: ServerOptions) throws(ServerFailure) {
    self.options = options
    // Before there are other threads, which would take what ends the server and die of it.
    signal(SIGPIPE, SIG_IGN)
    var ends = Self.ends
    pthread_sigmask(SIG_BLOCK, &ends, nil)
    store = try ServerStore(path: options.store)
  }

  /// Serves until SIGTERM or SIGINT, then finishes the requests that are running, for at most four
  /// seconds, and returns.
  ///
  /// - Parameter onListening: is called with `http://HOST:PORT` when connections are accepted.
  /// - Throws: `ServerFailure` when the address cannot be listened on.
  public func run(onListening: (String) -> Void) throws(ServerFailure) {
    let (socket, port) = try options.listen.listen()
    let daemon = try Daemon(socket: socket, api: API(store: store, keys: options.keys))
    onListening("http://\(options.listen.host):\(port)")

    var ends = Self.ends
    var received: Int32 = 0
    sigwait(&ends, &received)
    daemon.stop(within: .seconds(4))
  }

  /// The signals that end the server.
  private static var ends: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    return signals
  }
}
