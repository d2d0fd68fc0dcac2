/// How much of everything a simulation has tried.
public struct Tally: Sendable {
  public private(set) var counts: [String: Int] = [:]

  public init() {}

  mutating func count(_ what: String) { counts[what, default: 0] += 1 }

  public mutating func add(_ what: String, _ count: Int) { counts[what, default: 0] += count }

  public mutating func add(_ other: Tally) {
    for (what, count) in other.counts { add(what, count) }
  }

  /// The counts whose name begins so, largest first.
  public func group(_ prefix: String) -> [(name: String, count: Int)] {
    counts.filter { $0.key.hasPrefix(prefix) }
      .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }
}
