import MemoryAPI
import MemoryModel
import SQLite

extension QueueTable {
  /// The queue in numbers.
  package func summary(at now: Timestamp) throws -> QueueSummary {
    let own = "FROM memctl_entries WHERE op_type IS NOT NULL AND NOT is_dropped AND state"
    // What `pending_ops` lacks is in a note with the same id.
    let pending = """
      (SELECT p.id, p.created_at, e.next_attempt_at
      FROM pending_ops p LEFT JOIN memctl_entries e ON e.id = p.id
      UNION ALL SELECT id, created_at, next_attempt_at \(own) = 'pending')
      """
    let isDeferred = "coalesce(next_attempt_at > '\(now)', false)"
    return QueueSummary(
      due: try group("FROM \(pending) WHERE NOT \(isDeferred)"),
      deferred: try group("FROM \(pending) WHERE \(isDeferred)"),
      inDoubt: try group("\(own) IN ('in_doubt', 'sending')"), dead: try group("\(own) = 'dead'"),
      undecided: try countUndecided(),
      firstDead: try connection.first(
        "SELECT id, coalesce(error_message, '') \(own) = 'dead' ORDER BY id LIMIT 1"
      ) { (EntryID(rawValue: $0.int64(0)), $0.text(1)) })
  }

  /// The entries of a query, of which the one with the lowest id is the oldest.
  private func group(_ entries: String) throws -> QueueSummary.Group {
    // SQLite takes the other columns from the row that has the lowest id.
    try connection.first("SELECT count(*), created_at, min(id) \(entries)") {
      QueueSummary.Group(count: $0.int(0), oldest: $0.optionalText(1))
    } ?? QueueSummary.Group(count: 0, oldest: nil)
  }
}
