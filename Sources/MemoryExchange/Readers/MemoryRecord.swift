import JSON
import MemoryAPI
import MemoryModel

/// A memory as JSON, under the names that memctl and the API use. What else stands in the object is
/// ignored.
enum MemoryRecord {
  /// - Throws: `ImportRefusal`.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws -> ImportedMemory {
    do {
      var reader = JSONReader(bytes)
      guard try reader.peek() == .object else { throw ImportRefusal("it is not a JSON object") }
      var record = Record()
      try reader.readObject { try record.read(&$0, $1) }
      try reader.readEnd()
      return try record.result()
    } catch let error as JSONError {
      throw ImportRefusal("it is \(error)")
    }
  }

  private struct Record {
    private var memory = ImportedMemory(MemoryFields(content: "", category: ""))
    private var state = ExportedState()
    private var hasContent = false
    private var isHidden = false
    private var isExport = false
    private var exactTags: String?

    mutating func read(_ reader: inout JSONReader, _ name: JSONText) throws {
      switch name {
      case "content":
        let content = try Self.text(&reader, "content")
        hasContent = content != nil
        isHidden = content == nil
        memory.fields.content = content ?? ""
      case "category": memory.fields.category = try Self.text(&reader, "category") ?? ""
      case "tags": memory.fields.tags = try Self.tags(&reader)
      case "tags_text": exactTags = try Self.text(&reader, "tags_text")
      case "expanded_keywords":
        memory.fields.expandedKeywords = try Self.text(&reader, "expanded_keywords") ?? ""
      case "importance":
        if try Self.isNull(&reader) { return }
        guard try reader.peek() == .number else { throw Self.wrong("importance", "a number") }
        memory.fields.importance = try reader.readNumber().double
      case "is_sensitive": memory.fields.isSensitive = try Self.flag(&reader, "is_sensitive")
      case "created_at": memory.createdAt = try Self.time(&reader, "created_at")
      case "updated_at": memory.updatedAt = try Self.time(&reader, "updated_at")
      case "deleted_at":
        if try Self.text(&reader, "deleted_at") != nil {
          throw ImportRefusal("it was deleted on its server")
        }
      case "id": state.id = try Self.id(&reader).map(LocalID.init)
      case "server_id": state.serverID = try Self.id(&reader).map(ServerID.init)
      case "address":
        isExport = true
        state.address = try Self.text(&reader, "address")
      case "account": state.account = try Self.text(&reader, "account")
      case "unsent": state.isUnsent = try Self.flag(&reader, "unsent")
      case "withheld": state.isWithheld = try Self.flag(&reader, "withheld")
      default: try reader.skipValue()
      }
    }

    func result() throws -> ImportedMemory {
      // What the server's lists show instead of a sensitive text.
      let isMark = memory.fields.content.hasPrefix("[SENSITIVE - use secret_get(id=")
      if isMark || isHidden && memory.fields.isSensitive {
        throw ImportRefusal("its content is hidden, because it is sensitive")
      }
      guard hasContent else { throw ImportRefusal("it has no content") }
      var memory = memory
      if let exactTags { memory.fields.tags = exactTags }
      memory.serverID = state.serverID
      if isExport { memory.exported = state }
      return memory
    }

    // MARK: Values

    private static func isNull(_ reader: inout JSONReader) throws -> Bool {
      guard try reader.peek() == .null else { return false }
      try reader.readNull()
      return true
    }

    private static func text(_ reader: inout JSONReader, _ name: String) throws -> String? {
      if try isNull(&reader) { return nil }
      guard try reader.peek() == .string else { throw wrong(name, "a text") }
      guard let text = try reader.readString().string else {
        throw ImportRefusal("its \(name) is not valid Unicode")
      }
      return text
    }

    private static func time(_ reader: inout JSONReader, _ name: String) throws -> String? {
      guard let text = try text(&reader, name) else { return nil }
      guard Timestamp(text) != nil else { throw wrong(name, "a time in ISO 8601") }
      return text
    }

    private static func flag(_ reader: inout JSONReader, _ name: String) throws -> Bool {
      if try isNull(&reader) { return false }
      guard try reader.peek() == .bool else { throw wrong(name, "true or false") }
      return try reader.readBool()
    }

    /// Other programs have ids of other kinds, which mean nothing here.
    private static func id(_ reader: inout JSONReader) throws -> Int64? {
      guard try reader.peek() == .number else {
        try reader.skipValue()
        return nil
      }
      return try reader.readNumber().int64.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func tags(_ reader: inout JSONReader) throws -> String {
      guard try reader.peek() == .array else { return try text(&reader, "tags") ?? "" }
      var tags: [String] = []
      try reader.readArray { reader in
        guard try reader.peek() == .string, let tag = try reader.readString().string else {
          throw wrong("tags", "a list of texts")
        }
        tags.append(tag)
      }
      return tags.joined(separator: ",")
    }

    private static func wrong(_ name: String, _ wanted: String) -> ImportRefusal {
      ImportRefusal("its \(name) is not \(wanted)")
    }
  }
}
