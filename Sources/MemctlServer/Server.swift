import Glibc
import ServerStore
import System

/// The embedded API server.
public final class Server: Sendable {
  private let options: ServerOptions
  private let store: SQLiteStore

  /// Opens the store, and makes it when missing.
  ///
  /// Call it once, before the process has other threads: SIGTERM and SIGINT are blocked from then on,
  /// until `run` waits for them.
  /// - Throws: `ServerFailure` when the store cannot be used, or is already served.
  public init(options: ServerOptions) throws(ServerFailure) {
    self.options = options
    // Before there are other threads, which would otherwise get the signals and die of them.
    signal(SIGPIPE, SIG_IGN)
    var ends = Self.ends
    pthread_sigmask(SIG_BLOCK, &ends, nil)
    do throws(StoreOpeningFailure) {
      store = try SQLiteStore(path: options.store)
    } catch {
      throw ServerFailure(error)
    }
  }

  /// Serves until SIGTERM or SIGINT, then gives running requests up to four seconds to finish, and
  /// returns.
  ///
  /// - Parameter onListening: is called with `http://HOST:PORT` when connections are accepted.
  /// - Throws: `ServerFailure` when the address cannot be listened on.
  public func run(onListening: (String) -> Void) throws(ServerFailure) {
    let (socket, port) = try options.listen.listen()
    let daemon = try Daemon(
      socket: socket, api: API(store: store, keys: options.keys),
      requestLog: options.logsRequests ? .standardError : nil)
    complain("serving the store \(Path.resolved(options.store))")
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
