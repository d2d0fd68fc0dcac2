import ClientSupport
import Foundation
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemoryStore

@Suite("A search")
struct SearchTests {
  private let folder = TemporaryFolder()
  private let path: String
  private let database: Database

  init() throws {
    path = folder.file("memory.db")
    database = try Database(path: path)
  }

  /// The ranking of the Python side: a query a line on stdin's stead, as JSON; the ids of each.
  private static let reference = """
    import json, sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    def recall(context, expanded, category, sort_by, limit):
      words = [w.replace('"', '') for w in (context + ' ' + expanded).split()]
      phrases = ['"%s"' % w for w in words if w]
      score = {'relevance': '-bm25(memories_fts) * 0.7 + m.importance * 0.3',
        'importance': '-bm25(memories_fts) * 0.4 + m.importance * 0.6'}[sort_by]
      only = ' AND m.category = ?' if category else ''
      extra = [category] if category else []
      try:
        for operator in [' AND ', ' OR ']:
          rows = db.execute('SELECT m.id FROM memories_fts JOIN memories m ON m.id = memories_fts.rowid'
            ' WHERE memories_fts MATCH ?' + only + ' ORDER BY ' + score + ' DESC LIMIT ?',
            [operator.join(phrases)] + extra + [limit]).fetchall()
          if rows: return [r[0] for r in rows]
        return []
      except sqlite3.OperationalError:
        text = '%' + context + '%'
        return [r[0] for r in db.execute('SELECT m.id FROM memories m WHERE'
          ' (m.content LIKE ? OR m.tags LIKE ?)' + only + ' ORDER BY m.importance DESC LIMIT ?',
          [text, text] + extra + [limit])]
    for query in json.loads(sys.argv[2]): print(json.dumps(recall(*query)))
    """

  /// Texts that are operators, quotes, parts of words, or nothing at all.
  private static let hostile = [
    "tabs", "TABS", "tabs spaces", "tabs nowhere", "nowhere", "\"tabs\"", "tabs\"spaces", "\"",
    "\"\"\"", "",
    " ", "AND", "OR tabs", "NOT tabs", "tabs NOT spaces", "NEAR(tabs spaces)", "content:tabs",
    "{content}:tabs",
    "tab*", "^tabs", "tabs + spaces", "(tabs", "tabs)", "-", "tabs -", "-tabs", "a-b", "c++",
    "100%", "_", "%",
    "'; DROP TABLE memories; --", "é", "e\u{301}", "日本", "日本語", "🎉", "ß", "İ", "\u{0}",
    "tabs\u{0}x",
    "\u{1}", "tabs\u{1C}spaces", "tabs\u{A0}spaces", "tabs\u{3000}spaces", "tabs\r\nspaces",
    "\u{FEFF}tabs",
    "\u{200B}", "\\", "a\\b", "facts", "style", "synonym", "rare tabs spaces nowhere",
    "nowhere the tabs rare tabs \"-\" -", "the tabs nowhere", "rare the", "x y z tabs",
    "tabs tabs tabs",
    String(repeating: "tabs ", count: 200), String(repeating: "\"", count: 2_000),
    String(repeating: "w", count: 5_000),
  ]

  private func fill() throws {
    var chance = SystemRandomNumberGenerator()
    let words = [
      "tabs", "spaces", "c++", "a-b", "100%", "é", "e\u{301}", "日本語", "日本", "🎉", "AND", "NOT", "x",
      "content:tabs", "straße", "_", "\\", "\"quoted\"", "\u{0}",
    ]
    func text(_ count: Int) -> String {
      (0..<count).map { _ in words.randomElement(using: &chance)! }.joined(separator: " ")
    }
    let connection = try Connection(path: path)
    try connection.transaction {
      for number in 0..<3_000 {
        try connection.run(
          """
          INSERT INTO memories(content, category, tags, expanded_keywords, importance, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')
          """,
          (number % 5 < 3 ? "tabs spaces the " : "") + (number % 700 == 0 ? "rare " : "")
            + text(Int.random(in: 1...9)), ["facts", "gotchas", nil].randomElement(),
          ["style", "tabs,style", ""].randomElement(), Bool.random() ? "synonym" : text(1),
          // Ties, values beyond the bounds, and none; a few so high that the words hardly count.
          number % 500 == 0 ? 3 : [0.5, 0.5, 0.1, 0.9, 1, -1, nil].randomElement()!)
      }
    }
  }

  @Test("finds the same ids in the same order as the Python side, whatever is searched for")
  func ranking() throws {
    try fill()
    var queries:
      [(text: String, expansion: String, category: String?, order: MemorySearch.Order, limit: Int)] =
        []
    for text in Self.hostile {
      queries.append((text, "", nil, .relevance, 10))
      queries.append((text, "synonym", "facts", .importance, 400))
    }
    let list = try JSONSerialization.data(
      withJSONObject: queries.map { query -> [Any] in
        [
          query.text, query.expansion, query.category ?? NSNull() as Any, query.order.rawValue,
          query.limit,
        ]
      })
    let answers = try python(Self.reference, path, String(decoding: list, as: UTF8.self)).split(
      separator: "\n")
    #expect(answers.count == queries.count)
    for (query, answer) in zip(queries, answers) {
      let found = try database.search(
        MemorySearch(
          query.text, expansion: query.expansion, in: MemorySelection(category: query.category),
          order: query.order, limit: query.limit))
      let ids = found.memories.map(\.memory.id.rawValue)
      #expect("\(ids)" == answer, "\(query.text.debugDescription) \(query.order)")
    }
  }

  @Test("finds by all words, else by any, and says which")
  func match() throws {
    try store("one two"); try store("two three"); try store("four")
    func search(_ text: String) throws -> (SearchResults.Match, Int) {
      let results = try database.search(MemorySearch(text))
      return (results.match, results.memories.count)
    }
    #expect(try search("two one") == (.allWords, 1))
    #expect(try search("one three") == (.anyWord, 2))
    #expect(try search("five") == (.anyWord, 0))
    #expect(try search("") == (.text, 3))
  }

  @Test("says where the words are in the content, also among characters of several bytes")
  func matches() throws {
    func marked(_ content: String, _ text: String) throws -> [String] {
      let id = try store(content)
      let found = try database.search(MemorySearch(text, limit: 100)).memories
      let memory = try #require(found.first { $0.memory.id == id })
      return memory.matches.map { String(memory.memory.fields.content[$0]) }
    }
    #expect(try marked("日本 Tabs, tabs and\nspaces é", "tabs é") == ["Tabs", "tabs", "é"])
    #expect(try marked("\u{2}tabs\u{3} and tabs", "tabs") == [])
    #expect(try marked("two words that are one", "two-words") == ["two words"])
  }

  @discardableResult
  private func store(_ content: String) throws -> LocalID {
    try database.write { try $0.store(MemoryFields(content: content), at: .now) }.0
  }
}
