/// What an operation of the sync engine would do, one by one.
public struct SyncPlan: Sendable {
  /// An entry that would be sent.
  public struct Request: Sendable {
    /// The entry's id.
    public let entry: EntryID
    /// What the entry asks of the server.
    public let operation: QueuedOperation

    package init(entry: EntryID, operation: QueuedOperation) {
      self.entry = entry
      self.operation = operation
    }
  }

  /// The requests in the order in which they would be sent.
  public var requests: [Request] = []
  /// The memories that would be overwritten or deleted, as they are now.
  public var losses: [TrashedMemory] = []

  /// The plan of an operation that would do nothing.
  public init() {}
}

/// An operation that can be rehearsed.
public enum Rehearsed: Sendable {
  /// - Parameter limit: the most requests to send; nil for all.
  case push(limit: Int? = nil)
  case pull
  /// - Parameter force: as for `Synchronizer.resync`.
  case resync(force: Bool = false)
}
