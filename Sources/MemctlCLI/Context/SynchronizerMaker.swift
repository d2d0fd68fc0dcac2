import MemctlCore

/// Makes what syncs, out of the settings.
struct SynchronizerMaker {
  private let configuration: ConfigurationReader
  private let cache: CacheOpener
  private let cancellation: Cancellation
  private let commentary: Commentary
  private let showsProgress: Bool

  init(
    _ configuration: ConfigurationReader, _ cache: CacheOpener, _ cancellation: Cancellation,
    _ commentary: Commentary, showsProgress: Bool
  ) {
    self.configuration = configuration
    self.cache = cache
    self.cancellation = cancellation
    self.commentary = commentary
    self.showsProgress = showsProgress
  }

  /// A synchronizer for the server that is configured, or for another one. From now on a signal asks
  /// it to stop.
  ///
  /// - Parameters:
  ///   - access: what the cache is opened for.
  ///   - overridesPause: whether to call a server that asked for a pause.
  /// - Throws: `Problem` of kind `.configuration` if there is no key or no usable address, or if
  ///   syncing is off.
  func callAsFunction(
    at address: String? = nil, opening access: CacheAccess = .create, overridesPause: Bool = false
  ) throws -> Synchronizer {
    let configuration = try configuration.get()
    let address = try address ?? configuration.serverAddress()
    commentary.say("server \(address)")
    let server = try configuration.server(at: address)
    let cache = try cache(access)
    Signals.cancel(cancellation)
    let synchronizer = Synchronizer(
      cache, with: server, lock: try configuration.lock(), cancellation: cancellation)
    synchronizer.overridesPause = overridesPause
    if showsProgress { synchronizer.activity = ProgressLine().show }
    return synchronizer
  }
}
