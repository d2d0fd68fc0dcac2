/// Which memories to list, and how.
public struct MemorySelection: Sendable {
  /// The order of a list: the time of creation, the time of the last change, or the importance.
  public enum Order: String, Sendable, CaseIterable {
    case newest, oldest, updated, importance
  }

  /// The category that memories must have; nil for any.
  public var category: String?
  /// A tag that memories must have; nil for any.
  public var tag: String?
  /// The order in which memories are listed.
  public var order: Order
  /// The most memories to list; nil for all.
  public var limit: Int?

  /// Creates a selection; by default, every memory, newest first.
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
