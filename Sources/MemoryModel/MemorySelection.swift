import MemoryAPI

/// Which memories to list, and how.
public struct MemorySelection: Sendable {
  /// The order of a list: the time of creation, the time of the last change, or the importance.
  public enum Order: String, Sendable, CaseIterable {
    case newest, oldest, updated, importance
  }

  /// The category that memories must have; nil for any.
  public var category: String?
  /// The tags that memories must have, all of them. A tag is compared by the characters that people see,
  /// without blanks around it.
  public var tags: [String]
  /// When memories were written at the earliest; nil for any time.
  public var since: Timestamp?
  /// When memories were written at the latest; nil for any time.
  public var until: Timestamp?
  /// Whether memories must have an entry in the queue that waits to be sent.
  public var isPending: Bool
  /// Whether memories must be orphans: without an id on the server.
  public var isOrphan: Bool
  /// The order in which memories are listed.
  public var order: Order
  /// The most memories to list; nil for all.
  public var limit: Int?

  /// Creates a selection; by default, every memory, newest first.
  public init(
    category: String? = nil, tags: [String] = [], since: Timestamp? = nil, until: Timestamp? = nil,
    isPending: Bool = false, isOrphan: Bool = false, order: Order = .newest, limit: Int? = nil
  ) {
    self.category = category
    self.tags = tags
    self.since = since
    self.until = until
    self.isPending = isPending
    self.isOrphan = isOrphan
    self.order = order
    self.limit = limit
  }
}

/// The ids by which a memory can be named.
public enum MemoryNumbering: Sendable {
  case local, server
}
