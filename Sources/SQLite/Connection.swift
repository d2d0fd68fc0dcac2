import CSQLite

/// One connection to an SQLite database file. It is not thread safe: each thread opens its own.
public final class Connection {
  public enum OpenMode: Sendable {
    /// Creates the file if it is missing.
    case create
    case readWrite
    case readOnly
    /// Reads a file that nobody is writing, without any companion files.
    case immutable
  }

  /// When a transaction takes its lock: see <https://sqlite.org/lang_transaction.html>.
  public enum TransactionKind: String, Sendable {
    /// Reads one snapshot; takes no write lock.
    case deferred = "DEFERRED"
    /// Waits for the write lock at once, so that no statement inside can meet a busy database.
    case immediate = "IMMEDIATE"
  }

  private let handle: OpaquePointer
  private let patience: Patience
  private var statements: [String: Statement] = [:]

  /// Opens `path`, or `:memory:` for a database in memory.
  ///
  /// - Parameters:
  ///   - busyTimeout: milliseconds that a statement waits for another process's lock.
  ///   - interruption: a descriptor that ends such a wait once it is readable.
  /// - Throws: `SQLiteError`. SQLite reads the file at the first statement, not here.
  public init(
    path: String, mode: OpenMode = .create, busyTimeout: Int32 = 30_000, interruption: Int32? = nil
  ) throws {
    let flags =
      switch mode {
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .readWrite: SQLITE_OPEN_READWRITE
      case .readOnly: SQLITE_OPEN_READONLY
      case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      }
    let name = mode == .immutable ? Self.immutable(path) : path
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard let opened else {
      throw SQLiteError(code: code, message: String(cString: sqlite3_errstr(code)))
    }
    guard code == SQLITE_OK else {
      let error = Self.lastError(of: opened, sql: nil)
      sqlite3_close_v2(opened)
      throw error
    }
    handle = opened
    patience = Patience(milliseconds: busyTimeout, interruption: interruption)
    sqlite3_extended_result_codes(handle, 1)
    patience.govern(handle)
  }

  private static func immutable(_ path: String) -> String {
    let hexadecimal = Array("0123456789abcdef".utf8)
    var name = Array("file:".utf8)
    for byte in path.utf8 {
      if UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: "/") {
        name.append(byte)
      } else {
        name += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return String(decoding: name, as: UTF8.self) + "?immutable=1"
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  // MARK: Statements

  /// Runs any number of statements separated by semicolons; rows they return are dropped.
  public func execute(_ script: String) throws {
    guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
      throw lastError(sql: script)
    }
  }

  /// Compiles `sql`, a single statement.
  public func prepare(_ sql: String) throws -> Statement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw lastError(sql: sql)
    }
    return Statement(handle: statement, connection: self)
  }

  /// Runs `sql` to its end and returns the number of rows it inserted, updated or deleted.
  @discardableResult
  public func run(_ sql: String, _ values: any Bindable...) throws -> Int {
    try withCached(sql, values) { statement in
      while try statement.step() {}
      return Int(sqlite3_changes(handle))
    }
  }

  /// The same for values that come as a list.
  @discardableResult
  public func run(_ sql: String, values: [Value]) throws -> Int {
    try withCached(sql, values) { statement in
      while try statement.step() {}
      return Int(sqlite3_changes(handle))
    }
  }

  /// Every row of `sql`, each turned into an element by `row`, in the statement's order.
  public func query<Element>(
    _ sql: String, _ values: any Bindable..., row: (Statement) throws -> Element
  ) throws -> [Element] {
    try query(sql, values: values.map(\.sqliteValue), row: row)
  }

  /// The same for values that come as a list.
  public func query<Element>(
    _ sql: String, values: [Value], row: (Statement) throws -> Element
  ) throws -> [Element] {
    try withCached(sql, values) { statement in
      var elements: [Element] = []
      while try statement.step() { elements.append(try row(statement)) }
      return elements
    }
  }

  /// The first row of `sql`, or nil when it has none.
  public func first<Element>(
    _ sql: String, _ values: any Bindable..., row: (Statement) throws -> Element
  ) throws -> Element? {
    try withCached(sql, values) { statement in
      try statement.step() ? try row(statement) : nil
    }
  }

  /// Calls `row` for each row of `sql` without keeping any.
  public func forEach(
    _ sql: String, _ values: any Bindable..., row: (Statement) throws -> Void
  ) throws {
    try withCached(sql, values) { statement in
      while try statement.step() { try row(statement) }
    }
  }

  /// Statements are compiled once and kept. One in use is taken out, so that a nested use of the
  /// same text gets a statement of its own.
  private func withCached<Result>(
    _ sql: String, _ values: [any Bindable], _ body: (Statement) throws -> Result
  ) throws -> Result {
    let statement = try statements.removeValue(forKey: sql) ?? prepare(sql)
    defer {
      statement.reset()
      statements[sql] = statement
    }
    try statement.bind(values)
    return try body(statement)
  }

  public var lastInsertedRowID: Int64 { sqlite3_last_insert_rowid(handle) }

  /// Rows that this connection changed since it was opened, triggers included.
  public var totalChanges: Int64 { sqlite3_total_changes64(handle) }

  // MARK: Transactions

  public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// `body` is synchronous, so a transaction cannot wait for anything but the database.
  /// Inside another transaction it joins that one.
  public func transaction<Result>(
    _ kind: TransactionKind = .immediate, _ body: () throws -> Result
  ) throws -> Result {
    if isInTransaction { return try body() }
    try execute("BEGIN \(kind.rawValue)")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // A full disk rolls back by itself, and a second ROLLBACK would be an error of its own.
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Runs `body` in a transaction that is always rolled back: what it would do, without doing it.
  public func rehearsal<Result>(_ body: () throws -> Result) throws -> Result {
    precondition(!isInTransaction, "a rehearsal cannot be part of a transaction")
    try execute("BEGIN IMMEDIATE")
    defer { if isInTransaction { try? execute("ROLLBACK") } }
    return try body()
  }

  /// Runs `body` with triggers on or off, for this connection only; afterwards they are as before.
  /// After each change, the statements that are kept are recompiled when they are next used.
  public func withTriggers<Result>(_ enabled: Bool, _ body: () throws -> Result) rethrows -> Result
  {
    let before = hasTriggers
    hasTriggers = enabled
    defer { hasTriggers = before }
    return try body()
  }

  private var hasTriggers = true {
    didSet {
      if hasTriggers != oldValue { _ = memctl_sqlite_enable_triggers(handle, hasTriggers ? 1 : 0) }
    }
  }

  // MARK: Errors

  func lastError(sql: String?) -> SQLiteError {
    let error = Self.lastError(of: handle, sql: sql)
    guard error.kind == .busy, patience.wasInterrupted else { return error }
    return SQLiteError(code: SQLITE_INTERRUPT, message: "interrupted", sql: sql)
  }

  private static func lastError(of handle: OpaquePointer, sql: String?) -> SQLiteError {
    let code = sqlite3_extended_errcode(handle)
    let fails = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xff)
    return SQLiteError(
      code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql,
      systemError: fails ? sqlite3_system_errno(handle) : 0)
  }
}
