/// A version of a memory that a sync overwrote or deleted.
public struct TrashedMemory: Sendable {
  public enum Reason: String, Sendable { case overwritten, deleted }

  public let id: TrashID
  /// The memory as it was, with the ids that it had.
  public let memory: Memory
  public let reason: Reason
  /// ISO 8601.
  public let trashedAt: String

  public init(id: TrashID, memory: Memory, reason: Reason, trashedAt: String) {
    self.id = id
    self.memory = memory
    self.reason = reason
    self.trashedAt = trashedAt
  }
}

/// A trashed version's id; ascending in the order of trashing, never reused.
public struct TrashID: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}
