import HTTPTransport
import MemctlCore
import System

/// Makes what syncs, out of the settings.
struct EngineMaker {
  private let configuration: ConfigurationReader
  private let environment: Environment
  private let cache: CacheOpener
  private let cancellation: Cancellation
  private let commentary: Commentary
  private let showsProgress: Bool

  init(
    _ configuration: ConfigurationReader, _ environment: Environment, _ cache: CacheOpener,
    _ cancellation: Cancellation, _ commentary: Commentary, showsProgress: Bool
  ) {
    self.configuration = configuration
    self.environment = environment
    self.cache = cache
    self.cancellation = cancellation
    self.commentary = commentary
    self.showsProgress = showsProgress
  }

  /// An engine for the server that is configured, or for another one. From now on a signal asks it to
  /// stop.
  ///
  /// - Parameters:
  ///   - access: what the cache is opened for.
  ///   - overridesPause: whether to call a server that asked for a pause.
  /// - Throws: `Problem` of kind `.configuration` where there is no key, no usable address, or
  ///   syncing is off.
  func callAsFunction(
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
    commentary.say("server \(address)")
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
    if showsProgress { engine.activity = ProgressLine().show }
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
    options.proxies = ProxySettings(environment: environment.variables)
    options.leastRateWindow = try configuration.timeout()
    options.acceptsGzip = !isLoopback
    if let folder = environment.temporaryFolder { options.temporaryFolder = folder }
    return options
  }
}
