import MemoryAPI
import MemoryModel
import SQLite

extension Database {
  /// The memories that have the words of a search, best first, ranked exactly as the Python side ranks
  /// them.
  package func search(_ search: MemorySearch) throws -> SearchResults {
    try read { snapshot in
      let condition = try SelectionCondition(search.selection, snapshot)
      let words = search.words
      // FTS5 takes neither an empty query nor one with a NUL character in it.
      guard !words.isEmpty, words.allSatisfy({ !$0.unicodeScalars.contains("\0") }) else {
        let ids = try snapshot.memories.ids(containing: search, condition)
        return try snapshot.memories.results(ids.map { ($0, nil) }, .text, nil)
      }
      let phrases = words.map { "\"\($0)\"" }
      let all = phrases.joined(separator: " AND ")
      let ranked = try snapshot.memories.ranking(search, condition).best(matching: all)
      if !ranked.isEmpty { return try snapshot.memories.results(ranked, .allWords, all) }
      return try snapshot.memories.results(
        snapshot.memories.ranking(search, condition).best(matchingAnyOf: phrases), .anyWord,
        phrases.joined(separator: " OR "))
    }
  }
}

extension MemoryTable {
  fileprivate func ranking(
    _ search: MemorySearch, _ condition: SelectionCondition
  ) throws -> Ranking {
    try Ranking(search, condition, connection)
  }

  /// The ids of the memories that have the text of a search in their content or tags.
  fileprivate func ids(
    containing search: MemorySearch, _ condition: SelectionCondition
  ) throws -> [Int64] {
    let pattern = Value.text("%\(search.text)%")
    return try connection.query(
      """
      SELECT id FROM memories WHERE (content LIKE ? OR tags LIKE ?) AND \(condition.sql)
      ORDER BY importance DESC, id LIMIT ?
      """,
      values: [pattern, pattern] + condition.values + [.integer(Int64(search.limit))]
    ) { $0.int64(0) }
  }

  /// - Parameter query: the query of FTS5 that found them; nil if none did.
  fileprivate func results(
    _ ranked: [Ranking.Ranked], _ match: SearchResults.Match, _ query: String?
  ) throws -> SearchResults {
    if ranked.isEmpty { return SearchResults(match: match, memories: []) }
    let list = "[\(ranked.map { "\($0.id)" }.joined(separator: ","))]"
    let memories = Dictionary(
      uniqueKeysWithValues: try memories(list).map { ($0.id.rawValue, $0) })
    let marked = try query.map { try markedContents(list, $0) } ?? [:]
    return SearchResults(
      match: match,
      memories: ranked.compactMap { id, rank in
        memories[id].map { memory in
          let matches = marked[id].map { Mark.ranges(in: $0, of: memory.fields.content) } ?? []
          return FoundMemory(memory: memory, rank: rank, matches: matches)
        }
      })
  }

  /// The contents with a mark before and after each match, by id.
  private func markedContents(_ list: String, _ query: String) throws -> [Int64: String] {
    Dictionary(
      uniqueKeysWithValues: try connection.query(
        """
        SELECT rowid, highlight(memories_fts, 0, ?, ?) FROM memories_fts
        WHERE memories_fts MATCH ? AND rowid IN (SELECT value FROM json_each(?))
        """, Mark.start, Mark.end, query, list
      ) { ($0.int64(0), $0.text(1)) })
  }
}

/// The control characters that stand around a match in a marked text.
private enum Mark {
  static let start = "\u{2}"
  static let end = "\u{3}"

  /// Where the matches are in a text; nowhere if that has marks of its own.
  static func ranges(in marked: String, of text: String) -> [Range<String.Index>] {
    var ranges: [Range<String.Index>] = []
    var index = text.unicodeScalars.startIndex
    var first: String.Index?
    for scalar in marked.unicodeScalars {
      switch "\(scalar)" {
      case start: first = index
      case end:
        if let first { ranges.append(first..<index) }
        first = nil
      default:
        guard index < text.endIndex, text.unicodeScalars[index] == scalar else { return [] }
        index = text.unicodeScalars.index(after: index)
      }
    }
    return index == text.endIndex ? ranges : []
  }
}
