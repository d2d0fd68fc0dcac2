import MemctlCore

/// A memory as it stands in an editor: a head of fields, a line of dashes, and the text.
struct MemoryDraft {
  private static let line = "---"
  private static let fields: [MemoryField] = [.category, .tags, .expandedKeywords, .importance]

  let text: String

  /// - Parameter title: what the first line says that this is.
  init(_ memory: MemoryFields, title: String) {
    var lines = [
      "# \(title). Its text is below the line, with at most 1,400 characters."
    ]
    for field in Self.fields {
      let value =
        switch memory[field] {
        case .text(let text): text.replacing("\n", with: " ")
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
      lines.append("\(field.label): \(value)")
    }
    text = (lines + [Self.line, memory.content]).joined(separator: "\n") + "\n"
  }

  /// The memory that an edited draft describes; a field that it does not name stays as it is in
  /// `memory`.
  ///
  /// - Throws: `Problem` of kind `.invalidInput`.
  static func read(_ text: String, changing memory: MemoryFields) throws -> MemoryFields {
    var fields = memory
    var rest = text[...]
    while true {
      let end = rest.firstIndex(where: \.isNewline)
      let entry = rest[..<(end ?? rest.endIndex)]
      guard let end else {
        throw Problem(
          .invalidInput, "the line \(line) between the fields and the text is missing")
      }
      rest = rest[rest.index(after: end)...]
      if trimmed(entry) == line { break }
      if entry.hasPrefix("#") || trimmed(entry).isEmpty { continue }
      try readField(entry, into: &fields)
    }
    let content = withoutBlankEnds(rest)
    // Line breaks around the text are the editor's.
    if content != withoutBlankEnds(memory.content[...]) { fields.content = content }
    return try fields.validated()
  }

  private static func readField(_ entry: Substring, into fields: inout MemoryFields) throws {
    guard let colon = entry.firstIndex(of: ":"),
      let field = Self.fields.first(where: { $0.label == trimmed(entry[..<colon]).lowercased() })
    else {
      throw Problem(
        .invalidInput, "'\(entry.prefix(40))' above the line is none of the fields",
        hint: "the fields are \(Self.fields.map(\.label).joined(separator: ", "))")
    }
    let value = trimmed(entry[entry.index(after: colon)...])
    switch field {
    case .category: fields.category = value == fields.category ? value : try Category.known(value)
    case .tags:
      // Tags that are left alone stay as some other program wrote them.
      if value != trimmed(fields.tags[...]) { fields.tags = TagList.normalized(value) }
    case .importance:
      guard let number = Double(value) else {
        throw Problem(.invalidInput, "the importance '\(value)' is not a number")
      }
      fields.importance = number
    default: if value != trimmed(fields.expandedKeywords[...]) { fields.expandedKeywords = value }
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  private static func withoutBlankEnds(_ text: Substring) -> String {
    var text = text.drop(while: \.isNewline)
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
