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
  static let deletedAtColumn = 9

  /// Whom a memory is shown to.
  enum Audience {
    /// Its owner's own machines, which have it whole.
    case owner
    /// Every user, and the owner among them: what is sensitive is masked.
    case everyone
  }

  /// Writes the row that the statement stands on.
  static func write(_ row: Statement, to audience: Audience, into json: inout JSONWriter) {
    json.beginObject()
    json.name("id")
    json.write(row.int64(0))
    json.name("content")
    if audience == .everyone && row.bool(6) {
      json.write("[SENSITIVE - use secret_get(id=\(row.int64(0)))]")
    } else {
      row.withText(1) { json.write(utf8: $0) }
    }
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
    json.write(Timestamp(microseconds: row.int64(updatedAtColumn)).description)
    json.name("deleted_at")
    if let deletedAt = row.optionalInt64(deletedAtColumn) {
      json.write(Timestamp(microseconds: deletedAt).description)
    } else {
      json.writeNull()
    }
    if audience == .everyone {
      json.name("owner")
      row.withText(10) { json.write(utf8: $0) }
    }
    json.endObject()
  }
}

/// `{"memories":[…],…}`, made piece by piece while a client takes it.
///
/// Which memories it has is settled at its beginning; each is as it is when its piece is made. So
/// however long a client takes, no snapshot keeps the log from being reused. What is changed
/// meanwhile comes with the next sync once more, and what is deleted is left out.
final class MemoryStream: ByteSource {
  struct Selection {
    let ids: [Int64]
    let audience: MemoryRecord.Audience
    var hasTombstones = false
  }

  private let readers: Readers
  private let selection: Selection
  private let tail: (inout JSONWriter) -> Void
  private var position = 0
  private var json = JSONWriter()
  private(set) var isAtEnd = false

  /// Bytes after which a piece ends.
  private static let pieceSize = 64 * 1024

  /// - Parameter tail: writes the members that follow `memories`.
  init(
    _ selection: Selection, from readers: Readers, tail: @escaping (inout JSONWriter) -> Void
  ) {
    self.selection = selection
    self.readers = readers
    self.tail = tail
    json.beginObject()
    json.name("memories")
    json.beginArray()
  }

  func next() throws -> [UInt8]? {
    guard !isAtEnd else { return nil }
    let snapshot = try readers.snapshot()
    let row = try snapshot.connection.prepare(
      "SELECT \(MemoryRecord.columns) FROM memories WHERE id = ?")
    while json.bytes.count < Self.pieceSize, position < selection.ids.count {
      defer { row.reset() }
      try row.bind(.integer(selection.ids[position]), at: 1)
      position += 1
      guard try row.step() else { continue }
      if selection.hasTombstones || row.isNull(MemoryRecord.deletedAtColumn) {
        MemoryRecord.write(row, to: selection.audience, into: &json)
      }
    }
    if position == selection.ids.count {
      json.endArray()
      tail(&json)
      json.endObject()
      isAtEnd = true
    }
    return json.drain()
  }
}
