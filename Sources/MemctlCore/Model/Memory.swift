/// A memory as the local file holds it.
public struct Memory: Hashable, Sendable {
  public var id: LocalID
  public var fields: MemoryFields
  /// ISO 8601, as it stands in the file.
  public var createdAt: String
  /// ISO 8601, as it stands in the file.
  public var updatedAt: String
  /// Nil until the server has acknowledged the memory.
  public var serverID: ServerID?
}

/// What a memory says: the part that travels to the server.
public struct MemoryFields: Hashable, Sendable {
  public var content: String
  public var category: String
  /// Comma-separated.
  public var tags: String
  /// Further words that a search should find the memory by.
  public var expandedKeywords: String
  /// From 0 to 1. The server keeps 32 bits of it.
  public var importance: Double
  public var isSensitive: Bool

  public init(
    content: String, category: String = Category.standard, tags: String = "",
    expandedKeywords: String = "", importance: Double = 0.5, isSensitive: Bool = false
  ) {
    self.content = content
    self.category = category
    self.tags = tags
    self.expandedKeywords = expandedKeywords
    self.importance = importance
    self.isSensitive = isSensitive
  }
}

extension MemoryFields {
  /// The fields as the server will keep them, or an error that says which bound they break.
  ///
  /// - Throws: `Problem` of kind `.invalidInput`.
  public func validated() throws -> MemoryFields {
    var fields = self
    fields.category = Category.folded(category)
    let length = content.unicodeScalars.count
    if content.allSatisfy(\.isWhitespace) {
      throw Problem(.invalidInput, "the memory is empty", hint: "give its text, or - for stdin")
    }
    if length > MemoryBounds.content {
      throw Problem(
        .invalidInput,
        "the content has \(grouped(length)) characters (limit \(grouped(MemoryBounds.content)))",
        hint: "shorten it, or store it as several memories")
    }
    if !Category.canonical.contains(fields.category) {
      throw Problem(
        .invalidInput, "unknown category '\(category)'",
        hint: "one of \(Category.canonical.joined(separator: ", "))")
    }
    for (name, text) in [("tags", tags), ("keywords", expandedKeywords)]
    where text.unicodeScalars.count > MemoryBounds.label {
      throw Problem(
        .invalidInput,
        "the \(name) have \(grouped(text.unicodeScalars.count)) characters (limit \(MemoryBounds.label))"
      )
    }
    if !(0...1).contains(importance) {
      throw Problem(.invalidInput, "the importance \(importance) is not between 0 and 1")
    }
    if [content, tags, expandedKeywords].contains(where: { $0.unicodeScalars.contains("\0") }) {
      throw Problem(.invalidInput, "the memory holds a NUL character, which the server refuses")
    }
    return fields
  }
}

/// A number with commas between its thousands, as people read it.
public func grouped(_ number: Int) -> String {
  var text = String(number.magnitude)
  var index = text.count - 3
  while index > 0 {
    text.insert(",", at: text.index(text.startIndex, offsetBy: index))
    index -= 3
  }
  return number < 0 ? "-" + text : text
}
