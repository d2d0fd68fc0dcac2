import CSQLite
import Glibc

/// A prepared statement. It belongs to the connection that made it and to one thread at a time.
///
/// Parameters are numbered from 1 and columns from 0, as in the C interface.
public final class Statement {
  let handle: OpaquePointer
  private unowned let connection: Connection

  init(handle: OpaquePointer, connection: Connection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  public var sql: String { String(cString: sqlite3_sql(handle)) }
  public var columnCount: Int { Int(sqlite3_column_count(handle)) }

  /// Runs to the first row or the end: true when there is a row to read.
  @discardableResult
  public func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw connection.lastError(sql: sql)
    }
  }

  /// Makes the statement ready to run again; bound values stay.
  public func reset() { sqlite3_reset(handle) }

  // MARK: Parameters

  public func bind(_ values: [any Bindable]) throws {
    for (index, value) in values.enumerated() {
      try bind(value.sqliteValue, at: index + 1)
    }
  }

  public func bind(_ value: Value, at index: Int) throws {
    let index = Int32(index)
    let code =
      switch value {
      case .null: sqlite3_bind_null(handle, index)
      case .integer(let number): sqlite3_bind_int64(handle, index, number)
      case .real(let number): sqlite3_bind_double(handle, index, number)
      case .text(var text):
        text.withUTF8 { bindText($0, at: index, memctl_sqlite_transient()) }
      case .blob(let bytes):
        bytes.withUnsafeBytes {
          sqlite3_bind_blob64(
            handle, index, $0.baseAddress ?? Self.emptyBlob, UInt64($0.count),
            memctl_sqlite_transient())
        }
      }
    try check(code)
  }

  /// Binds UTF-8 text without copying it: the bytes must stay as they are until the statement has
  /// been stepped and reset.
  public func bind(borrowing text: UnsafeBufferPointer<UInt8>, at index: Int) throws {
    try check(bindText(text, at: Int32(index), nil))
  }

  private func bindText(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int32, _ destructor: sqlite3_destructor_type?
  ) -> Int32 {
    // A null pointer would bind NULL; the empty text needs an address.
    let address = UnsafeRawPointer(text.baseAddress) ?? Self.emptyBlob
    return sqlite3_bind_text64(
      handle, index, address.assumingMemoryBound(to: CChar.self), UInt64(text.count), destructor,
      UInt8(SQLITE_UTF8))
  }

  private nonisolated(unsafe) static let emptyBlob = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

  private func check(_ code: Int32) throws {
    if code != SQLITE_OK { throw connection.lastError(sql: sql) }
  }

  // MARK: Columns

  public func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  public func int64(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
  public func int(_ column: Int) -> Int { Int(int64(column)) }
  public func bool(_ column: Int) -> Bool { int64(column) != 0 }
  public func double(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

  /// The column as text; NULL is the empty text, and bytes that are not UTF-8 are replaced.
  public func text(_ column: Int) -> String {
    withText(column) { String(decoding: $0, as: UTF8.self) }
  }

  public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
  public func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }

  /// Lends the column's UTF-8 bytes to `body`; NULL is the empty text.
  public func withText<Result>(
    _ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    let start = sqlite3_column_text(handle, Int32(column))
    let count = Int(sqlite3_column_bytes(handle, Int32(column)))
    return try body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  /// Whether the column is this text, byte for byte; NULL is the empty text.
  public func text(_ column: Int, equals text: String) -> Bool {
    var text = text
    return text.withUTF8 { wanted in
      withText(column) { found in
        found.count == wanted.count
          && (wanted.isEmpty || memcmp(found.baseAddress!, wanted.baseAddress!, wanted.count) == 0)
      }
    }
  }

  /// The column in the storage class it has in the file.
  public func value(_ column: Int) -> Value {
    switch sqlite3_column_type(handle, Int32(column)) {
    case SQLITE_INTEGER: return .integer(int64(column))
    case SQLITE_FLOAT: return .real(double(column))
    case SQLITE_TEXT: return .text(text(column))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(handle, Int32(column))
      let count = Int(sqlite3_column_bytes(handle, Int32(column)))
      return .blob(Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
    default: return .null
    }
  }
}
