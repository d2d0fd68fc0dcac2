extension SyncEngine {
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
    var outcome = DoubtOutcome()
    let result = try reportingProblems(into: &report) {
      try cache.write {
        var look = try DoubtLook(cache, lateness: policy.lateness, askedAt: askedAt)
        let serverTime = try SyncAnswer.read(body) { try look.add($0) }
        try look.finish(serverTime: serverTime)
        outcome.push.adopted = look.adopted.count
        for doubt in doubts {
          // Another process may have settled it or deleted its memory meanwhile.
          guard let doubt = try cache.entry(doubt.id), doubt.state == .inDoubt else { continue }
          try settle(doubt, after: look, into: &outcome)
        }
        outcome.push.dead = outcome.givenUp.count
        return outcome.push
      }
    }
    guard let result else { return PushReport() }
    if let first = outcome.givenUp.first, let error = try cache.entry(first.id)?.lastError {
      report.note(.dead((first.id, error), count: outcome.givenUp.count))
    }
    if let first = outcome.ambiguous.first {
      report.note(.ambiguous(first, count: outcome.ambiguous.count))
    }
    return result
  }

  private struct DoubtOutcome {
    var push = PushReport()
    /// Entries that became dead letters.
    var givenUp: [QueueEntry] = []
    /// Entries that the user has to settle from now on.
    var ambiguous: [QueueEntry] = []
  }

  /// Decides about a doubt that the look did not end.
  private func settle(
    _ doubt: QueueEntry, after look: DoubtLook, into outcome: inout DoubtOutcome
  ) throws {
    let askedAt = look.askedAt
    let sentAt = doubt.lastSentAt ?? askedAt
    if let rows = look.ambiguous[doubt.id] {
      if doubt.candidates.isEmpty { outcome.ambiguous.append(doubt) }
      try cache.hold(
        doubt.id, candidates: rows, untilLookAt: askedAt.advanced(bySeconds: policy.longestDoubt))
    } else if !look.isComplete {
      if try leaveToUser(doubt, at: askedAt) {
        outcome.givenUp.append(doubt)
      } else {
        try cache.hold(doubt.id, untilLookAt: askedAt.advanced(bySeconds: policy.lateness))
      }
    } else if askedAt.seconds(since: sentAt) >= policy.lateness {
      switch try settleMissing(doubt) {
      case .released: break
      case .cancelled: outcome.push.cancelled += 1
      case .dead: outcome.givenUp.append(doubt)
      }
    } else {
      // A store that the server is still working on may commit later than this look.
      try cache.hold(doubt.id, untilLookAt: sentAt.advanced(bySeconds: policy.lateness))
    }
  }

  /// Where one of the server's records makes no sense for good, no look tells whether a store
  /// arrived: to send it again could make a copy, and not to could lose it.
  private func leaveToUser(_ doubt: QueueEntry, at now: Timestamp) throws -> Bool {
    guard !doubt.deleteWhenKnown, !doubt.isDropped,
      let since = doubt.lastSentAt ?? Timestamp(doubt.createdAt),
      now.seconds(since: since) >= policy.longestDoubt
    else { return false }
    try cache.hold(doubt.id, as: .dead)
    try cache.noteFailure(
      doubt.id,
      QueueEntry.LastError(
        kind: .invalidResponse,
        message: "the server has a memory that makes no sense, which could be this one"),
      countsAsAttempt: false, nextAttemptAt: nil)
    return true
  }

  /// A store that did not arrive goes back into the queue, unless its memory is gone, the user dropped
  /// it, or the server has rejected it or failed at it too often.
  private func settleMissing(_ doubt: QueueEntry) throws -> Settlement {
    if doubt.deleteWhenKnown || doubt.isDropped {
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
}

/// Goes through rows of the server's for stores in doubt alone.
private struct DoubtLook {
  private let cache: Cache
  private let lateness: Double
  /// By this machine's clock, before the server was asked.
  let askedAt: Timestamp
  private var candidates: AdoptionCandidates
  private var redacted: RedactedRows
  private let ownDeletions: Set<Int64>
  /// Entries that turned out to have arrived.
  private(set) var adopted: Set<EntryID> = []
  /// Rows that may be what came of these entries, of which nothing more can be told.
  private(set) var ambiguous: [EntryID: [QueueEntry.Candidate]] = [:]
  /// False where a record could not be understood: what seems to be missing may be that one.
  private(set) var isComplete = true

  init(_ cache: Cache, lateness: Double, askedAt: Timestamp) throws {
    self.cache = cache
    self.lateness = lateness
    self.askedAt = askedAt
    let doubts = try cache.adoptionCandidates().filter { $0.entry != nil }
    candidates = AdoptionCandidates(doubts, margin: lateness)
    redacted = RedactedRows(for: doubts, margin: lateness)
    ownDeletions = try cache.ownDeletions()
  }

  mutating func add(_ record: Result<ServerRow, ServerRow.Defect>) throws {
    guard case .success(let row) = record else {
      isComplete = false
      return
    }
    // What the user deleted was another memory, however equal.
    if ownDeletions.contains(row.id.rawValue) { return }
    if candidates.mayHave(row),
      let candidate = candidates.takeStoreInDoubt(for: row, linkedTo: try holder(of: row))
    {
      try adopt(row, candidate)
    } else {
      try redacted.add(row) { try cache.memory(row.id) }
    }
  }

  /// Decides about rows from which the server has taken out credentials.
  mutating func finish(serverTime: Timestamp) throws {
    // Until a store cannot commit any more, its own row may still be missing beside one like it.
    let settlement = redacted.settlement(
      skew: serverTime.seconds(since: askedAt),
      isOpen: { candidate in candidate.entry.map { !adopted.contains($0.id) } ?? false },
      isRipe: { candidate in
        candidate.entry?.lastSentAt.map { askedAt.seconds(since: $0) >= lateness } ?? false
      })
    for (candidate, row) in settlement.matches { try adopt(row, candidate) }
    for (candidate, rows) in settlement.ambiguous {
      if let entry = candidate.entry { ambiguous[entry.id] = rows }
    }
  }

  /// The memory that is linked to a row, unless the row took its id.
  private func holder(of row: ServerRow) throws -> Memory? {
    try cache.memory(row.id).flatMap { row.isAnother(than: $0) ? nil : $0 }
  }

  private mutating func adopt(_ row: ServerRow, _ candidate: AdoptionCandidates.Candidate) throws {
    guard let entry = candidate.entry else { return }
    try cache.remove(entry.id)
    adopted.insert(entry.id)
    if let memory = try cache.memory(row.id) {
      if row.isAnother(than: memory) {
        try cache.unlink(memory.id, from: row.id)
      } else {
        try cache.delete(copyOf: row.id)
      }
    }
    if entry.deleteWhenKnown {
      if !row.isDeleted { try cache.enqueue(.delete(row.id), at: askedAt) }
    } else if let localID = candidate.localID, row.isDeleted {
      // It arrived, and somebody has deleted it since.
      try cache.trash(localID, as: .deleted, at: askedAt)
      _ = try cache.deleteMemory(localID)
    } else if let localID = candidate.localID {
      try cache.link(localID, to: row.id)
    } else if !row.isDeleted {
      // Another program has removed the memory, which it could not send, from the cache.
      var row = row
      row.fields.content = candidate.fields.content
      try cache.insert([row])
    }
  }
}
