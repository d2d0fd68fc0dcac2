import MemoryAPI
import MemoryModel
import MemoryStore

/// Keeps a cache and a server equal: pushes the queue, pulls changes, and heals drift by a resync.
///
/// It runs on the caller's thread. However a run ends, by a cancellation, an error or a crash, it
/// leaves the file in a state from which the next run continues. Each operation holds the sync lock
/// while it runs.
package final class SyncEngine {
  let database: Database
  private let api: APIClient
  private let lock: SyncLock?
  let conditions: SyncConditions
  /// The server and account that were found to be those of the cache.
  private var admitted: Origin?
  /// Whether to call the server even though it asked for a pause, because a person wants a sync
  /// now.
  package var overridesPause = false
  /// Receives the progress of a run, on the thread that runs the engine.
  package var activity: (SyncActivity) -> Void = { _ in }

  /// - Parameter lock: nil if no other process can sync the same cache.
  package init(
    _ database: Database, _ api: APIClient, lock: SyncLock?, _ conditions: SyncConditions
  ) {
    self.database = database
    self.api = api
    self.lock = lock
    self.conditions = conditions
  }

  // MARK: Operations

  /// Pushes, then pulls; the pull runs even if entries could not be pushed.
  ///
  /// - Throws: `Problem` of kind `.file`, `.busy` or `.interrupted`; all else is part of the
  ///   report.
  package func sync() throws -> SyncReport {
    try run(.sync) { session, report in
      try session.checkIndex()
      try Pull().runBeforeOldChanges(&session, into: &report)
      try push(&session, into: &report)
      try Pull().run(&session, into: &report)
      // A comparison finds what the server lacks.
      if report.pull.map({ $0.queued > 0 }) == true { try push(&session, into: &report) }
    }
  }

  /// Sends the queue, with at most `limit` requests.
  ///
  /// - Throws: as `sync`.
  package func push(limit: Int? = nil) throws -> SyncReport {
    try run(.push) { session, report in try push(&session, into: &report, limit: limit) }
  }

  /// Fetches what changed since the watermark, and applies it.
  ///
  /// - Throws: as `sync`.
  package func pull() throws -> SyncReport {
    try run(.pull) { session, report in
      try session.checkIndex()
      try Pull().run(&session, into: &report)
    }
  }

  /// Pushes what the server lacks, then makes the cache equal to the server.
  ///
  /// - Parameter force: whether to proceed even if that deletes more than half of the cache, or if
  ///   the cache was filled from another server or account.
  /// - Throws: as `sync`.
  package func resync(force: Bool = false) throws -> SyncReport {
    try run(.sync, force: force) { session, report in
      try session.checkIndex()
      // What is queued for another server waits until the cache belongs to this one.
      if session.takeover == nil {
        try Pull().runBeforeOldChanges(&session, into: &report)
        try push(&session, into: &report)
      }
      try Pull().pullEverything(&session, into: &report, force: force)
      // Comparing with the server found the orphans, and they are queued now.
      if report.pull != nil { try push(&session, into: &report) }
      if report.push == nil { report.push = try session.withQueueState(PushReport()) }
      report.kept = try session.read { try $0.memories.countUnlinked() }
    }
  }

  /// Tries to send these entries at once. If another process is syncing, they stay in the queue for
  /// that process to send.
  ///
  /// - Throws: `Problem` of kind `.file`.
  package func send(_ entries: [EntryID]) throws -> SyncReport {
    do {
      return try run(nil, patience: 1) { session, report in
        try push(&session, into: &report, only: Set(entries))
      }
    } catch let problem as Problem where problem.kind == .busy || problem.kind == .interrupted {
      var report = SyncReport()
      report.note(problem)
      return report
    }
  }

  /// Rehearses an operation with the server's current answer, without changing either side. The
  /// report describes the queue as it is now.
  ///
  /// - Throws: as the operation.
  package func rehearse(
    _ operation: Rehearsed
  ) throws -> (report: SyncReport, plan: SyncPlan) {
    try withSession(isRehearsal: true) { session in
      var report = SyncReport()
      // The file shows what a push would send; the other operations ask the server.
      if operation.asksServer,
        let problem = try reasonNotToCall(&session, force: operation.isForced)
      {
        report.endCalls(problem)
        report.push = try session.withQueueState(PushReport())
        return (report, SyncPlan())
      }
      let plan = try SyncPlan.make(of: operation, &session, mark, into: &report)
      return (report, plan)
    }
  }

  // MARK: One run

  /// Runs `body` with a session while holding the sync lock.
  func withSession<Result>(
    isRehearsal: Bool = false, patience: Double? = nil,
    _ body: (inout Session) throws -> Result
  ) throws -> Result {
    activity(.waitingForLock)
    defer { activity(.ended) }
    func perform() throws -> Result {
      let ledger: any Ledger = isRehearsal ? Rehearsal(database) : database
      var session = Session(ledger, api, conditions, activity: activity)
      do {
        return try body(&session)
      } catch {
        admitted = nil
        throw error
      }
    }
    guard let lock else { return try perform() }
    return try lock.withLock(patience: patience) {
      activity(.waitingForServer)
      return try perform()
    }
  }

  var mark: PushMark { PushMark(lock, conditions.random) }

  /// - Parameter scope: what the result of the run is noted for; nil if it is not noted.
  private func run(
    _ scope: LastRunError.Scope?, patience: Double? = nil, force: Bool = false,
    _ body: (inout Session, inout SyncReport) throws -> Void
  ) throws -> SyncReport {
    try withSession(patience: patience) { session in
      var report = SyncReport()
      try Recovery.run(&session, mark)
      do {
        if let problem = try reasonNotToCall(&session, force: force) { report.endCalls(problem) }
        try body(&session, &report)
      } catch let problem as Problem {
        // If the file itself is the problem, it may be impossible to write a note.
        if let scope { try? session.noteEnd(problem, of: scope) }
        throw problem
      }
      let now = conditions.now()
      report.pausedUntil = try session.read { try $0.notes.pause(at: now) }
      // After any problem, auth-check is called first again.
      if report.problems.contains(where: { $0.kind != .rejected }) { admitted = nil }
      if let scope {
        try session.noteEnd(report.problems.first { $0.kind != .rejected }, of: scope)
      }
      return report
    }
  }

  /// Why the server must not be called now: it asked for a pause, it refused the key and still
  /// does, or it is not the one that the cache was filled from, unless `force`.
  ///
  /// The first request of an engine, and the first one after any problem, is auth-check; nothing
  /// else is sent until it passes.
  func reasonNotToCall(_ session: inout Session, force: Bool) throws -> Problem? {
    let now = conditions.now()
    if let until = try session.read({ try $0.notes.pause(at: now) }) {
      guard overridesPause else { return .overloaded("it asked for a pause", until: until) }
      // If the pause is still needed, the server says so again.
      try session.set(.notBefore, nil)
    }
    // Another process may have made the cache belong to another server meanwhile.
    if let admitted {
      let isStillAdmitted = try session.read { snapshot in
        try snapshot.notes.origin()?.agrees(with: admitted) == true
          && !snapshot.notes.isKeyRefused()
      }
      if isStillAdmitted { return nil }
    }
    admitted = nil
    let check = try session.checkAuth()
    if case .setback(let setback) = check { return try session.problem(of: setback) }
    let met = Origin(address: api.requests.baseURL, account: check.account)
    let problem = try session.admit(met, force: force)
    if problem == nil, session.takeover == nil { admitted = met }
    return problem
  }

  private func push(
    _ session: inout Session, into report: inout SyncReport, limit: Int? = nil,
    only: Set<EntryID>? = nil
  ) throws {
    var result = report.push ?? PushReport()
    if only == nil { result = result + (try DoubtSearch.run(&session, into: &report)) }
    if report.mayCall {
      let (conditions, requests) = (conditions, api.requests)
      var push = try session.read {
        try Push(limit: limit, only: only, conditions, requests, in: $0)
      }
      try push.run(&session, mark)
      result = result + push.report
      for problem in push.problems { report.note(problem) }
    }
    report.push = try session.withQueueState(result)
  }
}

extension Rehearsed {
  fileprivate var asksServer: Bool { if case .push = self { false } else { true } }
  fileprivate var isForced: Bool { if case .resync(force: true) = self { true } else { false } }
}

extension PushReport {
  /// This report with the current state of the queue.
  func withQueueState(in snapshot: borrowing Snapshot, at now: Timestamp) throws -> PushReport {
    var report = self
    let entries = try snapshot.queue.entries().filter { $0.state != .dead && !$0.isDropped }
    report.remaining = entries.count
    report.inDoubt = entries.count { $0.state == .inDoubt || $0.state == .sending }
    report.deferred = entries.count { $0.isDeferred(at: now) }
    let waiting = entries.filter { $0.state != .pending || $0.isDeferred(at: now) }
    report.waiting = waiting.count
    report.nextAttemptAt = waiting.compactMap(\.nextAttemptAt).min()
    return report
  }
}

extension Session {
  /// The report of a push with the current state of the queue.
  mutating func withQueueState(_ report: PushReport) throws -> PushReport {
    let now = conditions.now()
    return try read { try report.withQueueState(in: $0, at: now) }
  }

  /// Notes how a run ended, for every process to see. Entries that became dead letters are not an
  /// error of the run, and a run that only pushes or pulls does not clear the error of the other
  /// half.
  fileprivate mutating func noteEnd(_ problem: Problem?, of scope: LastRunError.Scope) throws {
    let now = conditions.now()
    if let problem {
      try set(.lastError, LastRunError(problem, in: scope, at: now).text)
      return
    }
    try write { transaction in
      if let error = try transaction.notes.lastRunError(), scope != .sync, scope != error.scope {
        return
      }
      try transaction.notes.set(.lastSuccess, now.description)
      try transaction.notes.set(.lastError, nil)
    }
  }
}
