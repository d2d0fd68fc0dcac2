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
    try applier.finish()
    var report = applier.report
    report.needsComparison = try noteComparison(
      extent, serverTime: serverTime, askedAt: askedAt, hasLostIDs: report.reassigned > 0)
    report.isComplete = applier.isComplete
    // The next pull must see the tombstones of what could not be deleted now.
    if applier.isComplete { try cache.setWatermark(serverTime) }
    try cache.noteUnread(applier.unread, in: extent, seen: applier.seen, at: askedAt)
    try cache.forgetUnseen(applier.seen)
    try cache.forgetDeletions(at: now())
    report.watermark = try cache.watermark()
    return report
  }

  /// Looks whether stores in doubt have arrived: those that have are linked, those that cannot turn
  /// up any more may be sent again. Nothing else is applied.
  func settleDoubts(into report: inout SyncReport) throws -> PushReport {
    if !report.mayCall { return PushReport() }
    let doubts = try cache.entries().filter { entry in
      try entry.state == .inDoubt && !entry.isDeferred(at: now()) && !maySend(entry)
    }
    if doubts.isEmpty { return PushReport() }
    let since = doubts.map { $0.sentAfter ?? .epoch }.min()!.advanced(bySeconds: -policy.lateness)
    let askedAt = now()
    guard let body = try fetch(since: max(since, .epoch), into: &report) else {
      return PushReport()
    }
    var givenUp: [QueueEntry] = []
    let result = try reportingProblems(into: &report) {
      try cache.write {
        var look = try DoubtLook(cache, margin: policy.lateness, now: askedAt)
        _ = try SyncAnswer.read(body) { try look.add($0) }
        var result = PushReport()
        result.adopted = look.adopted
        for doubt in doubts {
          // Another process may have deleted its memory while the answer was on its way.
          guard let doubt = try cache.entry(doubt.id) else { continue }
          let sentAt = doubt.lastSentAt ?? .epoch
          // A store that the server is still working on may commit later than this look.
          if !look.isComplete {
            if try leaveToUser(doubt, at: askedAt) {
              givenUp.append(doubt)
            } else {
              try cache.hold(doubt.id, untilLookAt: askedAt.advanced(bySeconds: policy.lateness))
            }
          } else if askedAt.seconds(since: sentAt) >= policy.lateness {
            switch try settleMissing(doubt) {
            case .released: break
            case .cancelled: result.cancelled += 1
            case .dead: givenUp.append(doubt)
            }
          } else {
            try cache.hold(doubt.id, untilLookAt: sentAt.advanced(bySeconds: policy.lateness))
          }
        }
        result.dead = givenUp.count
        return result
      }
    }
    guard let result else { return PushReport() }
    if let first = givenUp.first, let error = try cache.entry(first.id)?.lastError {
      report.note(.dead((first.id, error), count: givenUp.count))
    }
    return result
  }

  /// Where one of the server's records makes no sense for good, no look tells whether a store
  /// arrived: to send it again could make a copy, and not to could lose it.
  private func leaveToUser(_ doubt: QueueEntry, at now: Timestamp) throws -> Bool {
    guard !doubt.deleteWhenKnown,
      let since = doubt.lastSentAt ?? Timestamp(doubt.createdAt),
      now.seconds(since: since) >= policy.longestDoubt
    else { return false }
    try cache.hold(doubt.id, as: .dead)
    try cache.noteFailure(
      doubt.id,
      QueueEntry.LastError(
        kind: .nonsense,
        message: "the server has a memory that makes no sense, which could be this one"),
      countsAsAttempt: false, nextAttemptAt: nil)
    return true
  }

  /// A store that did not arrive goes back into the queue, unless its memory is gone, or the
  /// server has rejected it or failed at it too often.
  private func settleMissing(_ doubt: QueueEntry) throws -> Settlement {
    if doubt.deleteWhenKnown {
      try cache.remove(doubt.id)
      return .cancelled
    }
    if doubt.attempts >= policy.attempts || doubt.isRejected {
      try cache.hold(doubt.id, as: .dead)
      return .dead
    }
    try cache.release(doubt.id)
    return .released
  }

  private enum Settlement { case released, cancelled, dead }

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
  private func reportingProblems<Result>(
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

/// Goes through rows of the server's for stores in doubt alone.
private struct DoubtLook {
  private let cache: Cache
  private let now: Timestamp
  private var candidates: AdoptionCandidates
  private let ownDeletions: Set<Int64>
  private(set) var adopted = 0
  /// False where a record could not be understood: what seems to be missing may be that one.
  private(set) var isComplete = true

  init(_ cache: Cache, margin: Double, now: Timestamp) throws {
    self.cache = cache
    self.now = now
    let doubts = try cache.adoptionCandidates().filter { $0.entry != nil }
    candidates = AdoptionCandidates(doubts, margin: margin)
    ownDeletions = try cache.ownDeletions()
  }

  mutating func add(_ record: Result<ServerRow, ServerRow.Defect>) throws {
    guard case .success(let row) = record else {
      isComplete = false
      return
    }
    // What the user deleted was another memory, however equal.
    if candidates.isEmpty || ownDeletions.contains(row.id.rawValue) { return }
    var local = try cache.memory(row.id)
    // Nor does a memory that lost its id to this one keep it from being recognised.
    if let memory = local, row.isAnother(than: memory) { local = nil }
    guard let candidate = candidates.takeStoreInDoubt(for: row, linkedTo: local),
      let entry = candidate.entry
    else { return }
    try cache.remove(entry.id)
    adopted += 1
    if entry.deleteWhenKnown {
      if let local { try cache.delete(copyOf: row.id, local.id) }
      if !row.isDeleted { try cache.enqueue(.delete(row.id), at: now) }
    } else if let localID = candidate.localID {
      if let local { try cache.delete(copyOf: row.id, local.id) }
      try cache.link(localID, to: row.id)
    } else if local == nil, !row.isDeleted {
      // Another program has removed the memory, which it could not send, from the cache.
      try cache.insert([row])
    }
  }
}
