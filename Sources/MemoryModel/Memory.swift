import MemoryAPI

/// A memory as the local file holds it.
public struct Memory: Hashable, Sendable {
  /// The id in the local file.
  public var id: LocalID
  /// The content and everything else that the user wrote.
  public var fields: MemoryFields
  /// ISO 8601, exactly as in the file.
  public var createdAt: String
  /// ISO 8601, exactly as in the file.
  public var updatedAt: String
  /// Nil until the server has acknowledged the memory.
  public var serverID: ServerID?

  /// Creates a memory from its parts.
  public init(
    id: LocalID, fields: MemoryFields, createdAt: String, updatedAt: String, serverID: ServerID?
  ) {
    self.id = id
    self.fields = fields
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.serverID = serverID
  }
}

extension MemoryFields {
  /// The fields as the server will store them.
  ///
  /// - Throws: `Problem` of kind `.invalidInput` that says which bound the fields break.
  public func validated() throws -> MemoryFields {
    var fields = self
    fields.category = Category.canonical(category)
    let length = content.unicodeScalars.count
    if content.allSatisfy(\.isWhitespace) {
      throw Problem(.invalidInput, "the memory is empty", hint: "give its text")
    }
    if length > MemoryBounds.content {
      throw Problem(
        .invalidInput,
        "the content has \(grouped(length)) characters (limit \(grouped(MemoryBounds.content)))",
        hint: "shorten it, or store it as several memories")
    }
    if !Category.all.contains(fields.category) {
      throw Problem(
        .invalidInput, "unknown category '\(category)'",
        hint: "one of \(Category.all.joined(separator: ", "))")
    }
    for field in MemoryField.allCases {
      guard case .text(let text) = self[field], let limit = field.limit,
        text.unicodeScalars.count > limit
      else { continue }
      throw Problem(
        .invalidInput,
        "the \(field.label) have \(grouped(text.unicodeScalars.count)) characters (limit \(limit))")
    }
    if !(0...1).contains(importance) {
      throw Problem(.invalidInput, "the importance \(importance) is not between 0 and 1")
    }
    let holdsNUL = MemoryField.allCases.contains { field in
      if case .text(let text) = self[field] { text.unicodeScalars.contains("\0") } else { false }
    }
    if holdsNUL {
      throw Problem(.invalidInput, "the memory contains a NUL character, which the server refuses")
    }
    return fields
  }
}
