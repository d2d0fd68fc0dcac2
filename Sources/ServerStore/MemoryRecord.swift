import MemoryAPI

/// A memory as it is stored.
package struct MemoryRecord: Equatable, Sendable {
  package let id: Int64
  package let owner: String
  package let content: String
  package let category: String
  package let tags: String
  package let expandedKeywords: String
  package let importance: Double
  package let isSensitive: Bool
  package let createdAt: Timestamp
  package let updatedAt: Timestamp
  /// When it became a tombstone; nil for a live memory.
  package let deletedAt: Timestamp?

  package init(
    id: Int64, owner: String, content: String, category: String, tags: String,
    expandedKeywords: String, importance: Double, isSensitive: Bool, createdAt: Timestamp,
    updatedAt: Timestamp, deletedAt: Timestamp?
  ) {
    self.id = id
    self.owner = owner
    self.content = content
    self.category = category
    self.tags = tags
    self.expandedKeywords = expandedKeywords
    self.importance = importance
    self.isSensitive = isSensitive
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.deletedAt = deletedAt
  }
}

/// Which memories a list has. Nil lets all of them through.
package struct MemoryFilter: Equatable, Sendable {
  /// The category, exactly.
  package let category: String?
  /// A tag, exactly: one of the texts between the commas, without the blanks around it.
  package let tag: String?

  package init(category: String? = nil, tag: String? = nil) {
    self.category = category
    self.tag = tag
  }
}

/// What a filter lets through, as a whole.
package struct MemorySummary: Equatable, Sendable {
  package let count: Int64
  /// Never again the same after one of the memories has changed, come or gone.
  package let revision: Revision

  package init(count: Int64, revision: Revision) {
    self.count = count
    self.revision = revision
  }
}

/// Names a state of some memories: two states with the same revision are the same.
package struct Revision: Hashable, Sendable {
  /// Digits and hyphens.
  package let text: String

  /// - Parameter numbers: never again the same, all together, once the state has changed.
  package init(_ numbers: Int64...) {
    text = numbers.map(String.init).joined(separator: "-")
  }
}
