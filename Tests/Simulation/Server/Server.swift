import JSON
import MemctlCore
import MemoryAPI
import MemorySync

/// The remote API as plain values, with the production server's semantics: nothing is de-duplicated,
/// writes may commit late, secrets are blacked out, categories get their canonical names.
final class Server {
  struct Row {
    let id: Int64
    /// Names the memory, whatever becomes of its text.
    let name: String
    var content: String
    var category: String
    var tags: String
    var keywords: String
    var importance: Float
    var isSensitive: Bool
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var deletedAt: Timestamp?
  }

  struct Answer {
    var status: Int
    var body: String
    var headers: [String: String] = [:]
    /// When the transaction that it tells of has committed, on the world's clock.
    var readyAt: Timestamp
    /// The records of a sync answer.
    var records: [String]?
  }

  enum Change {
    case insert(Row)
    case delete(id: Int64, at: Timestamp)
    case update(id: Int64, fields: JSONValue, at: Timestamp)
  }

  let conditions: Conditions
  var acceptsKey = true
  /// After so many requests the key is no longer accepted.
  var requestsUntilRefusal: Int?
  /// What it answers then.
  var refusalStatus = 401
  /// Its database is away.
  var isBroken = false
  /// Seconds by which its clock is wrong.
  var clockError = 0.0
  private(set) var rows: [Row] = []
  /// What has begun and not committed yet.
  private var transactions: [(commitsAt: Timestamp, change: Change)] = []
  private var lastID: Int64 = 0
  private var answersByKey: [String: Answer] = [:]

  init(_ conditions: Conditions) { self.conditions = conditions }

  /// The live memories.
  var live: [Row] { rows.filter { $0.deletedAt == nil } }

  /// Its own time, by the world's.
  func clock(at time: Timestamp) -> Timestamp {
    time.advanced(bySeconds: conditions.skew + clockError)
  }

  func row(_ id: Int64) -> Row? { rows.first { $0.id == id } }

  func nextID() -> Int64 {
    lastID += 1
    return lastID
  }

  func answer(forKey key: String) -> Answer? { answersByKey[key] }
  func remember(_ answer: Answer, forKey key: String) { answersByKey[key] = answer }

  // MARK: Transactions

  /// When the next transaction commits.
  var nextCommit: Timestamp? { transactions.map(\.commitsAt).min() }

  func begin(_ change: Change, commitsAt: Timestamp) { transactions.append((commitsAt, change)) }

  /// When a change of this row that has begun commits.
  func pendingDelete(of id: Int64) -> Timestamp? {
    for (commitsAt, change) in transactions {
      if case .delete(id, _) = change { return commitsAt }
    }
    return nil
  }

  /// Commits what is due.
  func advance(to now: Timestamp) {
    while let index = transactions.indices.filter({ transactions[$0].commitsAt <= now })
      .min(by: { transactions[$0].commitsAt < transactions[$1].commitsAt })
    {
      commit(transactions.remove(at: index).change)
    }
  }

  private func commit(_ change: Change) {
    switch change {
    case .insert(let row): rows.append(row)
    case .delete(let id, let time):
      guard let index = rows.firstIndex(where: { $0.id == id && $0.deletedAt == nil }) else {
        return
      }
      rows[index].deletedAt = time
      rows[index].updatedAt = time
    case .update(let id, let fields, let time):
      guard let index = rows.firstIndex(where: { $0.id == id && $0.deletedAt == nil }) else {
        return
      }
      if let content = fields["content"]?.string {
        let redacted = ServerRules.redacted(content)
        rows[index].content = redacted ?? content
        if redacted != nil { rows[index].isSensitive = true }
      }
      if let tags = fields["tags"]?.string { rows[index].tags = tags }
      if let words = fields["expanded_keywords"]?.string { rows[index].keywords = words }
      if let number = fields["importance"]?.double { rows[index].importance = Float(number) }
      if let name = fields["category"]?.string, let category = ServerRules.canonicalName(name) {
        rows[index].category = category
      }
      rows[index].updatedAt = time
    }
  }
}
