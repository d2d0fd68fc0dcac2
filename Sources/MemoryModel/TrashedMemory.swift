/// A version of a memory that was overwritten or deleted.
public struct TrashedMemory: Sendable {
  /// What happened to the memory.
  public enum Reason: String, Sendable { case overwritten, deleted }

  /// The version's id in the trash.
  public let id: TrashID
  /// The memory as it was, with the ids that it had.
  public let memory: Memory
  /// Why the version is in the trash.
  public let reason: Reason
  /// ISO 8601.
  public let trashedAt: String

  /// Creates a version from its parts.
  public init(id: TrashID, memory: Memory, reason: Reason, trashedAt: String) {
    self.id = id
    self.memory = memory
    self.reason = reason
    self.trashedAt = trashedAt
  }
}

/// A trashed version's id; ascending in the order of trashing, never reused.
public struct TrashID: RawRepresentable, Hashable, Sendable {
  /// The number in the file.
  public let rawValue: Int64
  /// Wraps a number from the file.
  public init(rawValue: Int64) { self.rawValue = rawValue }
}
