import JSON
import MemoryAPI
import MemoryModel

extension ServerRow {
  /// The longest text in bytes, as it appears in the record. The API keeps texts of 1,400
  /// characters.
  private static let longestText = 256 << 10

  /// The nesting depth beyond which a record makes the whole answer unreadable, and not only
  /// itself.
  private static let deepestRecord = 1 << 16

  /// Reads one record. Columns that the server may leave NULL get the default of the local column.
  ///
  /// - Throws: `JSONError` if the document itself is broken; then nothing after it can be read.
  /// - Returns: the row, or what is wrong with it.
  static func read(_ reader: inout JSONReader) throws -> Result<ServerRow, Defect> {
    guard try reader.peek() == .object else {
      _ = try reader.skipValue(allowing: Self.deepestRecord)
      return .failure(Defect(id: nil, updatedAt: nil, reason: "a record is not an object"))
    }
    var id: Int64?
    var fields = MemoryFields(content: "")
    var hasContent = false
    var createdAt: String?
    var updatedAt: String?
    var isDeleted = false
    var wrong: String?

    func text(_ reader: inout JSONReader, _ name: String) throws -> String? {
      switch try reader.peek() {
      case .string:
        let text = try reader.readString()
        guard text.raw.count <= Self.longestText else {
          wrong = "\(name) is longer than \(grouped(Self.longestText)) bytes"
          return nil
        }
        guard let string = text.string else {
          wrong = "\(name) is not valid text"
          return nil
        }
        // A NUL character can be written only as an escape.
        if text.isEscaped, string.utf8.contains(0) { wrong = "\(name) contains a NUL character" }
        return string
      case .null: try reader.readNull()
      default:
        wrong = "\(name) has the wrong type"
        try skip(&reader)
      }
      return nil
    }

    func skip(_ reader: inout JSONReader) throws {
      if try reader.skipValue(allowing: Self.deepestRecord) > JSONReader.maximumDepth {
        wrong = "one of its fields is nested too deeply"
      }
    }

    func read(_ field: MemoryField, _ reader: inout JSONReader) throws {
      switch (field.kind, try reader.peek()) {
      case (.text, _):
        let value = try text(&reader, field.column)
        fields[field] = value.map { .text($0) } ?? field.defaultValue
        if field == .content { hasContent = value != nil }
      case (.number, .number): fields[field] = .number(try reader.readNumber().double)
      case (.flag, .bool): fields[field] = .flag(try reader.readBool())
      case (_, .null): try reader.readNull()
      default:
        wrong = "\(field.column) has the wrong type"
        try skip(&reader)
      }
    }

    try reader.readObject { reader, name in
      switch name {
      case "id":
        if try reader.peek() == .number {
          id = try reader.readNumber().int64
        } else {
          try skip(&reader)
        }
      case "created_at": createdAt = try text(&reader, "created_at")
      case "updated_at": updatedAt = try text(&reader, "updated_at")
      case "deleted_at": isDeleted = try text(&reader, "deleted_at")?.isEmpty == false
      default:
        if let field = MemoryField.allCases.first(where: { name == $0.column }) {
          try read(field, &reader)
        } else {
          try skip(&reader)
        }
      }
    }

    let changeTime = updatedAt.flatMap(Timestamp.init)
    guard let id = id.map(ServerID.init), id.rawValue > 0 else {
      return .failure(Defect(id: nil, updatedAt: changeTime, reason: "a record has no valid id"))
    }
    func defect(_ reason: String) -> Result<ServerRow, Defect> {
      .failure(Defect(id: id, updatedAt: changeTime, reason: "memory \(id.rawValue): \(reason)"))
    }
    if let wrong { return defect(wrong) }
    guard hasContent else { return defect("it has no content") }
    guard let createdAt, Timestamp(createdAt) != nil else {
      return defect("created_at is not a time")
    }
    guard let updatedAt, changeTime != nil else {
      return defect("updated_at is not a time")
    }
    guard fields.importance.isFinite else { return defect("importance is not a number") }
    return .success(
      ServerRow(
        id: id, fields: fields, createdAt: createdAt, updatedAt: updatedAt,
        isDeleted: isDeleted))
  }
}
