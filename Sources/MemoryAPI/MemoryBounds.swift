/// How long the texts of a memory may be, counted in Unicode scalars.
public enum MemoryBounds {
  public static let content = 1_400
  /// For tags, and for expanded keywords.
  public static let label = 500
}
