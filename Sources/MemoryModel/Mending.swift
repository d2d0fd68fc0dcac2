/// A defect of a cache that has been repaired.
public enum Mending: Hashable, Sendable {
  /// The full-text index was damaged, and has been rebuilt; the memories are unharmed.
  case searchIndex
  /// This many memories had the server id of another one, and went to the trash.
  case sharedServerIDs(Int)
}
