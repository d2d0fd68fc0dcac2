import HTTPTransport
import JSON

/// A memory as the sync answer gives it.
struct ServerRow {
  let id: ServerID
  var fields: MemoryFields
  let createdAt: String
  let updatedAt: String
  /// It was deleted on the server: a tombstone.
  let isDeleted: Bool

  /// Why a record of the answer is left out.
  struct Defect: Error, Hashable {
    /// Nil where the record does not say which memory it is.
    let id: ServerID?
    /// Nil where the record does not say when it was changed.
    let updatedAt: Timestamp?
    let reason: String
  }
}

extension ServerRow {
  /// Whether it is not the memory that has its id here, but one that the server gave that id later.
  func isAnother(than memory: Memory) -> Bool {
    memory.createdAt != createdAt && memory.fields.content != fields.content
      && isYounger(than: memory.updatedAt, andNoRedactionOf: memory.fields.content)
  }

  /// Whether it was created after a memory was last changed, and is not that memory blacked out.
  func isYounger(than updatedAt: String, andNoRedactionOf content: String) -> Bool {
    guard let created = Timestamp(createdAt), let updated = Timestamp(updatedAt),
      created > updated
    else { return false }
    return !(fields.isSensitive && Redaction(fields.content)?.couldStand(for: content) == true)
  }

  /// Bytes of a text, as it stands in the record. The API keeps texts of 1,400 characters.
  private static let longestText = 256 << 10

  /// Levels beyond which a record spoils the whole answer, and not only itself.
  private static let deepestRecord = 1 << 16

  /// Reads one record. Columns that the server may leave NULL get the local column's default.
  ///
  /// - Throws: `JSONError` where the document itself is broken; then nothing after it can be read.
  /// - Returns: the row, or what is wrong with it.
  static func read(_ reader: inout JSONReader) throws -> Result<ServerRow, Defect> {
    guard try reader.peek() == .object else {
      _ = try reader.skipValue(allowing: Self.deepestRecord)
      return .failure(Defect(id: nil, updatedAt: nil, reason: "a record is not an object"))
    }
    var id: Int64?
    var fields = MemoryFields(content: "")
    var content: String?
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
        // It can only be written as an escape.
        if text.isEscaped, string.utf8.contains(0) { wrong = "\(name) holds a NUL character" }
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

    try reader.readObject { reader, name in
      switch name {
      case "id":
        if try reader.peek() == .number {
          id = try reader.readNumber().int64
        } else {
          try skip(&reader)
        }
      case "content": content = try text(&reader, "content")
      case "category": fields.category = try text(&reader, "category") ?? Category.standard
      case "tags": fields.tags = try text(&reader, "tags") ?? ""
      case "expanded_keywords":
        fields.expandedKeywords = try text(&reader, "expanded_keywords") ?? ""
      case "created_at": createdAt = try text(&reader, "created_at")
      case "updated_at": updatedAt = try text(&reader, "updated_at")
      case "deleted_at": isDeleted = try text(&reader, "deleted_at")?.isEmpty == false
      case "importance":
        switch try reader.peek() {
        case .number: fields.importance = try reader.readNumber().double
        case .null: try reader.readNull()
        default:
          wrong = "importance has the wrong type"
          try skip(&reader)
        }
      case "is_sensitive":
        switch try reader.peek() {
        case .bool: fields.isSensitive = try reader.readBool()
        case .null: try reader.readNull()
        default:
          wrong = "is_sensitive has the wrong type"
          try skip(&reader)
        }
      default: try skip(&reader)
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
    guard let content else { return defect("it has no content") }
    guard let createdAt, Timestamp(createdAt) != nil else {
      return defect("created_at is not a time")
    }
    guard let updatedAt, changeTime != nil else {
      return defect("updated_at is not a time")
    }
    guard fields.importance.isFinite else { return defect("importance is not a number") }
    fields.content = content
    return .success(
      ServerRow(
        id: id, fields: fields, createdAt: createdAt, updatedAt: updatedAt,
        isDeleted: isDeleted))
  }
}

/// Walks through a sync answer without keeping it in memory.
enum SyncAnswer {
  /// Calls `row` for each record, in order; returns the answer's `server_time`.
  ///
  /// - Throws: `Problem` of kind `.invalidResponse` when the answer is not one of this API, and whatever
  ///   `row` throws. The caller undoes then what it did with earlier records.
  static func read(
    _ body: ResponseBody, row: (Result<ServerRow, ServerRow.Defect>) throws -> Void
  ) throws -> Timestamp {
    try body.withBytes { bytes in
      var reader = JSONReader(bytes)
      var hasMemories = false
      var serverTime: Timestamp?
      do {
        guard try reader.peek() == .object else { throw invalidResponse("it is not an object") }
        try reader.readObject { reader, name in
          switch name {
          case "memories":
            guard try reader.peek() == .array, !hasMemories else {
              throw invalidResponse("its memories are not one list")
            }
            hasMemories = true
            var released = 0
            try reader.readArray { reader in
              try row(try ServerRow.read(&reader))
              if reader.position - released > 1 << 22 {
                released = reader.position
                body.release(before: released)
              }
            }
          case "server_time":
            guard try reader.peek() == .string, let text = try reader.readString().string,
              let time = Timestamp(text)
            else { throw invalidResponse("its server_time is not a time") }
            serverTime = time
          default: try reader.skipValue()
          }
        }
        try reader.readEnd()
      } catch let error as JSONError {
        throw invalidResponse("it is \(error)")
      }
      guard hasMemories else { throw invalidResponse("it has no memories") }
      guard let serverTime else { throw invalidResponse("it has no server_time") }
      return serverTime
    }
  }

  private static func invalidResponse(_ reason: String) -> Problem {
    Problem(
      .invalidResponse, "invalid response to a sync request: \(reason)",
      hint: "nothing was changed; check that the address is that of a memory server")
  }
}
