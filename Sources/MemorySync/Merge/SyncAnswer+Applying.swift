import MemoryAPI
import MemoryModel
import MemoryStore

extension SyncAnswer {
  /// Makes the cache agree with the answer, and notes what it says about later syncs.
  ///
  /// - Throws: `RowApplier.Loss`, unless `force`; `Problem` if the answer cannot be used.
  func apply(
    force: Bool, _ conditions: SyncConditions, _ activity: (SyncActivity) -> Void,
    in transaction: borrowing Transaction
  ) throws -> PullReport {
    let policy = conditions.policy
    var applier = try RowApplier(
      extent, margin: policy.lateness, force: force, now: conditions.now(), in: transaction)
    let serverTime = try Self.read(
      body, progress: { activity(.applying(applier.report.received, share: $0)) },
      row: { try applier.add($0, in: transaction) })
    try applier.finish(at: serverTime, in: transaction)
    var report = applier.report
    report.needsComparison = try Comparison.note(
      extent, serverTime: serverTime, askedAt: askedAt, hasLostIDs: report.reassigned > 0,
      lateness: policy.lateness, in: transaction)
    report.isComplete = applier.isComplete
    // The next pull must see the tombstones of what could not be deleted now.
    if applier.isComplete { try transaction.notes.setWatermark(serverTime) }
    try UnreadRecords.note(
      applier.unread, of: extent, seen: applier.seen, at: askedAt, in: transaction)
    // A record that could not be read has not shown its memory.
    try forgetUnseen(applier.seen.subtracting(applier.unread.keys), in: transaction)
    // A later look searches for rows that are younger than this pull.
    try transaction.notes.forgetDeletions(before: conditions.now().advanced(bySeconds: -3_600))
    report.watermark = try transaction.notes.watermark()
    return report
  }

  /// Forgets the stores from here that the answer has shown, and those whose memories no longer
  /// exist.
  private func forgetUnseen(_ seen: Set<Int64>, in transaction: borrowing Transaction) throws {
    for id in try transaction.notes.values(in: .unseen).keys {
      if try !seen.contains(id) && transaction.memories.memory(ServerID(rawValue: id)) != nil {
        continue
      }
      try transaction.notes.remove(id, from: .unseen)
    }
  }
}
