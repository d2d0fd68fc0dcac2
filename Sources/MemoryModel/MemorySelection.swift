/// Which memories to list, and how.
public struct MemorySelection: Sendable {
  public enum Order: String, Sendable, CaseIterable {
    case newest, oldest, updated, importance
  }

  public var category: String?
  public var tag: String?
  public var order: Order
  /// The most memories to list; nil for all.
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

/// The ids by which a memory can be named.
public enum MemoryNumbering: Sendable {
  case local, server
}
