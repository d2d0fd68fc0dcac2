import CommandLine
import Glibc
import MemctlCore
import System

/// What a command works with. The cache is opened and the server's address looked up when they are
/// first asked for, so that `--help` touches no disk and `queue` no network.
final class Context {
  /// Every command there is.
  let table: CommandTable
  let arguments: ParsedCommand
  let environment: [String: String]
  private let unreadableVariables: Set<String>
  let terminal: Terminal
  let output: Output
  let cancellation = Cancellation()

  /// - Parameter unreadableVariables: those that `environment` lacks because they are not valid UTF-8.
  init(
    _ arguments: ParsedCommand, in table: CommandTable, environment: [String: String],
    unreadableVariables: Set<String> = []
  ) {
    self.arguments = arguments
    self.table = table
    self.environment = environment
    self.unreadableVariables = unreadableVariables
    terminal = Terminal(color: arguments[GlobalOptions.color] ?? .auto, environment: environment)
    let shape = arguments[GlobalOptions.json] ? .json : arguments[GlobalOptions.format]
    output = Output(terminal, shape: shape)
  }

  /// The user's folder: what the environment says, else the system.
  var home: String {
    if let home = environment["HOME"], !home.isEmpty { return home }
    return getpwuid(geteuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
  }

  var isQuiet: Bool { arguments[GlobalOptions.quiet] }

  private(set) lazy var configuration = Result { try Configuration(sources()) }

  private func sources() throws -> Configuration.Sources {
    let variables =
      Setting.allCases.flatMap(\.variables) + ["HOME", "MEMORY_HOME", "XDG_CONFIG_HOME"]
    if let name = variables.first(where: unreadableVariables.contains) {
      throw Problem(
        .configuration, "the environment variable \(name) is not valid UTF-8",
        hint: "set \(name) to a text in UTF-8")
    }
    var options: [Setting: String] = [:]
    for (setting, option) in [
      (Setting.db, GlobalOptions.db), (.apiURL, GlobalOptions.apiURL),
      (.apiKeyFile, GlobalOptions.apiKeyFile),
    ] {
      options[setting] = arguments[option]
      if options[setting] == "" {
        throw Problem(
          .usage, "--\(option.spec.name) is empty", hint: "is the variable set that you gave it?")
      }
    }
    return Configuration.Sources(
      options: options, environment: environment, home: home,
      readFile: SettingsFile.read, checkFile: SettingsFile.check,
      fileExists: { access($0, F_OK) == 0 })
  }

  private var openedCache: Cache?

  /// - Parameter access: what the command needs; a cache that is open already serves for all.
  /// - Throws: `Problem` of kind `.file`, `.notFound` or `.configuration`.
  func cache(_ access: Cache.Access = .change) throws -> Cache {
    if let openedCache { return openedCache }
    let path = try configuration.get().databasePath()
    note("cache \(path)")
    let cache = try Cache(
      path: path, access: access, cancellation: cancellation,
      temporaryFolder: temporaryFolder ?? "/tmp",
      tell: Self.tell)
    openedCache = cache
    return cache
  }

  /// Says what was wrong with the cache and is mended. The cache keeps it, so it keeps no context.
  static func tell(_ text: String) { printError("memctl: \(text.printable)") }

  /// Lets the next that asks for the cache open the file that the path names then.
  func closeCache() { openedCache = nil }

  private var temporaryFolder: String? {
    environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// An engine for the server that is configured, or for another one. From now on a signal asks it to
  /// stop.
  ///
  /// - Parameters:
  ///   - access: what the cache is opened for.
  ///   - overridesPause: whether to call a server that asked for a pause.
  /// - Throws: `Problem` of kind `.configuration` where there is no key, no usable address, or
  ///   syncing is off.
  func engine(
    at address: String? = nil, opening access: Cache.Access = .create, overridesPause: Bool = false
  ) throws -> SyncEngine {
    let configuration = try configuration.get()
    if configuration.isSyncDisabled {
      throw Problem(.configuration, "syncing is off", hint: "unset MEMORY_SYNC_DISABLE")
    }
    guard let key = try configuration.key() else {
      throw Problem(
        .configuration, "there is no key for the server, so nothing can be synced",
        hint: "set MEMORY_API_KEY, or name a file that holds it with --api-key-file")
    }
    let address = try address ?? configuration.serverAddress()
    note("server \(address)")
    let requests = try Requests(
      address: address, key: key, timeout: try configuration.timeout(),
      allowingHTTPTo: configuration.hostsAllowedHTTP)
    let cache = try cache(access)
    Signals.cancel(cancellation)
    let engine = SyncEngine(
      cache: cache, requests: requests,
      transport: CurlTransport(
        cancellation: cancellation,
        options: try transportOptions(configuration, isLoopback: requests.isLoopback)),
      lock: try lock(for: cache.path),
      cancellation: cancellation)
    engine.overridesPause = overridesPause
    if terminal.showsProgress, !isQuiet { engine.activity = ProgressLine().show }
    return engine
  }

  /// The right to sync the cache at `path`.
  func lock(for path: String) throws -> SyncLock {
    let configuration = try configuration.get()
    return SyncLock(
      cachePath: path, path: try configuration.lockFile(),
      patience: try configuration.lockTimeout(), cancellation: cancellation)
  }

  private func transportOptions(
    _ configuration: Configuration, isLoopback: Bool
  ) throws -> CurlTransport.Options {
    var options = CurlTransport.Options(userAgent: "memctl/\(Version.text)")
    options.tls = try configuration.tls()
    options.proxies = ProxySettings(environment: environment)
    options.leastRateWindow = try configuration.timeout()
    options.acceptsGzip = !isLoopback
    if let temporaryFolder { options.temporaryFolder = temporaryFolder }
    return options
  }

  /// Says something that `--verbose` asks for.
  func note(_ text: String) {
    if arguments[GlobalOptions.verbose] { printError("memctl: \(text.printable)") }
  }

  /// Asks before something that cannot be undone. Where nobody can answer, the command line itself
  /// was the decision.
  func confirm(_ question: String) -> Bool {
    guard terminal.isInputTerminal, terminal.isErrorTerminal, !arguments[GlobalOptions.noInput]
    else {
      return true
    }
    printError("\(question) [y/N] ", terminator: "")
    return readLine().map { ["y", "yes"].contains($0.lowercased()) } ?? false
  }
}
