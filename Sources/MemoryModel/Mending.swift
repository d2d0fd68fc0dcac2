/// What was wrong with a cache and has been mended.
public enum Mending: Hashable, Sendable {
  /// The full-text index was damaged, and has been rebuilt; the memories are unharmed.
  case searchIndex
  /// So many memories had the server id of another one, and went to the trash.
  case sharedServerIDs(Int)
}
