import JSON
import MemoryAPI
import SQLite

/// How a memory looks in the API.
enum MemoryRecord {
  /// The columns that `write` expects, in its order.
  static let columns = """
    id, content, category, tags, expanded_keywords, importance, is_sensitive, created_at, \
    updated_at, deleted_at, owner
    """

  static let updatedAtColumn = 8

  /// Writes the row that the statement stands on.
  static func write(_ row: Statement, withOwner: Bool, to json: inout JSONWriter) {
    json.beginObject()
    json.name("id")
    json.write(row.int64(0))
    json.name("content")
    row.withText(1) { json.write(utf8: $0) }
    json.name("category")
    row.withText(2) { json.write(utf8: $0) }
    json.name("tags")
    row.withText(3) { json.write(utf8: $0) }
    json.name("expanded_keywords")
    row.withText(4) { json.write(utf8: $0) }
    json.name("importance")
    json.write(row.double(5))
    json.name("is_sensitive")
    json.write(row.bool(6))
    json.name("created_at")
    json.write(Timestamp(microseconds: row.int64(7)).description)
    json.name("updated_at")
    json.write(Timestamp(microseconds: row.int64(8)).description)
    json.name("deleted_at")
    if let deletedAt = row.optionalInt64(9) {
      json.write(Timestamp(microseconds: deletedAt).description)
    } else {
      json.writeNull()
    }
    if withOwner {
      json.name("owner")
      row.withText(10) { json.write(utf8: $0) }
    }
    json.endObject()
  }
}

/// `{"memories":[…],…}`, made row by row while a client takes it.
///
/// It holds its snapshot until it is released, so that the answer is consistent however long the
/// client takes; writers go on meanwhile.
final class MemoryStream: ByteSource {
  private let snapshot: Snapshot
  /// Nil when all were taken.
  private var rows: Statement?
  private let withOwner: Bool
  private let tail: (inout JSONWriter) -> Void
  private var json = JSONWriter()

  /// Bytes after which a piece ends.
  private static let pieceSize = 64 * 1024

  /// - Parameters:
  ///   - rows: yields `MemoryRecord.columns`.
  ///   - tail: writes the members that follow `memories`.
  init(
    _ snapshot: Snapshot, rows: Statement, withOwner: Bool,
    tail: @escaping (inout JSONWriter) -> Void
  ) {
    self.snapshot = snapshot
    self.rows = rows
    self.withOwner = withOwner
    self.tail = tail
    json.beginObject()
    json.name("memories")
    json.beginArray()
  }

  deinit {
    // The statement ends before the snapshot gives its connection to another thread.
    rows = nil
  }

  var isAtEnd: Bool { rows == nil }

  func next() throws -> [UInt8]? {
    guard let rows else { return nil }
    while json.bytes.count < Self.pieceSize {
      guard try rows.step() else {
        json.endArray()
        tail(&json)
        json.endObject()
        self.rows = nil
        break
      }
      MemoryRecord.write(rows, withOwner: withOwner, to: &json)
    }
    return json.drain()
  }
}
