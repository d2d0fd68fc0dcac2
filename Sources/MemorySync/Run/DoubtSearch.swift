import MemoryAPI
import MemoryModel
import MemoryStore

/// Checks whether stores in doubt have arrived: those that have are linked, and those that can no
/// longer turn up may be sent again. Nothing else is applied. A key that may not fetch cannot
/// check, so its doubts stay until the user settles them.
struct DoubtSearch {
  private let policy: RetryPolicy
  private var result = PushReport()
  /// Entries that became dead letters.
  private var givenUp: [(id: EntryID, error: QueueEntry.LastError?)] = []
  /// Entries that the user has to settle from now on.
  private var ambiguous: [QueueEntry] = []

  private init(_ policy: RetryPolicy) { self.policy = policy }

  /// - Returns: what the search did, as part of a push.
  static func run(
    _ session: inout Session, into report: inout SyncReport
  ) throws -> PushReport {
    if !report.mayCall { return PushReport() }
    let conditions = session.conditions
    let policy = conditions.policy
    let baseURL = session.requests.baseURL
    let doubts = try session.read { snapshot in
      let gate = try SendGate(for: baseURL, conditions, in: snapshot)
      return try snapshot.queue.entries().filter { entry in
        entry.state == .inDoubt && !entry.isDeferred(at: gate.now) && !gate.maySend(entry)
      }
    }
    if doubts.isEmpty { return PushReport() }
    let since = doubts.map { $0.sentAfter ?? .epoch }.min()!.advanced(bySeconds: -policy.lateness)
    let askedAt = conditions.now()
    guard let body = try session.fetch(since: max(since, .epoch), into: &report) else {
      return PushReport()
    }
    let search = try report.notingProblems {
      try session.write { transaction in
        var look = try DoubtLook(
          lateness: policy.lateness, askedAt: askedAt, in: transaction.snapshot)
        let serverTime = try SyncAnswer.read(body) { try look.add($0, in: transaction) }
        try look.finish(serverTime: serverTime, in: transaction)
        var search = DoubtSearch(policy)
        search.result.adopted = look.adopted.count
        for doubt in doubts {
          // Another process may have settled it or deleted its memory meanwhile.
          guard let doubt = try transaction.queue.entry(doubt.id), doubt.state == .inDoubt
          else { continue }
          try search.settle(doubt, after: look, in: transaction)
        }
        return search
      }
    }
    guard let search else { return PushReport() }
    search.tell(&report)
    return search.result
  }

  private func tell(_ report: inout SyncReport) {
    let dead = givenUp.compactMap { entry in entry.error.map { (entry.id, $0) } }
    if !dead.isEmpty { report.note(.dead(dead)) }
    if let first = ambiguous.first {
      report.note(.ambiguous(first, count: ambiguous.count))
    }
  }

  /// Decides about a doubt that the look did not end.
  private mutating func settle(
    _ doubt: QueueEntry, after look: DoubtLook, in transaction: borrowing Transaction
  ) throws {
    let askedAt = look.askedAt
    let sentAt = doubt.lastSentAt ?? askedAt
    if let rows = look.ambiguous[doubt.id] {
      if doubt.candidates.isEmpty { ambiguous.append(doubt) }
      try transaction.queue.hold(
        doubt.id, candidates: rows, untilLookAt: askedAt.advanced(bySeconds: policy.longestDoubt))
    } else if !look.isComplete {
      if !mayLeaveToUser(doubt, at: askedAt) {
        try transaction.queue.hold(
          doubt.id, untilLookAt: askedAt.advanced(bySeconds: policy.lateness))
        return
      }
      // Sending it again could create a copy; not sending it could lose it.
      let error = QueueEntry.LastError(
        kind: .invalidResponse,
        message: "the server has a memory that cannot be read, which could be this one")
      try markDead(doubt, error, in: transaction)
    } else if askedAt.seconds(since: sentAt) >= policy.lateness {
      try settleMissing(doubt, in: transaction)
    } else {
      // A store that the server is still working on may commit later than this look.
      try transaction.queue.hold(
        doubt.id, untilLookAt: sentAt.advanced(bySeconds: policy.lateness))
    }
  }

  /// Whether no look will show whether the store arrived, because a record of the server stays
  /// unreadable.
  private func mayLeaveToUser(_ doubt: QueueEntry, at now: Timestamp) -> Bool {
    guard !doubt.deleteWhenKnown, !doubt.isDropped,
      let since = doubt.lastSentAt ?? Timestamp(doubt.createdAt)
    else { return false }
    return now.seconds(since: since) >= policy.longestDoubt
  }

  /// Puts a store that did not arrive back into the queue, unless its memory is gone, the user
  /// dropped it, or the server has rejected it or failed at it too often.
  private mutating func settleMissing(
    _ doubt: QueueEntry, in transaction: borrowing Transaction
  ) throws {
    if doubt.deleteWhenKnown || doubt.isDropped {
      try transaction.queue.remove(doubt.id)
      result.cancelled += 1
    } else if doubt.attempts >= policy.attempts || doubt.isRejected {
      try markDead(doubt, nil, in: transaction)
    } else {
      try transaction.queue.release(doubt.id)
    }
  }

  /// - Parameter error: nil to keep the error that is already noted.
  private mutating func markDead(
    _ doubt: QueueEntry, _ error: QueueEntry.LastError?, in transaction: borrowing Transaction
  ) throws {
    try transaction.queue.hold(doubt.id, as: .dead)
    if let error {
      try transaction.queue.noteFailure(
        doubt.id, error, countsAsAttempt: false, nextAttemptAt: nil)
    }
    result.dead += 1
    givenUp.append((doubt.id, error ?? doubt.lastError))
  }
}
