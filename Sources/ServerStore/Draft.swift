/// A memory that is to be stored.
package struct Draft: Equatable, Sendable {
  package let content: String
  package let category: String
  package let tags: String
  package let expandedKeywords: String
  package let importance: Double
  package let isSensitive: Bool

  package init(
    content: String, category: String, tags: String = "", expandedKeywords: String = "",
    importance: Double = 0.5, isSensitive: Bool = false
  ) {
    self.content = content
    self.category = category
    self.tags = tags
    self.expandedKeywords = expandedKeywords
    self.importance = importance
    self.isSensitive = isSensitive
  }
}

/// What is to be changed in a memory. Nil leaves a field as it is.
package struct Patch: Equatable, Sendable {
  package let content: String?
  package let category: String?
  package let tags: String?
  package let expandedKeywords: String?
  package let importance: Double?
  /// Whether the memory becomes sensitive. None ever ceases to be: a harmless new text does not make
  /// the old one harmless.
  package let isSensitive: Bool

  package init(
    content: String? = nil, category: String? = nil, tags: String? = nil,
    expandedKeywords: String? = nil, importance: Double? = nil, isSensitive: Bool = false
  ) {
    self.content = content
    self.category = category
    self.tags = tags
    self.expandedKeywords = expandedKeywords
    self.importance = importance
    self.isSensitive = isSensitive
  }

  package var isEmpty: Bool { self == Patch() }
}
