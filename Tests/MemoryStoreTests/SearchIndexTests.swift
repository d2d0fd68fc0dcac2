import MemoryAPI
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore

@Suite("The full-text index")
struct SearchIndexTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("memory.db") }

  private func fill() throws {
    let cache = try Cache(path: path)
    for number in 1...40 {
      _ = try cache.store(MemoryFields(content: "fox \(number)"), at: .epoch)
    }
  }

  /// What is told while the file is opened and used.
  private func told(_ use: (Cache) throws -> Void = { _ in }) throws -> [Mending] {
    var told: [Mending] = []
    try use(Cache(path: path, tell: { told.append($0) }))
    return told
  }

  private func expectOrder(_ memories: Int) throws {
    let connection = try Connection(path: path)
    let found = try connection.first(
      "SELECT count(*) FROM memories_fts WHERE memories_fts MATCH 'fox'"
    ) { $0.int(0) }
    #expect(found == memories)
    try connection.execute(
      "INSERT INTO memories_fts(memories_fts, rank) VALUES ('integrity-check', 1)")
  }

  @Test(
    "is rebuilt when the file is opened, whatever of it is gone or makes no sense",
    arguments: [
      "DELETE FROM memories_fts_data WHERE id = 10", "DELETE FROM memories_fts_data",
      "DELETE FROM memories_fts_docsize", "DELETE FROM memories_fts_docsize WHERE id = 7",
      "DELETE FROM memories_fts_config", "DELETE FROM memories_fts_idx",
      "DROP TABLE memories_fts_data", "DROP TABLE memories_fts_docsize",
      "DROP TABLE memories_fts_config", "DROP TABLE memories_fts_idx", "DROP TABLE memories_fts",
      "UPDATE memories_fts_data SET block = zeroblob(8) WHERE id = 10",
      "UPDATE memories_fts_config SET v = 9", "DROP TRIGGER memories_au",
      """
      DROP TRIGGER memories_ai;
      INSERT INTO memories(content, created_at, updated_at) VALUES ('fox', 'x', 'x');
      """,
      "PRAGMA recursive_triggers = 0; REPLACE INTO memories SELECT * FROM memories WHERE id = 3",
    ])
  func mended(damage: String) throws {
    try fill()
    try Connection(path: path).execute(damage)
    let told = try told { _ = try $0.store(MemoryFields(content: "another fox"), at: .epoch) }
    let count = try Cache(path: path).counts().total
    if !damage.contains("REPLACE") {
      #expect(told == [.searchIndex])
      try expectOrder(count)
    }
    #expect(try self.told() == [])
  }

  @Test(
    "is rebuilt at a sync where it is wrong although nothing shows it",
    arguments: [
      "UPDATE memories_fts_data SET block = randomblob(length(block)) WHERE id > 10",
      "UPDATE memories_fts_docsize SET sz = zeroblob(4)",
      "DROP TRIGGER memories_au; UPDATE memories SET content = 'vixen' WHERE id = 3",
    ])
  func compared(damage: String) throws {
    try fill()
    let trigger = try Connection(path: path).first(
      "SELECT sql FROM sqlite_schema WHERE name = 'memories_au'"
    ) { $0.text(0) }
    try Connection(path: path).execute(damage + (damage.contains("DROP") ? ";\(trigger!)" : ""))
    #expect(try told { try $0.database.checkIndex(at: .epoch) } == [.searchIndex])
    try expectOrder(damage.contains("vixen") ? 39 : 40)
  }

  @Test("of a large cache is compared with it once a day")
  func largeCache() throws {
    let cache = try Cache(path: path)
    try cache.database.connection.execute(
      """
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001)
      INSERT INTO memories(content, created_at, updated_at) SELECT 'fox', 'x', 'x' FROM numbers
      """)
    func damage() throws {
      try cache.database.connection.execute("UPDATE memories_fts_docsize SET sz = zeroblob(4)")
    }
    try damage()
    let start = Timestamp(microseconds: 1_700_000_000_000_000)
    #expect(try told { try $0.database.checkIndex(at: start) } == [.searchIndex])
    try damage()
    let hourLater = start.advanced(bySeconds: 3_600)
    #expect(try told { try $0.database.checkIndex(at: hourLater) } == [])
    try damage()
    let dayLater = start.advanced(bySeconds: 90_001)
    #expect(try told { try $0.database.checkIndex(at: dayLater) } == [.searchIndex])
  }

  @Test("that an old file lacks is made without a word")
  func missing() throws {
    try Connection(path: path).execute(
      """
      CREATE TABLE memories (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL,
        category TEXT DEFAULT 'facts', tags TEXT DEFAULT '', expanded_keywords TEXT DEFAULT '',
        importance REAL DEFAULT 0.5, is_sensitive INTEGER DEFAULT 0, created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL);
      INSERT INTO memories(content, created_at, updated_at) VALUES ('fox', 'x', 'x');
      """)
    #expect(try told() == [])
    try expectOrder(1)
  }
}
