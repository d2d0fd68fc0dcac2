import HTTPTransport
import System

/// Keeps a cache and a server equal: pushes the queue, pulls what changed, heals drift by a resync.
///
/// It runs on the caller's thread. Whatever ends it, a command, a fault or a crash, leaves the file
/// in a state from which the next run goes on. Each operation holds the sync lock while it runs.
public final class SyncEngine {
  let cache: Cache
  let requests: Requests
  let transport: any Transport
  let lock: SyncLock?
  let cancellation: Cancellation
  let policy: RetryPolicy
  let random: Randomness
  let now: () -> Timestamp
  /// The server and account that were found to be those of the cache.
  private var admitted: Origin?
  /// The server that the cache is to belong to from now on, because the user insists.
  var newOrigin: Origin?
  /// Whether the server is called although it asked for a pause: a person wants it now.
  public var overridesPause = false
  /// Told what takes time while it does; on the thread that runs the engine.
  public var activity: (Activity) -> Void = { _ in }

  public enum Activity: Sendable {
    case waitingForLock
    case waitingForServer
    case pushing(done: Int, of: Int)
    case applying(Int)
    case ended
  }

  /// - Parameters:
  ///   - lock: nil where no other process can sync the same cache.
  ///   - cancellation: once it is expressed, nothing new is sent.
  ///   - now: the clock.
  public init(
    cache: Cache, requests: Requests, transport: any Transport, lock: SyncLock?,
    cancellation: Cancellation, policy: RetryPolicy = RetryPolicy(),
    random: Randomness = .system, now: @escaping () -> Timestamp = { .now }
  ) {
    self.cache = cache
    self.requests = requests
    self.transport = transport
    self.lock = lock
    self.cancellation = cancellation
    self.policy = policy
    self.random = random
    self.now = now
  }

  // MARK: Operations

  /// Pushes, then pulls; each runs whatever became of the other.
  ///
  /// - Throws: `Problem` of kind `.file` or `.busy`; everything else stands in the report.
  public func sync() throws -> SyncReport {
    try run(.sync) { report in
      try cache.checkIndex(at: now())
      try pullBeforeOldChanges(into: &report)
      try push(into: &report)
      try pull(into: &report)
      // A comparison finds what the server lacks.
      if report.pull.map({ $0.queued > 0 }) == true { try push(into: &report) }
    }
  }

  /// Sends the queue, at most `limit` requests.
  ///
  /// - Throws: as `sync`.
  public func push(limit: Int? = nil) throws -> SyncReport {
    try run(.push) { report in try push(into: &report, limit: limit) }
  }

  /// Fetches what changed since the watermark and applies it.
  ///
  /// - Throws: as `sync`.
  public func pull() throws -> SyncReport {
    try run(.pull) { report in
      try cache.checkIndex(at: now())
      try pull(into: &report)
    }
  }

  /// Pushes what the server lacks, then makes the cache equal to the server.
  ///
  /// - Parameter force: also where that deletes more than half of the cache, or where the cache was
  ///   filled from another server or account.
  /// - Throws: as `sync`.
  public func resync(force: Bool = false) throws -> SyncReport {
    try run(.sync, force: force) { report in
      try cache.checkIndex(at: now())
      // What is queued for another server waits until the cache is this one's.
      if newOrigin == nil {
        try pullBeforeOldChanges(into: &report)
        try push(into: &report)
      }
      try pullEverything(into: &report, force: force)
      // Orphans were found by comparing with the server, and are queued now.
      if report.pull != nil { try push(into: &report) }
      report.push = try report.push ?? queueState(PushReport())
      report.kept = try cache.counts().orphans
    }
  }

  /// Tries to send these entries at once. Where another process is syncing, they stay in the queue
  /// for it.
  ///
  /// - Throws: `Problem` of kind `.file`.
  public func send(_ entries: [EntryID]) throws -> SyncReport {
    do {
      return try run(nil, patience: 1) { report in
        try push(into: &report, only: Set(entries))
      }
    } catch let problem as Problem where problem.kind == .busy || problem.kind == .interrupted {
      var report = SyncReport()
      report.note(problem)
      return report
    }
  }

  // MARK: One run

  /// - Parameter scope: what `counts` tells the end of; nil where it tells nothing of this run.
  private func run(
    _ scope: LastRunError.Scope?, patience: Double? = nil, force: Bool = false,
    _ body: (inout SyncReport) throws -> Void
  ) throws -> SyncReport {
    try withLock(patience: patience) {
      var report = SyncReport()
      try recover()
      do {
        if let problem = try reasonNotToCall(force: force) { report.endCalls(problem) }
        defer { newOrigin = nil }
        try body(&report)
      } catch let problem as Problem {
        admitted = nil
        // Where the file itself is the problem, there may be no place for a note.
        if let scope { try? noteEnd(problem, of: scope) }
        throw problem
      }
      // After any trouble auth-check comes first again.
      if report.problems.contains(where: { $0.kind != .rejected }) { admitted = nil }
      if let scope { try noteEnd(report.problems.first { $0.kind != .rejected }, of: scope) }
      return report
    }
  }

  func withLock<Result>(patience: Double? = nil, _ body: () throws -> Result) throws -> Result {
    activity(.waitingForLock)
    defer { activity(.ended) }
    guard let lock else { return try body() }
    return try lock.withLock(patience: patience) {
      activity(.waitingForServer)
      return try body()
    }
  }

  /// Why the server must not be called now: it asked for a pause, it refused the key and still does,
  /// or it is not the one that the cache was filled from, unless `force`.
  func reasonNotToCall(force: Bool = false) throws -> Problem? {
    if let until = try cache.pause(at: now()) {
      guard overridesPause else { return .overloaded("it asked for a pause", until: until) }
      // Where it is needed still, the server says so again.
      try cache.endPause()
    }
    // Another process may have made the cache another server's meanwhile.
    if let admitted, try cache.origin()?.agrees(with: admitted) == true,
      try !cache.isKeyRefused()
    {
      return nil
    }
    admitted = nil
    let access = try checkAccess()
    if case .setback(let setback) = access { return try problem(of: setback) }
    let problem = try compareOrigin(access.account, force: force)
    if problem == nil, newOrigin == nil {
      admitted = Origin(address: requests.baseURL, account: access.account)
    }
    return problem
  }

  func recover() throws {
    let isCopy =
      try lock.map { lock in
        let marks = lock.marks
        return try !(marks.isEmpty ? [Self.noMark] : marks).contains(mark())
      } ?? false
    try cache.write {
      try cache.recover(
        at: now(), longestWait: max(policy.longestDelay, policy.lateness),
        longestFlight: requests.timeout * Double(Push.window / Push.width))
      if isCopy { try cache.doubtStores(at: now()) }
    }
    if isCopy { try markPush {} }
  }

  /// Runs `body`, which claims what is sent next, in a transaction together with a new mark of a push.
  ///
  /// The mark stands in the cache and beside it. Where a file was copied, and its original has pushed
  /// since, the two differ: what is pending in the copy may have been sent already.
  func markPush(_ body: () throws -> Void) throws {
    let lock = cache.isRehearsing ? nil : lock
    let new = random.identifier()
    lock?.write(marks: [try mark(), new])
    try cache.write {
      try body()
      if lock != nil { try cache.set(.pushMark, new) }
    }
    lock?.write(marks: [new])
  }

  private func mark() throws -> String { try cache.note(.pushMark) ?? Self.noMark }

  private static let noMark = "none"

  /// Whether an entry may go out as it stands: nothing is in doubt, or the server acts once on its
  /// key and cannot have forgotten it.
  func maySend(_ entry: QueueEntry) throws -> Bool {
    switch entry.state {
    case .pending: return true
    case .sending, .dead: return false
    case .inDoubt:
      guard !entry.deleteWhenKnown, !entry.isRejected, entry.attempts < policy.attempts,
        !entry.isDropped, !entry.wasSentWithoutKey,
        // A cache that was never pulled has no watermark; no key is older than its entry.
        let sentAfter = entry.sentAfter ?? Timestamp(entry.createdAt),
        try cache.note(.idempotentServer) == requests.baseURL
      else { return false }
      return now().seconds(since: sentAfter) < policy.keyLifetime
    }
  }

  /// Notes how a run ended, for every process to tell. That entries became dead letters is no error
  /// of the run's, and half a sync does not end the error of the other half.
  private func noteEnd(_ problem: Problem?, of scope: LastRunError.Scope) throws {
    if let problem {
      try cache.set(.lastError, LastRunError(problem, in: scope, at: now()).text)
      return
    }
    try cache.write {
      if let error = try cache.lastRunError(), scope != .sync, scope != error.scope { return }
      try cache.set(.lastSuccess, now().description)
      try cache.set(.lastError, nil)
    }
  }

  // MARK: Push

  private func push(
    into report: inout SyncReport, limit: Int? = nil, only: Set<EntryID>? = nil
  ) throws {
    var result = report.push ?? PushReport()
    if only == nil { result = result + (try settleDoubts(into: &report)) }
    if report.mayCall {
      var push = try Push(self, limit: limit, only: only)
      try push.run()
      result = result + push.report
      for problem in push.problems { report.note(problem) }
    }
    report.push = try queueState(result)
  }

  func queueState(_ report: PushReport) throws -> PushReport {
    var report = report
    let entries = try cache.entries().filter { $0.state != .dead && !$0.isDropped }
    report.remaining = entries.count
    report.inDoubt = entries.count { $0.state == .inDoubt || $0.state == .sending }
    report.deferred = entries.count { $0.isDeferred(at: now()) }
    let waiting = entries.filter { $0.state != .pending || $0.isDeferred(at: now()) }
    report.waiting = waiting.count
    report.nextAttemptAt = waiting.compactMap(\.nextAttemptAt).min()
    return report
  }

  func noteOverload(_ message: String, _ retryAfter: RetryAfter?) throws -> Problem {
    let until = retryAfter?.time(from: now())
    try cache.set(.notBefore, until?.description)
    return .overloaded(message, until: until)
  }

  /// A server that repeats the key is one that acts once on it; memctl relies on it from then on.
  func noteIdempotency(of response: HTTPResponse, key: String) throws {
    if response.headers["idempotency-key"] == key {
      try cache.set(.idempotentServer, requests.baseURL)
    }
  }
}

extension PushReport {
  /// The work of two pushes; the state of the queue is told after both.
  static func + (first: PushReport, second: PushReport) -> PushReport {
    var sum = first
    sum.sent += second.sent
    sum.acknowledged += second.acknowledged
    sum.adopted += second.adopted
    sum.cancelled += second.cancelled
    sum.dead += second.dead
    return sum
  }
}
