/// What a memory says: the part that its author decides and that travels between machines.
public struct MemoryFields: Hashable, Sendable {
  public var content: String
  public var category: String
  /// Comma-separated.
  public var tags: String
  /// Further words that a search should find the memory by.
  public var expandedKeywords: String
  /// From 0 to 1. The server stores it with 32 bits.
  public var importance: Double
  public var isSensitive: Bool

  public init(
    content: String, category: String = Category.default, tags: String = "",
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

/// One of the fields of a memory, in the order in which tables, requests and reports have them.
///
/// Columns, names in JSON, defaults and bounds all come from here: a new field is a case, a property
/// of `MemoryFields`, and a migration of each database.
public enum MemoryField: Int, CaseIterable, Sendable {
  case content, category, tags, expandedKeywords, importance, isSensitive

  /// The column that holds it, on both sides, and its name in the server's records and in reports.
  public var column: String {
    switch self {
    case .content: "content"
    case .category: "category"
    case .tags: "tags"
    case .expandedKeywords: "expanded_keywords"
    case .importance: "importance"
    case .isSensitive: "is_sensitive"
    }
  }

  /// What kind of value it has.
  public enum Kind: Sendable { case text, number, flag }

  public var kind: Kind {
    switch self {
    case .content, .category, .tags, .expandedKeywords: .text
    case .importance: .number
    case .isSensitive: .flag
    }
  }

  /// Its name in a request, and in the payload of a queue entry.
  public var requestName: String { self == .isSensitive ? "force_sensitive" : column }

  /// The name that messages use for the field.
  public var label: String {
    switch self {
    case .expandedKeywords: "keywords"
    case .isSensitive: "sensitive"
    default: column
    }
  }

  /// The most characters (Unicode scalars) that the server accepts; nil if it sets no bound.
  public var limit: Int? {
    switch self {
    case .content: MemoryBounds.content
    case .tags, .expandedKeywords: MemoryBounds.label
    case .category, .importance, .isSensitive: nil
    }
  }

  /// The value of a memory for which none was given. For the content, which is required, it is the
  /// empty text.
  public var defaultValue: FieldValue { MemoryFields(content: "")[self] }

  /// Whether a change (`PUT`) can carry it. The server decides itself whether a memory is sensitive.
  public var isChangeable: Bool { self != .isSensitive }
}

/// The value of one field.
public enum FieldValue: Hashable, Sendable {
  case text(String)
  case number(Double)
  case flag(Bool)

  public var kind: MemoryField.Kind {
    switch self {
    case .text: .text
    case .number: .number
    case .flag: .flag
    }
  }
}

extension MemoryFields {
  /// The value of a field. Setting a value of another kind than the field's is a programming error.
  public subscript(field: MemoryField) -> FieldValue {
    get {
      switch field {
      case .content: .text(content)
      case .category: .text(category)
      case .tags: .text(tags)
      case .expandedKeywords: .text(expandedKeywords)
      case .importance: .number(importance)
      case .isSensitive: .flag(isSensitive)
      }
    }
    set {
      switch (field, newValue) {
      case (.content, .text(let text)): content = text
      case (.category, .text(let text)): category = text
      case (.tags, .text(let text)): tags = text
      case (.expandedKeywords, .text(let text)): expandedKeywords = text
      case (.importance, .number(let number)): importance = number
      case (.isSensitive, .flag(let flag)): isSensitive = flag
      default: preconditionFailure("\(field) cannot be \(newValue)")
      }
    }
  }
}
