import HTTPTransport
import MemoryAPI
import MemoryModel
import MemoryStore
import System

/// The cache and the server that a run of the sync engine works with, one at a time.
///
/// Every function here that lends a transaction or calls the server takes exclusive access. So a
/// request within a transaction does not compile: a transaction never waits for the network.
struct Session: ~Copyable {
  private let ledger: any Ledger
  private let api: APIClient
  let conditions: SyncConditions
  /// Receives the progress of long operations.
  let activity: (SyncActivity) -> Void
  /// The server that the cache will belong to once all of that server's memories have been applied.
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

  /// Whether everything that is written is undone.
  var isRehearsal: Bool { ledger.isRehearsal }

  /// The requests that this server understands.
  var requests: Requests { api.requests }

  // MARK: The cache

  mutating func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result {
    try ledger.read(body)
  }

  mutating func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try ledger.write(body)
  }

  /// Sets a note, or removes it if the value is nil. A value that is already set takes no
  /// transaction.
  mutating func set(_ note: Note, _ value: String?) throws {
    if try read({ try $0.notes.value(of: note) }) == value { return }
    try write { try $0.notes.set(note, value) }
  }

  /// Compares the full-text index with the memories, and repairs it; a rehearsal skips this.
  mutating func checkIndex() throws { try ledger.checkIndex(at: conditions.now()) }

  // MARK: The server

  mutating func start(_ request: HTTPRequest) -> ExchangeID { api.transport.start(request) }

  /// Waits until an exchange ends; see `Transport.next`.
  mutating func nextEnds() -> [ExchangeEnd] { api.transport.next() }

  /// Calls auth-check, and notes whether the key is refused or accepted again.
  mutating func checkAuth() throws -> AuthCheck {
    let check = api.checkAuth()
    switch check {
    case .accepted: try set(.authFailed, nil)
    case .setback(.unauthorized): try set(.authFailed, "1")
    case .unknown, .setback: break
    }
    return check
  }

  /// Checks whether the server can reach its database, which auth-check does not need. Nothing is
  /// applied.
  ///
  /// - Returns: nil if the server answered properly.
  mutating func checkDatabase() throws -> Setback? {
    // Nothing has changed since now, or little if a clock is wrong.
    let watermark = try read { try $0.notes.watermark() }
    return api.checkDatabase(since: max(conditions.now(), watermark ?? .epoch))
  }

  /// Notes what a setback of a question means for later calls, and returns it as a problem.
  mutating func problem(of setback: Setback) throws -> Problem {
    let effect = SetbackEffect(setback, of: nil, api.requests, conditions)
    if let (note, value) = effect.note { try set(note, value) }
    return effect.problem
  }

  /// The body of a sync answer; nil if there is none, with the reason in the report.
  mutating func fetch(
    since: Timestamp?, into report: inout SyncReport
  ) throws -> ResponseBody? {
    activity(.waitingForServer)
    var setback: Setback
    do throws(Setback) {
      return try api.answer(to: api.requests.sync(since: since)) { [activity] in
        activity(.receiving($0.received, of: $0.total, isEstimate: $0.isEstimate))
      }.body
    } catch {
      setback = error
    }
    // Either the key is refused, or it only may not fetch; auth-check tells which.
    if case .refused(403, _) = setback, case .setback(let other) = try checkAuth() {
      setback = other
    }
    let problem = try problem(of: setback)
    report.note(problem == .interrupted ? .interruptedFetch : problem)
    return nil
  }

  /// The body of a sync answer.
  ///
  /// - Throws: the `Problem` that there is none.
  mutating func fetchOrThrow(since: Timestamp?) throws -> ResponseBody {
    var report = SyncReport()
    if let body = try fetch(since: since, into: &report) { return body }
    throw report.problems.first ?? .interrupted
  }
}
