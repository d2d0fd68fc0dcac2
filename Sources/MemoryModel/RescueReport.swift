/// What was made of a damaged cache.
public struct RescueReport: Sendable {
  public var memories = 0
  /// Of the queue, dead letters included.
  public var entries = 0
  /// In the trash.
  public var versions = 0
  /// The tables of which a part could not be read.
  public var incomplete: [String] = []
  /// Where the damaged file is now.
  public var keptAt = ""

  package init() {}
}
