import MemctlCore

/// Where everything stands.
struct Status {
  let server: Configuration.Value
  /// Nil if there is no key.
  let keySource: KeySource?
  let database: Configuration.Value
  /// Nil if there is no cache yet.
  let bytes: Int?
  let counts: Counts?
  let queue: QueueSummary?
  let origin: (address: String, account: String?)?
  let users: [CacheUser]
  /// Nil if the server was not asked.
  let check: ServerCheck?
  /// Why it was not.
  let unasked: String?
  let concerns: [Concern]

  var standing: Standing { Standing(concerns) }

  /// - Parameter cache: nil if there is none yet.
  /// - Throws: `Problem`.
  init(_ context: Context, _ cache: Cache?, asksServer: Bool) throws {
    let configuration = try context.configuration.get()
    let now = context.output.now
    server = try configuration.value(of: .apiURL)
    keySource = try configuration.keySource()
    database = try configuration.value(of: .db)
    let path = try configuration.databasePath()
    bytes = Cache.size(of: path)
    counts = try cache?.counts()
    queue = try cache?.queue.summary(at: now)
    origin = try cache?.origin()
    users = Cache.users(of: path, lock: try configuration.lock())
    let pause = try cache?.pause(at: now)
    unasked =
      !asksServer
      ? "not asked"
      : keySource == nil
        ? "not asked: there is no key"
        : configuration.isSyncDisabled
          ? "not asked: syncing is off"
          : pause.map { "not asked: it wants a pause, until \($0.relative(to: now))" }
    check = unasked == nil ? Self.ask(configuration, context) : nil
    concerns = try Concern.all(
      configuration, try cache?.syncState() ?? .new, account: origin?.account, check: check)
  }

  /// Seconds that the server has for its answer.
  private static let patience = 3.0

  private static func ask(_ configuration: Configuration, _ context: Context) -> ServerCheck {
    do {
      let server = try configuration.server(within: patience)
      Signals.cancel(context.cancellation)
      return server.check(context.cancellation)
    } catch {
      return .failed(error as? Problem ?? Problem(.bug, "a bug in memctl: \(error)"))
    }
  }
}
