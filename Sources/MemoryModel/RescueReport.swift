/// What was recovered from a damaged cache.
public struct RescueReport: Sendable {
  /// Recovered memories.
  public var memories = 0
  /// Recovered queue entries, dead letters included.
  public var entries = 0
  /// Recovered versions in the trash.
  public var versions = 0
  /// The tables that could not be read completely.
  public var incomplete: [String] = []
  /// Where the damaged file is now.
  public var keptAt = ""

  package init() {}
}
