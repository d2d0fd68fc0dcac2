import MemoryAPI
import MemoryModel
import MemoryStore

/// Decides when pulling changes is not enough and everything has to be compared.
enum Comparison {
  /// Whether the next pull has to compare everything, because the last comparison is long ago or an
  /// answer showed that changes alone cannot be trusted.
  static func isDue(in snapshot: borrowing Snapshot, _ conditions: SyncConditions) throws -> Bool {
    let now = conditions.now()
    guard try snapshot.notes.watermark() != nil,
      try snapshot.notes.value(of: .comparisonOwed) == nil,
      let comparedAt = try snapshot.notes.time(of: .comparedAt),
      // A time that is far ahead was written before a clock was set back.
      abs(now.seconds(since: comparedAt)) < conditions.policy.comparisonInterval
    else { return true }
    return try UnreadRecords.start(in: snapshot, at: now).map { $0 <= .epoch } ?? false
  }

  /// Notes what an answer shows about the need to compare everything.
  ///
  /// A watermark is meaningful only as long as the server's clock runs continuously, so a change of
  /// its clock or of this machine's leads to a comparison. It shows in a `server_time` before the
  /// watermark, or in a distance between the two clocks that has changed. A server whose clock was
  /// a day ahead for one sync hides what others write on that day, and once the day is over, only
  /// the distance reveals it.
  ///
  /// - Parameter hasLostIDs: whether memories have lost their ids, so that the server may lack
  ///   them.
  /// - Returns: whether everything has to be compared now.
  static func note(
    _ extent: SyncExtent, serverTime: Timestamp, askedAt: Timestamp, hasLostIDs: Bool,
    lateness: Double, in transaction: borrowing Transaction
  ) throws -> Bool {
    let tolerance = lateness / 2
    let lead = serverTime.seconds(since: askedAt)
    let lastLead = try transaction.notes.value(of: .serverLead).flatMap(Double.init)
    let leadIsKept = lastLead.map { abs(lead - $0) <= tolerance }
    if leadIsKept != true { try transaction.notes.set(.serverLead, "\(lead)") }
    let isBack =
      try transaction.notes.watermark().map { $0.seconds(since: serverTime) > tolerance } ?? false
    switch extent {
    case .changes:
      let isNeeded = hasLostIDs || isBack || leadIsKept == false
      if isNeeded { try transaction.notes.set(.comparisonOwed, "1") }
      return isNeeded
    case .everything:
      try transaction.notes.set(.comparedAt, askedAt.description)
      try transaction.notes.set(.comparisonOwed, nil)
      return false
    }
  }
}
