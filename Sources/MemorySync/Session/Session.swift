import HTTPTransport
import MemoryAPI
import MemoryModel
import MemoryStore
import System

/// What a run of the sync engine works with: the cache and the server, one at a time.
///
/// Everything here that lends a transaction or asks the server takes exclusive access, so a request
/// within a transaction does not compile: a transaction never waits for the network.
struct Session: ~Copyable {
  private let ledger: any Ledger
  private let api: APIClient
  let conditions: SyncConditions
  /// Told what takes time while it does.
  let activity: (SyncActivity) -> Void
  /// The server that the cache is to belong to once all of its memories have been applied.
  var takeover: Origin?

  init(
    _ ledger: any Ledger, _ api: APIClient, _ conditions: SyncConditions,
    activity: @escaping (SyncActivity) -> Void
  ) {
    self.ledger = ledger
    self.api = api
    self.conditions = conditions
    self.activity = activity
  }

  /// Whether what is written is undone.
  var isRehearsal: Bool { ledger.isRehearsal }

  /// The requests that the server takes.
  var requests: Requests { api.requests }

  // MARK: The cache

  mutating func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result {
    try ledger.read(body)
  }

  mutating func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try ledger.write(body)
  }

  /// Sets a note, nil to remove it. What is so already takes no transaction.
  mutating func set(_ note: Note, _ value: String?) throws {
    if try read({ try $0.notes.value(of: note) }) == value { return }
    try write { try $0.notes.set(note, value) }
  }

  /// Compares the full-text index with the memories, and mends it; a rehearsal passes that over.
  mutating func checkIndex() throws { try ledger.checkIndex(at: conditions.now()) }

  // MARK: The server

  mutating func start(_ request: HTTPRequest) -> ExchangeID { api.transport.start(request) }

  /// Waits until an exchange ends; see `Transport.next`.
  mutating func nextEnds() -> [ExchangeEnd] { api.transport.next() }

  /// Asks auth-check; remembers a refusal of the key, and its end.
  mutating func checkAuth() throws -> AuthCheck {
    let check = api.checkAuth()
    switch check {
    case .accepted: try set(.authFailed, nil)
    case .setback(.unauthorized): try set(.authFailed, "1")
    case .unknown, .setback: break
    }
    return check
  }

  /// Whether the server has its database at hand, which auth-check does without. Nothing is applied.
  ///
  /// - Returns: nil where it answered.
  mutating func checkDatabase() throws -> Setback? {
    // What has changed since now is nothing, or little where a clock is wrong.
    let watermark = try read { try $0.notes.watermark() }
    return api.checkDatabase(since: max(conditions.now(), watermark ?? .epoch))
  }

  /// The problem that a setback of a question is, once it is noted what it says of the time to come.
  mutating func problem(of setback: Setback) throws -> Problem {
    let effect = SetbackEffect(setback, of: nil, api.requests, conditions)
    if let (note, value) = effect.note { try set(note, value) }
    return effect.problem
  }

  /// The body of a sync answer; nil when there is none, and the report says why.
  mutating func fetch(
    since: Timestamp?, into report: inout SyncReport
  ) throws -> ResponseBody? {
    activity(.waitingForServer)
    var setback: Setback
    do throws(Setback) {
      return try api.answer(to: api.requests.sync(since: since)).body
    } catch {
      setback = error
    }
    // The key may be refused, or only not be allowed to fetch: auth-check tells.
    if case .refused(403, _) = setback, case .setback(let other) = try checkAuth() {
      setback = other
    }
    report.note(try problem(of: setback))
    return nil
  }
}
