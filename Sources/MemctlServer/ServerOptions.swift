/// What a server is started with.
public struct ServerOptions: Sendable {
  public let listen: ListenAddress
  /// The path of the SQLite file.
  public let store: String
  public let keys: Keys
  /// Whether each request is told on stderr.
  public let logsRequests: Bool

  public static let defaultListen = "127.0.0.1:8080"

  /// Completes the options of the command line; nil is an option that was not given.
  ///
  /// - Parameter environment: the value of an environment variable.
  /// - Throws: `ServerFailure` when an address, a path or a key is missing or cannot be used.
  public init(
    listen: String?, store: String?, keys: String?, logsRequests: Bool = false,
    environment: (String) -> String?
  ) throws(ServerFailure) {
    func variable(_ name: String) -> String? { environment(name).flatMap { $0 == "" ? nil : $0 } }
    self.logsRequests = logsRequests
    self.listen = try ListenAddress(listen ?? Self.defaultListen)

    if let store {
      self.store = store
    } else if let folder = variable("XDG_DATA_HOME") {
      self.store = "\(folder)/memctl/server.db"
    } else if let home = variable("HOME") {
      self.store = "\(home)/.local/share/memctl/server.db"
    } else {
      throw ServerFailure(
        .configuration, "nowhere to put the store: HOME is not set",
        hint: "name the file with --store FILE")
    }

    if let keys {
      self.keys = try Keys(file: keys)
    } else if let key = variable("MEMORY_API_KEY") ?? variable("CLAUDE_MEMORY_API_KEY") {
      self.keys = try Keys([(Keys.defaultUser, key)])
      guard self.listen.isLoopback else {
        throw ServerFailure(
          .configuration,
          "\(self.listen) can be reached from other machines, so --keys is required",
          hint: "give each user a key with --keys FILE, or listen on \(Self.defaultListen)")
      }
    } else {
      throw ServerFailure(
        .configuration, "there is no key, so nobody could use the server",
        hint: "set MEMORY_API_KEY, or give each user a key with --keys FILE")
    }
  }
}
