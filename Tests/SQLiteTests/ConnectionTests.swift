import Foundation
import SQLite
import TestSupport
import Testing

@Suite("A database connection") struct ConnectionTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("test.db") }

  private func open(timeout: Int32 = 30_000) throws -> Connection {
    let connection = try Connection(path: path, busyTimeout: timeout)
    try connection.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, x)")
    return connection
  }

  private func count(_ connection: Connection) throws -> Int? {
    try connection.first("SELECT count(*) FROM t") { $0.int(0) }
  }

  private func kind(_ body: () throws -> Void) -> SQLiteError.Kind? {
    do { try body() } catch { return (error as? SQLiteError)?.kind }
    return nil
  }

  // MARK: Values

  @Test(
    "A value comes back in the class it went in",
    arguments: [
      .null, .integer(.max), .integer(.min), .integer(0), .real(0.1), .real(-.infinity), .text(""),
      .text("ü🙂"), .text("a\0b"), .blob([]), .blob([0, 255]),
    ] as [Value])
  func roundTrip(value: Value) throws {
    let connection = try open()
    try connection.run("INSERT INTO t(x) VALUES (?)", value)
    #expect(try connection.first("SELECT x FROM t") { $0.value(0) } == value)
  }

  @Test("The empty text is not NULL")
  func emptyText() throws {
    let connection = try open()
    try connection.run("INSERT INTO t(x) VALUES (?), (?)", "", String?.none)
    let texts = try connection.query("SELECT x FROM t ORDER BY id") { $0.optionalText(0) }
    #expect(texts == ["", nil])
    #expect(
      try connection.query("SELECT typeof(x) FROM t ORDER BY id") { $0.text(0) } == [
        "text", "null",
      ])
    #expect(try connection.query("SELECT x FROM t ORDER BY id") { $0.text(0) } == ["", ""])
  }

  @Test("Text can be bound without copying it")
  func borrowed() throws {
    let connection = try open()
    let statement = try connection.prepare("INSERT INTO t(x) VALUES (?)")
    for bytes in [Array("borrowed".utf8), []] {
      try bytes.withUnsafeBufferPointer {
        try statement.bind(borrowing: $0, at: 1)
        try statement.step()
        statement.reset()
      }
    }
    #expect(
      try connection.query("SELECT x FROM t ORDER BY id") { $0.value(0) } == [
        .text("borrowed"), .text(""),
      ])
  }

  @Test("Columns are read as numbers, truths and texts")
  func columns() throws {
    let connection = try open()
    try connection.forEach("SELECT 5, 1, 0.5, 'x', NULL, x'ff'") { row in
      #expect(row.columnCount == 6)
      #expect(row.int(0) == 5)
      #expect(row.bool(1))
      #expect(row.double(2) == 0.5)
      #expect(row.text(3) == "x")
      #expect(row.isNull(4))
      #expect(row.optionalInt64(4) == nil)
      #expect(row.optionalInt64(0) == 5)
      #expect(row.withText(4) { $0.count } == 0)
      #expect(row.text(5) == "\u{fffd}")
    }
  }

  // MARK: Statements

  @Test("A statement can be used while the same one is in use")
  func nested() throws {
    let connection = try open()
    for _ in 0..<3 { try connection.run("INSERT INTO t(x) VALUES (?)", 1) }
    var pairs = 0
    try connection.forEach("SELECT id FROM t") { _ in
      try connection.forEach("SELECT id FROM t") { _ in pairs += 1 }
    }
    #expect(pairs == 9)
  }

  @Test("What was bound does not stay for the next use")
  func freshBindings() throws {
    let connection = try open()
    for value in ["a", "b"] {
      #expect(try connection.first("SELECT ?", value) { $0.text(0) } == value)
    }
    #expect(try connection.first("SELECT x FROM t") { $0.text(0) } == nil)
  }

  @Test("The number of changed rows and the last id are told")
  func changes() throws {
    let connection = try open()
    #expect(try connection.run("INSERT INTO t(x) VALUES (1), (2), (3)") == 3)
    #expect(connection.lastInsertedRowID == 3)
    #expect(try connection.run("UPDATE t SET x = 0 WHERE id > 1") == 2)
    #expect(try connection.run("DELETE FROM t WHERE id = 77") == 0)
    #expect(connection.totalChanges == 5)
  }

  @Test("An error tells the statement, never the values")
  func errors() throws {
    let connection = try open()
    let error = #expect(throws: SQLiteError.self) {
      try connection.run("INSERT INTO t(id) VALUES (?), (1)", 1)
    }
    #expect(error?.kind == .constraint)
    #expect(error?.sql == "INSERT INTO t(id) VALUES (?), (1)")
    #expect(error?.description.contains("UNIQUE constraint failed: t.id") == true)
    #expect(kind { try connection.execute("nonsense") } == .other)
    #expect(kind { _ = try connection.prepare("") } == .other)
    #expect(try count(connection) == 0)
  }

  // MARK: Transactions

  private struct Stop: Error {}

  @Test("A transaction is committed when its body returns, rolled back when it throws")
  func transactions() throws {
    let connection = try open()
    #expect(try connection.transaction { try connection.run("INSERT INTO t(x) VALUES (1)") } == 1)
    #expect(!connection.isInTransaction)
    #expect(throws: Stop.self) {
      try connection.transaction {
        try connection.run("INSERT INTO t(x) VALUES (2)")
        #expect(connection.isInTransaction)
        throw Stop()
      }
    }
    #expect(!connection.isInTransaction)
    #expect(try count(connection) == 1)
  }

  @Test("A transaction inside another one is part of it")
  func nesting() throws {
    let connection = try open()
    #expect(throws: Stop.self) {
      try connection.transaction {
        _ = try connection.transaction { try connection.run("INSERT INTO t(x) VALUES (1)") }
        #expect(connection.isInTransaction)
        throw Stop()
      }
    }
    #expect(try count(connection) == 0)
  }

  @Test("A rehearsal sees what it does, and leaves nothing")
  func rehearsal() throws {
    let connection = try open()
    let seen = try connection.rehearsal {
      _ = try connection.transaction { try connection.run("INSERT INTO t(x) VALUES (1)") }
      return try count(connection)
    }
    #expect(seen == 1)
    #expect(try count(connection) == 0)
    #expect(!connection.isInTransaction)
    #expect(throws: Stop.self) { try connection.rehearsal { throw Stop() } }
    #expect(!connection.isInTransaction)
  }

  @Test("A commit that fails rolls back, and the connection works on")
  func failingCommit() throws {
    let connection = try open()
    try connection.execute(
      """
      PRAGMA foreign_keys = ON;
      CREATE TABLE child(parent REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED);
      """)
    let found = kind {
      _ = try connection.transaction { try connection.run("INSERT INTO child VALUES (9)") }
    }
    #expect(found == .constraint)
    #expect(!connection.isInTransaction)
    #expect(try connection.first("SELECT count(*) FROM child") { $0.int(0) } == 0)
  }

  @Test("Two writers exclude each other, and a reader keeps its snapshot")
  func isolation() throws {
    let first = try open()
    _ = try first.first("PRAGMA journal_mode = WAL") { $0.text(0) }
    let second = try open(timeout: 0)
    try first.transaction {
      try first.run("INSERT INTO t(x) VALUES (1)")
      #expect(try count(second) == 0)
      #expect(kind { try second.transaction {} } == .busy)
    }
    try second.transaction(.deferred) {
      #expect(try count(second) == 1)
      try first.run("INSERT INTO t(x) VALUES (2)")
      #expect(try count(second) == 1)
    }
    #expect(try count(second) == 2)
  }

  // MARK: Files

  @Test("What can be wrong with a file has a kind of its own")
  func kinds() throws {
    #expect(kind { _ = try Connection(path: folder.file("no"), mode: .readWrite) } == .cannotOpen)
    #expect(kind { _ = try Connection(path: folder.path) } == .cannotOpen)
    _ = try open()
    let readOnly = try Connection(path: path, mode: .readOnly)
    #expect(kind { try readOnly.run("INSERT INTO t(x) VALUES (1)") } == .readOnly)
    let letter = folder.file("letter")
    try Data(String(repeating: "Dear all\n", count: 200).utf8).write(
      to: URL(fileURLWithPath: letter))
    #expect(
      kind { try Connection(path: letter).execute("SELECT * FROM sqlite_schema") } == .notADatabase)
    let full = try open()
    try full.execute("PRAGMA max_page_count = 2")
    #expect(kind { try full.run("INSERT INTO t(x) VALUES (zeroblob(100000))") } == .full)
    let kinds: [(Int32, SQLiteError.Kind)] = [
      (5, .busy), (517, .busy), (6, .busy), (13, .full), (8, .readOnly), (3, .readOnly),
      (14, .cannotOpen), (10, .inputOutput), (3_338, .inputOutput), (11, .corrupt),
      (26, .notADatabase), (2_067, .constraint), (9, .interrupted), (1, .other), (21, .other),
    ]
    for (code, kind) in kinds {
      #expect(SQLiteError(code: code, message: "").kind == kind, "code \(code)")
    }
  }
}
