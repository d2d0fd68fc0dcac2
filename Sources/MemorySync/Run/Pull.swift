import MemoryAPI
import MemoryModel
import MemoryStore

/// Fetches what the server has, and applies it.
struct Pull {
  /// Work that belongs in the same transaction as the rows.
  private let finish: (borrowing Transaction) throws -> Void

  init(finish: @escaping (borrowing Transaction) throws -> Void = { _ in }) {
    self.finish = finish
  }

  /// Fetches what changed since the watermark, and applies it. If more than that may differ,
  /// everything is compared afterwards, so that a refused comparison does not hold up the changes.
  func run(_ session: inout Session, into report: inout SyncReport) throws {
    if !report.mayCall { return }
    let conditions = session.conditions
    let isTakeover = session.takeover != nil
    var (isDue, watermark) = try session.read { snapshot in
      (
        try isTakeover || Comparison.isDue(in: snapshot, conditions),
        try snapshot.notes.watermark()
      )
    }
    // Rehearsing the comparison that follows would start from the same file again.
    if !isTakeover, !(isDue && session.isRehearsal), let watermark {
      guard let pull = try pullChanges(after: watermark, &session, into: &report) else { return }
      report.pull = (report.pull ?? PullReport()) + pull
      isDue = isDue || pull.needsComparison
      if isDue, session.isRehearsal { report.pull = nil }
    }
    if isDue { try pullEverything(&session, into: &report, force: isTakeover) }
  }

  /// Pulls before an update is sent that has waited. If the server was restored meanwhile, the
  /// update's id may belong to another memory, which a pull shows.
  ///
  /// Deletes are not checked: the deleted memory is no longer here to be compared, and times cannot
  /// distinguish the two memories, since clocks may have been set.
  func runBeforeOldChanges(_ session: inout Session, into report: inout SyncReport) throws {
    let conditions = session.conditions
    let now = conditions.now()
    let hasWaited = try session.read { try $0.queue.entries() }.contains { entry in
      guard entry.state == .pending, entry.operationName == "update",
        let createdAt = Timestamp(entry.createdAt)
      else { return false }
      return now.seconds(since: createdAt) >= conditions.policy.lateness
    }
    if hasWaited { try run(&session, into: &report) }
  }

  /// Fetches what changed since the watermark, less the time by which the server may commit late,
  /// and applies it together with the new watermark.
  ///
  /// A row gets its time when its transaction begins. So a slow transaction can commit a row that
  /// is older than a watermark that was handed out in between, and a pull from that watermark on
  /// would never see the row.
  private func pullChanges(
    after watermark: Timestamp, _ session: inout Session, into report: inout SyncReport
  ) throws -> PullReport? {
    let conditions = session.conditions
    let usual = watermark.advanced(bySeconds: -conditions.policy.lateness)
    let unread = try session.read {
      try UnreadRecords.start(in: $0, at: conditions.now())
    }
    let since = max(min(usual, unread ?? usual), .epoch)
    let askedAt = conditions.now()
    guard let body = try session.fetch(since: since, into: &report) else { return nil }
    let answer = SyncAnswer(body, .changes(since: since), askedAt: askedAt)
    return try report.notingProblems {
      do {
        return try apply(answer, &session)
      } catch is RowApplier.Loss {
        // Only a comparison of everything shows whether it is one.
        var pull = PullReport()
        pull.needsComparison = true
        return pull
      }
    }
  }

  /// Fetches everything and makes the cache equal to it.
  ///
  /// - Parameter force: whether to proceed even if more than half of the cache would be deleted.
  func pullEverything(
    _ session: inout Session, into report: inout SyncReport, force: Bool
  ) throws {
    // A memory that another machine deleted is no loss. If much is missing, or an unreadable record
    // may be any of the missing memories, all tombstones since the epoch are fetched to tell.
    for since in [nil, Timestamp.epoch] where report.mayCall {
      let known = try session.read { try $0.memories.serverIDs() }
      let askedAt = session.conditions.now()
      guard let body = try session.fetch(since: since, into: &report) else { return }
      let answer = SyncAnswer(body, .everything(known: known), askedAt: askedAt)
      do {
        let pull = try report.notingProblems { try apply(answer, &session, force: force) }
        if let pull { report.pull = (report.pull ?? PullReport()) + pull }
        // If there is a watermark, the next pull brings the tombstones.
        let hasWatermark = try session.read { try $0.notes.watermark() } != nil
        if pull?.isComplete != false || hasWatermark { return }
      } catch let loss as RowApplier.Loss {
        if since != nil { report.note(.loss(loss)) }
      }
    }
  }

  private func apply(
    _ answer: SyncAnswer, _ session: inout Session, force: Bool = false
  ) throws -> PullReport {
    let (conditions, activity) = (session.conditions, session.activity)
    let takeover = session.takeover
    return try session.write { transaction in
      let pull = try Takeover.perform(takeover, in: transaction) {
        try answer.apply(force: force, conditions, activity, in: transaction)
      }
      try finish(transaction)
      return pull
    }
  }
}

/// Makes a cache belong to another server because the user insists.
private enum Takeover {
  /// Applies everything that a server has. If the user insisted on another server, the cache
  /// becomes that server's in the same transaction, because an id must never be mistaken for one of
  /// the other server.
  static func perform(
    _ origin: Origin?, in transaction: borrowing Transaction, _ apply: () throws -> PullReport
  ) throws -> PullReport {
    guard let origin, let known = try transaction.notes.origin() else { return try apply() }
    try CacheOrigin.holdBack(queuedFor: known, in: transaction)
    try CacheOrigin.change(to: origin, in: transaction)
    let report = try apply()
    // A memory that seems to be missing was not deleted, and so keeps an id of the former server.
    if report.watermark == nil {
      throw Problem.invalidResponse("a record does not say which memory it is")
    }
    try transaction.trash.forgetServerIDs()
    return report
  }
}
