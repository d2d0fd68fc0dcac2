import JSON

/// What is to be changed in a memory; nil leaves a field as it is.
public struct MemoryChanges: Hashable, Sendable {
  public var content: String?
  public var category: String?
  public var tags: String?
  public var expandedKeywords: String?
  public var importance: Double?
  public var isSensitive: Bool?

  public init(
    content: String? = nil, category: String? = nil, tags: String? = nil,
    expandedKeywords: String? = nil, importance: Double? = nil, isSensitive: Bool? = nil
  ) {
    self.content = content
    self.category = category
    self.tags = tags
    self.expandedKeywords = expandedKeywords
    self.importance = importance
    self.isSensitive = isSensitive
  }

  public var isEmpty: Bool { self == MemoryChanges() }

  /// What is to be changed, as a store request names it.
  var members: [JSONValue.Member] {
    let members: [(String, JSONValue?)] = [
      ("content", content.map { .string($0) }), ("category", category.map { .string($0) }),
      ("tags", tags.map { .string($0) }),
      ("expanded_keywords", expandedKeywords.map { .string($0) }),
      ("importance", importance.map { .double($0) }),
      ("force_sensitive", isSensitive.map { .bool($0) }),
    ]
    return members.compactMap { name, value in value.map { .init(name, $0) } }
  }
}
