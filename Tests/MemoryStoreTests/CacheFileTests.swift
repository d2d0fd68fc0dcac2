import ClientSupport
import Foundation
import MemoryAPI
import MemoryModel
import SQLite
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

@Suite("The local file") struct CacheFileTests {
  let folder = TemporaryFolder()
  var path: String { folder.file("memory.db") }

  @Test("A new file has exactly the shape that the Python side gives it")
  func shape() throws {
    _ = try Cache(path: path)
    try python(PythonSide.create, folder.file("python.db"))
    let mine = try python(PythonSide.shape, path)
    #expect(try mine == python(PythonSide.shape, folder.file("python.db")))
    #expect(mine.hasPrefix("(2,) ('wal',)"))
  }

  @Test("A new file and its folder are the owner's alone, and so is one that others could read")
  func modes() throws {
    func mode(_ path: String) throws -> Int {
      try #require(
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    let nested = folder.file("a/b/memory.db")
    let cache = try Cache(path: nested)
    #expect(try mode(folder.file("a")) == 0o700)
    #expect(try mode(folder.file("a/b")) == 0o700)
    for file in ["", "-wal", "-shm"] { #expect(try mode(nested + file) == 0o600) }
    #expect(try cache.counts().total == 0)
    try python(PythonSide.create, path)
    chmod(path, 0o644)
    let open = try Cache(path: path)
    for file in ["", "-wal", "-shm"] { #expect(try mode(path + file) == 0o600) }
    #expect(try open.counts().total == 0)
    try SyncLock(cachePath: path, patience: 0, cancellation: Cancellation()).withLock {}
    #expect(try mode(path + ".memctl-lock") == 0o600)
  }

  @Test("A table that is missing is made anew, in a file of this version too")
  func missingTable() throws {
    _ = try Cache(path: path)
    let connection = try Connection(path: path)
    for table in ["pending_ops", "sync_meta", "memctl_entries", "memctl_withheld"] {
      try connection.execute("DROP TABLE \(table)")
      #expect(try Cache(path: path).counts().total == 0)
    }
  }

  @Test("A file from the Python side works for both")
  func pythonFile() throws {
    try python(PythonSide.create, path)
    try python(PythonSide.store, path, "from python")
    let cache = try Cache(path: path)
    let (_, entry) = try cache.store(MemoryFields(content: "from memctl"), at: .epoch)
    #expect(entry == EntryID(rawValue: 2))
    #expect(try cache.counts().total == 2)
    let sent = try python(PythonSide.drain, path)
    #expect(sent == "store from python\nstore from memctl\n")
    #expect(try cache.queue.entries().isEmpty)
    #expect(try cache.memory(LocalID(rawValue: 2))?.serverID?.rawValue == 1002)
    #expect(try cache.counts().lastSync == "2026-03-01T12:00:00+00:00")
    _ = try cache.delete(LocalID(rawValue: 1), at: .epoch)
    #expect(try python(PythonSide.drain, path) == "delete 1001\n")
  }

  @Test("Every statement of the Python side works on a file of memctl's")
  func pythonStatements() throws {
    let cache = try Cache(path: path)
    let connection = try Connection(path: path)
    try connection.run(
      """
      INSERT INTO memories(content, created_at, updated_at, server_id)
      VALUES ('old', 'x', 'x', 5), ('orphan', 'x', 'x', NULL)
      """)
    #expect(try python(PythonSide.replace, path) == "1\n")
    var contents: [String] = []
    try cache.forEachMemory(.init()) { contents.append($0.fields.content) }
    #expect(contents.sorted() == ["added", "new"])
  }

  @Test("The Python side sends what was given back to it, and never what memctl holds")
  func heldEntries() throws {
    let cache = try Cache(path: path)
    for content in ["back", "held"] {
      _ = try cache.store(MemoryFields(content: content), at: .epoch)
    }
    try cache.database.write { transaction in
      for id in [1, 2] { try transaction.queue.hold(EntryID(rawValue: Int64(id)), as: .inDoubt) }
      try transaction.queue.enqueue(
        .update(MemoryFields(content: "x"), ServerID(rawValue: 9)), at: .epoch)
      try transaction.queue.release(EntryID(rawValue: 1))
    }
    #expect(try python(PythonSide.drain, path) == "store back\n")
    #expect(try cache.queue.entries().map(\.operationName) == ["store", "update"])
    #expect(try cache.queue.entries().map(\.state) == [.inDoubt, .pending])
  }

  private static let oldShapes = [
    // Before sync.
    """
    CREATE TABLE memories (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL,
      category TEXT DEFAULT 'facts', tags TEXT DEFAULT '', expanded_keywords TEXT DEFAULT '',
      importance REAL DEFAULT 0.5, is_sensitive INTEGER DEFAULT 0, created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL);
    INSERT INTO memories(content, created_at, updated_at) VALUES ('findable', 'x', 'x');
    """,
    // Before retry_count.
    """
    CREATE TABLE memories (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL,
      category TEXT DEFAULT 'facts', tags TEXT DEFAULT '', expanded_keywords TEXT DEFAULT '',
      importance REAL DEFAULT 0.5, is_sensitive INTEGER DEFAULT 0, created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL, server_id INTEGER);
    CREATE TABLE pending_ops (id INTEGER PRIMARY KEY AUTOINCREMENT, op_type TEXT NOT NULL,
      payload TEXT NOT NULL, created_at TEXT NOT NULL);
    INSERT INTO memories(content, created_at, updated_at) VALUES ('findable', 'x', 'x');
    INSERT INTO pending_ops(op_type, payload, created_at)
      VALUES ('delete', '{"server_id": 4}', 'x');
    PRAGMA user_version = 2;
    """,
  ]

  @Test("An old file is brought up to date with what it holds", arguments: oldShapes)
  func migration(script: String) throws {
    try Connection(path: path).execute(script)
    let cache = try Cache(path: path)
    #expect(try cache.memory(LocalID(rawValue: 1))?.fields.content == "findable")
    let found = try cache.database.connection.first(
      "SELECT count(*) FROM memories_fts WHERE memories_fts MATCH 'findable'"
    ) { $0.int(0) }
    #expect(found == 1)
    _ = try cache.store(MemoryFields(content: "a"), at: .epoch)
    let stores = try cache.queue.entries().filter { $0.operationName == "store" }
    #expect(stores.count == 1)
    let counters = try cache.database.connection.query("SELECT retry_count FROM pending_ops") {
      $0.int(0)
    }
    #expect(counters.allSatisfy { $0 == 0 })
    _ = try Cache(path: path)
  }

  @Test("A file of memctl's first version is brought up to date with what it knows of its entries")
  func firstVersion() throws {
    do {
      let cache = try Cache(path: path)
      for content in ["a", "b"] { _ = try cache.store(MemoryFields(content: content), at: .now) }
      try cache.database.connection.execute(
        """
        DROP TRIGGER memctl_key;
        DROP TRIGGER memctl_rescue;
        ALTER TABLE memctl_entries DROP COLUMN sent_without_key;
        ALTER TABLE memctl_entries DROP COLUMN is_dropped;
        ALTER TABLE memctl_entries DROP COLUMN is_edited;
        ALTER TABLE memctl_entries DROP COLUMN candidates;
        DELETE FROM memctl_entries WHERE id = 2;
        UPDATE memctl_entries SET idempotency_key = 'k', attempts = 3 WHERE id = 1;
        UPDATE memctl_meta SET value = '1' WHERE key = 'schema_version';
        """)
    }
    let entries = try Cache(path: path).queue.entries()
    #expect(entries.map(\.attempts) == [3, 0])
    #expect(entries[0].idempotencyKey == "k")
    #expect(entries[1].idempotencyKey?.count == 32, "it was queued before there was a key")
  }

  @Test("A file from before the journal gets one, and keeps everything else")
  func beforeTheJournal() throws {
    do {
      let cache = try Cache(path: path)
      _ = try cache.store(MemoryFields(content: "a"), at: .epoch)
      let (id, _) = try cache.store(MemoryFields(content: "b"), at: .epoch)
      _ = try cache.delete(id, at: .epoch)
      try cache.database.connection.execute(
        """
        DROP TABLE memctl_journal; DROP TABLE memctl_journal_items;
        UPDATE memctl_meta SET value = '2' WHERE key = 'schema_version';
        """)
    }
    let cache = try Cache(path: path)
    #expect(try cache.queue.entries().count == 1)
    #expect(try cache.trash.latest().count == 1)
    #expect(throws: Problem.self) { try cache.journal.undo() }
    _ = try cache.store(MemoryFields(content: "c"), at: .epoch)
    #expect(try cache.journal.undo(at: .epoch).change.action == .store)
    #expect(try cache.memoryCount() == 1)
  }

  @Test("The search index follows every change")
  func searchIndex() throws {
    let cache = try Cache(path: path)
    let (id, _) = try cache.store(MemoryFields(content: "needle", tags: "haystack"), at: .epoch)
    func found(_ word: String) throws -> Int? {
      try cache.database.connection.first(
        "SELECT count(*) FROM memories_fts WHERE memories_fts MATCH ?", word
      ) { $0.int(0) }
    }
    #expect(try found("needle") == 1)
    #expect(try found("haystack") == 1)
    _ = try cache.delete(id, at: .epoch)
    #expect(try found("needle") == 0)
    try cache.database.connection.execute(
      "INSERT INTO memories_fts(memories_fts) VALUES('integrity-check')")
  }

  @Test(
    "Of two memories with one server id the latest stays, and the other goes to the trash",
    arguments: ["", "CREATE INDEX idx_memories_server_id ON memories(server_id)"])
  func doubledServerID(index: String) throws {
    try Connection(path: path).execute(
      Self.oldShapes[1] + """
        INSERT INTO memories(content, created_at, updated_at, server_id)
        VALUES ('older', 'x', '2026-01-01', 7), ('latest', 'x', '2026-01-03', 7),
          ('old', 'x', '2026-01-02', 7), ('first', 'x', 'x', 8), ('twin', 'x', 'x', 8);
        \(index)
        """)
    var told: [Mending] = []
    let cache = try Cache(path: path, tell: { told.append($0) })
    #expect(told == [.sharedServerIDs(3)])
    #expect(try cache.memory(ServerID(rawValue: 7))?.fields.content == "latest")
    #expect(try cache.memory(ServerID(rawValue: 8))?.fields.content == "first")
    var trashed: [String] = []
    try cache.trash.forEach { trashed.append($0.memory.fields.content) }
    #expect(trashed.sorted() == ["old", "older", "twin"])
    #expect(try cache.counts().total == 3)
    #expect(throws: SQLiteError.self) {
      try cache.database.connection.execute("UPDATE memories SET server_id = 7")
    }
  }

  @Test("The highest id that SQLite can give is told as what it is, and not as a full disk")
  func highestID() throws {
    let cache = try Cache(path: path)
    let (id, _) = try cache.store(MemoryFields(content: "a"), at: .epoch)
    try cache.database.connection.run(
      "UPDATE memories SET id = ? WHERE id = ?", Int64.max, id.rawValue)
    try cache.database.connection.run("UPDATE sqlite_sequence SET seq = ?", Int64.max)
    let found = try problem { _ = try cache.store(MemoryFields(content: "b"), at: .epoch) }
    #expect(found?.kind == .file)
    #expect(found?.message.hasPrefix("a memory in \(path) has the highest id") == true)
    #expect(try cache.counts().total == 1)
  }

  @Test("Opening a file a second time leaves the locks on it as they are")
  func locksStay() throws {
    let holder = try Connection(path: path)
    try holder.execute("CREATE TABLE memories(id INTEGER); BEGIN EXCLUSIVE")
    let cancellation = Cancellation()
    cancellation.cancel()
    for access in [CacheAccess.create, .change, .read] {
      let found = try problem {
        _ = try Cache(path: path, access: access, cancellation: cancellation)
      }
      #expect(found?.kind == .interrupted)
    }
    let attempt = """
      import sqlite3, sys
      try:
          sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN IMMEDIATE")
      except sqlite3.OperationalError as error:
          print(error)
      """
    #expect(try python(attempt, path) == "database is locked\n")
    try holder.execute("ROLLBACK")
  }

  // MARK: Files that cannot be used

  private static let foreign: [(name: String, script: String)] = [
    ("another program's", "CREATE TABLE bookmarks(url TEXT)"),
    ("another program's with its own memories", "CREATE TABLE memories(id INTEGER, body TEXT)"),
    ("a newer version's", "CREATE TABLE memories(id INTEGER); PRAGMA user_version = 3"),
    (
      "a newer memctl's",
      """
      CREATE TABLE memctl_meta(key TEXT PRIMARY KEY, value TEXT);
      INSERT INTO memctl_meta VALUES ('schema_version', '4'); PRAGMA user_version = 2
      """
    ),
  ]

  @Test(
    "A file that is not a cache of this version is refused and stays as it is", arguments: foreign)
  func foreignFile(name: String, script: String) throws {
    try Connection(path: path).execute(script)
    try refused()
  }

  @Test("What is no database is refused and stays as it is")
  func notADatabase() throws {
    let bytes = Data(String(repeating: "this is a letter, not a database\n", count: 200).utf8)
    try bytes.write(to: URL(fileURLWithPath: path))
    try refused()
  }

  @Test("A damaged file is refused with a way to rescue it")
  func damaged() throws {
    try python(PythonSide.create, path)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for index in 100..<4_000 { bytes[index] = 0xff }
    try bytes.write(to: URL(fileURLWithPath: path))
    try refused()
  }

  private func refused() throws {
    chmod(path, 0o644)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let found = try problem { _ = try Cache(path: path) }
    #expect(found?.kind == .file)
    #expect(found?.message.contains(path) == true)
    #expect(found?.hint != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
  }

  @Test(
    "A path that cannot be a file is refused",
    arguments: ["/", "/dev/null/memory.db", "/proc/memory.db", ""])
  func impossiblePath(path: String) throws {
    let found = try problem { _ = try Cache(path: path) }
    #expect(found?.kind == .file)
    #expect(found?.hint != nil)
  }

  @Test("Many who open and create the file at once all succeed")
  func creatingAtOnce() async throws {
    let path = path
    let totals = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<8 {
        group.addTask {
          guard let cache = try? Cache(path: path) else { return false }
          return (try? cache.store(MemoryFields(content: "m\(number)"), at: .epoch)) != nil
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(totals == 8)
    #expect(try Cache(path: path).counts().total == 8)
    #expect(try Cache(path: path).queue.entries().count == 8)
  }

  @Test("A reader is not held up by a writer")
  func readWhileWriting() throws {
    let cache = try Cache(path: path)
    _ = try cache.store(MemoryFields(content: "a"), at: .epoch)
    try cache.database.write { transaction in
      try cache.database.connection.run("DELETE FROM memories")
      #expect(try Cache(path: path).counts().total == 1)
    }
  }

  @Test("A full disk is a problem of kind file, and nothing is half-written")
  func full() throws {
    let cache = try Cache(path: path)
    let pages = try cache.database.connection.first("PRAGMA page_count") { $0.int(0) } ?? 0
    try cache.database.connection.execute("PRAGMA max_page_count = \(pages)")
    let fields = MemoryFields(content: String(repeating: "x", count: 200_000))
    let found = try problem { _ = try cache.store(fields, at: .epoch) }
    #expect(found?.kind == .file)
    #expect(found?.message.contains("disk is full") == true)
    #expect(try cache.counts().total == 0)
    #expect(try cache.queue.entries().isEmpty)
    #expect(!cache.database.connection.isInTransaction)
  }
}
