/// Which memories to list, and how.
public struct MemorySelection: Sendable {
  public enum Order: String, Sendable, CaseIterable {
    case newest, oldest, updated, importance
  }

  public var category: String?
  public var tag: String?
  public var order: Order
  /// How many at most; nil for all.
  public var limit: Int?

  public init(
    category: String? = nil, tag: String? = nil, order: Order = .newest, limit: Int? = nil
  ) {
    self.category = category
    self.tag = tag
    self.order = order
    self.limit = limit
  }
}

/// The ids that a memory can be called by.
public enum MemoryNumbering: Sendable {
  case local, server
}
