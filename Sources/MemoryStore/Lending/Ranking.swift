import Glibc
import MemoryModel
import SQLite

/// Ranks the memories that match a query as one statement would that joins all of them with their
/// importance and sorts them by
///
///     -bm25(memories_fts) * relevance + importance * importance
///
/// but looks only at those that can be among the best: a word such as "the" is in most memories.
struct Ranking {
  typealias Ranked = (id: Int64, rank: Double?)

  private let connection: Connection
  private let condition: SelectionCondition
  private let relevance: Double
  private let importance: Double
  private let limit: Int
  /// What importance can add to a rank at most.
  private let most: Double

  init(_ search: MemorySearch, _ condition: SelectionCondition, _ connection: Connection) throws {
    self.connection = connection
    self.condition = condition
    limit = max(search.limit, 0)
    (relevance, importance) =
      switch search.order {
      case .relevance: (0.7, 0.3)
      case .importance: (0.4, 0.6)
      }
    // Beyond 1 there should be none; an index finds out without reading the others.
    let highest = try connection.first(
      "SELECT max(importance) FROM memories WHERE importance > 1"
    ) { $0.isNull(0) ? 1 : $0.double(0) }
    most = importance * max(highest ?? 1, 1)
  }

  // MARK: All of the words

  /// The best of the memories that match a query of FTS5.
  func best(matching query: String) throws -> [Ranked] {
    let hits = try connection.query(
      "SELECT rowid, bm25(memories_fts) FROM memories_fts WHERE memories_fts MATCH ?", query
    ) { Hit(id: $0.int64(0), relevance: -$0.double(1)) }
    return try best(of: hits)
  }

  private struct Hit {
    let id: Int64
    let relevance: Double
  }

  /// The best of the hits that meet the condition, in their order.
  private func best(of hits: [Hit]) throws -> [Ranked] {
    var best: [Ranked] = []
    let sorted = hits.sorted { $0.relevance > $1.relevance }
    for start in stride(from: 0, to: sorted.count, by: Self.portion) {
      if best.count == limit, let last = best.last?.rank ?? (limit == 0 ? .infinity : nil),
        sorted[start].relevance * relevance + most < last
      {
        break
      }
      let portion = sorted[start..<min(start + Self.portion, sorted.count)]
      let scores = Dictionary(uniqueKeysWithValues: portion.map { ($0.id, $0.relevance) })
      let found: [Ranked] = try connection.query(
        """
        SELECT memories.id, importance FROM memories
        WHERE memories.id IN (SELECT value FROM json_each(?)) AND \(condition.sql)
        """, values: [Self.list(portion.map(\.id))] + condition.values
      ) { row in
        let id = row.int64(0)
        return (id, row.isNull(1) ? nil : scores[id]! * relevance + row.double(1) * importance)
      }
      best = Array((best + found).sorted(by: Self.precedes).prefix(limit))
    }
    return best
  }

  private static let portion = 200

  /// SQLite sorts NULL last, and what is equal in the order in which it is found.
  private static func precedes(_ first: Ranked, _ second: Ranked) -> Bool {
    switch (first.rank, second.rank) {
    case (let one?, let other?) where one != other: one > other
    case (_?, nil): true
    case (nil, _?): false
    default: first.id < second.id
    }
  }

  private static func list(_ ids: [Int64]) -> Value {
    .text("[\(ids.map(String.init).joined(separator: ","))]")
  }

  // MARK: Any of the words

  /// The best of the memories that have any of the phrases.
  ///
  /// The relevance for several phrases is the sum of those for each, so the rare ones, which count most,
  /// are looked up first. Once what the others can add changes nothing, they are looked up only for the
  /// memories that may be among the best.
  func best(matchingAnyOf phrases: [String]) throws -> [Ranked] {
    var waiting = try Set(phrases).map { ($0, try count($0)) }.filter { $0.1 > 0 }
      .sorted { ($0.1, $0.0) > ($1.1, $1.0) }
    let rows = try connection.first("SELECT count(*) FROM memories_fts_docsize") { $0.int(0) } ?? 0
    /// What each memory gets for each phrase.
    var gains: [String: [Int64: Double]] = [:]
    var sums: [Int64: Double] = [:]
    while let (phrase, count) = waiting.popLast() {
      // Where the rare ones do not decide, one pass over all of them is faster.
      if sums.count + count > Self.many {
        return try best(matching: phrases.joined(separator: " OR "))
      }
      let gain = try self.gains(for: phrase)
      gains[phrase] = gain
      for (id, value) in gain { sums[id, default: 0] += value }
      guard let next = waiting.last, next.1 > Self.few else { continue }
      let rest = waiting.reduce(0) { $0 + Self.most(of: $1.1, among: rows) }
      let candidates = try self.candidates(among: sums, afterAdding: rest)
      guard let candidates, candidates.count <= Self.portion else { continue }
      for (phrase, _) in waiting { gains[phrase] = try self.gains(for: phrase, in: candidates) }
      sums = sums.filter { candidates.contains($0.key) }
      break
    }
    return try best(
      of: sums.keys.map { id in
        // In the order of the query, as the sum depends on it in the last digits.
        Hit(id: id, relevance: phrases.reduce(0) { $0 + (gains[$1]?[id] ?? 0) })
      })
  }

  /// Phrases in so few memories are looked up faster than it is found out whether that is needed.
  private static let few = 1_000

  /// So many are no longer rare.
  private static let many = 5_000

  private func count(_ phrase: String) throws -> Int {
    try connection.first(
      "SELECT count(*) FROM memories_fts WHERE memories_fts MATCH ?", phrase
    ) { $0.int(0) } ?? 0
  }

  private func gains(for phrase: String, in ids: [Int64]? = nil) throws -> [Int64: Double] {
    let only = ids == nil ? "" : "AND rowid IN (SELECT value FROM json_each(?))"
    return Dictionary(
      uniqueKeysWithValues: try connection.query(
        """
        SELECT rowid, bm25(memories_fts) FROM memories_fts WHERE memories_fts MATCH ? \(only)
        """, values: [.text(phrase)] + (ids.map { [Self.list($0)] } ?? [])
      ) { ($0.int64(0), -$0.double(1)) })
  }

  /// What a phrase in so many of the memories can gain at most; see <https://sqlite.org/fts5.html#the_bm25_function>.
  private static func most(of count: Int, among rows: Int) -> Double {
    2.2 * max(log((Double(rows) + 1) / (Double(count) + 0.5)), 1e-6)
  }

  /// The memories that can be among the best after each has gained up to `rest` more; nil if others that
  /// have gained nothing so far can be.
  private func candidates(
    among sums: [Int64: Double], afterAdding rest: Double
  ) throws -> [Int64]? {
    let best = try best(of: sums.map { Hit(id: $0.key, relevance: $0.value) })
    // The sums are exact but for their last digits.
    guard best.count == limit, let least = best.last?.rank.map({ $0 - 1e-9 }),
      rest * relevance + most < least
    else { return nil }
    return sums.filter { ($0.value + rest) * relevance + most >= least }.map(\.key)
  }
}
