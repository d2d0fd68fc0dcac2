import HTTPTransport

extension SyncEngine {
  /// Fetches what changed since the watermark and applies it. Where that may not be all that differs,
  /// everything is compared.
  ///
  /// - Parameter finish: what belongs into the same transaction as the rows.
  func pull(into report: inout SyncReport, finish: () throws -> Void = {}) throws {
    if !report.mayCall { return }
    var isDue = try newOrigin != nil || isComparisonDue()
    // A rehearsal of a comparison that follows would start from the same file again.
    if newOrigin == nil, !(isDue && cache.isRehearsing), let watermark = try cache.watermark() {
      guard let pull = try pullChanges(after: watermark, into: &report, finish: finish) else {
        return
      }
      report.pull = (report.pull ?? PullReport()) + pull
      isDue = isDue || pull.needsComparison
      if isDue, cache.isRehearsing { report.pull = nil }
    }
    if isDue { try pullEverything(into: &report, force: newOrigin != nil, finish: finish) }
  }

  /// Fetches what changed since the watermark, less the time by which the server may commit late, and
  /// applies it together with the new watermark.
  private func pullChanges(
    after watermark: Timestamp, into report: inout SyncReport, finish: () throws -> Void
  ) throws -> PullReport? {
    let usual = watermark.advanced(bySeconds: -policy.lateness)
    let since = max(min(usual, try startOfUnread() ?? usual), .epoch)
    let askedAt = now()
    guard let body = try fetch(since: since, into: &report) else { return nil }
    return try reportingProblems(into: &report) {
      do {
        return try cache.write {
          let pull = try apply(body, .changes(since: since), askedAt: askedAt)
          try finish()
          return pull
        }
      } catch is RowApplier.Loss {
        // Only a comparison of everything tells whether it is one.
        var pull = PullReport()
        pull.needsComparison = true
        return pull
      }
    }
  }

  /// Fetches everything and makes the cache equal to it.
  ///
  /// - Parameters:
  ///   - force: also where more than half of the cache would be deleted.
  ///   - finish: what belongs into the same transaction as the rows.
  func pullEverything(
    into report: inout SyncReport, force: Bool, finish: () throws -> Void = {}
  ) throws {
    // What another machine deleted is no loss. Where much is missing, or a record may be any of what
    // is, tombstones tell, since the first.
    for since in [nil, Timestamp.epoch] where report.mayCall {
      let known = try cache.linkedServerIDs()
      let askedAt = now()
      guard let body = try fetch(since: since, into: &report) else { return }
      do {
        let pull = try reportingProblems(into: &report) {
          try cache.write {
            let pull = try takingOver {
              try apply(body, .everything(known: known), askedAt: askedAt, force: force)
            }
            try finish()
            return pull
          }
        }
        if let pull { report.pull = (report.pull ?? PullReport()) + pull }
        // With a watermark, the next pull brings the tombstones.
        if try pull?.isComplete != false || cache.watermark() != nil { return }
      } catch let loss as RowApplier.Loss {
        if since != nil { report.note(.loss(loss)) }
      }
    }
  }

  /// Applies an answer within a transaction of the caller's.
  func apply(
    _ body: ResponseBody, _ extent: RowApplier.Extent, askedAt: Timestamp, force: Bool = false
  ) throws -> PullReport {
    var applier = try RowApplier(
      cache, extent, margin: policy.lateness, force: force, now: now())
    let serverTime = try SyncAnswer.read(body) { record in
      try applier.add(record)
      if applier.report.received.isMultiple(of: RowApplier.portionSize) {
        activity(.applying(applier.report.received))
      }
    }
    try applier.finish(at: serverTime)
    var report = applier.report
    report.needsComparison = try noteComparison(
      extent, serverTime: serverTime, askedAt: askedAt, hasLostIDs: report.reassigned > 0)
    report.isComplete = applier.isComplete
    // The next pull must see the tombstones of what could not be deleted now.
    if applier.isComplete { try cache.setWatermark(serverTime) }
    try cache.noteUnread(applier.unread, in: extent, seen: applier.seen, at: askedAt)
    // A record that could not be read has shown nothing.
    try cache.forgetUnseen(applier.seen.subtracting(applier.unread.keys))
    try cache.forgetDeletions(at: now())
    report.watermark = try cache.watermark()
    return report
  }

  // MARK: Fetching

  /// The body of a sync answer; nil when there is none, and the report says why.
  func fetch(since: Timestamp?, into report: inout SyncReport) throws -> ResponseBody? {
    activity(.waitingForServer)
    var setback: Setback
    do throws(Setback) {
      return try answer(to: requests.sync(since: since)).body
    } catch {
      setback = error
    }
    // The key may be refused, or only not be allowed to fetch: auth-check tells.
    if case .refused(403, _) = setback, case .setback(let other) = try checkAccess() {
      setback = other
    }
    report.note(try problem(of: setback))
    return nil
  }

  /// An answer that cannot be used is a problem of the report's; a file that cannot be written ends
  /// the run.
  func reportingProblems<Result>(
    into report: inout SyncReport, _ body: () throws -> Result
  ) throws -> Result? {
    do {
      return try body()
    } catch let problem as Problem where problem.kind != .file && problem.kind != .busy {
      report.note(problem)
      return nil
    }
  }
}
