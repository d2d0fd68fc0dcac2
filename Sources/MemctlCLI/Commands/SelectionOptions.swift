import CommandLine
import MemctlCore
import Spelling

/// The options that choose memories.
struct SelectionOptions: Sendable {
  private let category = Option(
    "category", short: "c", .category, help: "only memories in this category")
  private let tags = RepeatableOption(
    "tag", short: "t", .tag, help: "only memories with this tag; if repeated, with all of them")
  private let since = Option<TimeBound>(
    "since", .time, help: "only memories written since then: 30d, 12h or 2026-11-01")
  private let until = Option<TimeBound>(
    "until", .time, help: "only memories written until then, a day included")

  var all: [OptionSpec] { [category.spec, tags.spec, since.spec, until.spec] }

  /// What a line says about the memories to choose.
  struct Values: Sendable {
    fileprivate let category: String?
    fileprivate let tags: [String]
    fileprivate let since: TimeBound?
    fileprivate let until: TimeBound?
  }

  /// - Throws: `Problem` of kind `.usage`.
  func values(_ arguments: ParsedCommand) throws -> Values {
    Values(
      category: arguments[category], tags: arguments[tags], since: try arguments[since],
      until: try arguments[until])
  }
}

extension SelectionOptions.Values {
  /// The selection that the values ask for in a cache.
  ///
  /// - Parameter tell: gets a remark about a tag that no memory has.
  /// - Throws: `Problem` of kind `.usage` if no memory can be in the category.
  func selection(in cache: Cache, tell: (String) -> Void) throws -> MemorySelection {
    let selection = MemorySelection(
      category: try category.map { try Self.category($0, in: cache) }, tags: tags,
      since: since?.time(isEnd: false), until: until?.time(isEnd: true))
    for tag in tags { try Self.tell(tell, ifUnknown: tag, in: cache) }
    return selection
  }

  /// A category that the API has, or that memories of this cache have: other programs write any.
  private static func category(_ name: String, in cache: Cache) throws -> String {
    let canonical = Category.canonical(name)
    if Category.all.contains(canonical) { return canonical }
    for name in [name, canonical] where try cache.hasCategory(name) { return name }
    let guess = nearest(to: canonical, among: Category.all).map { "did you mean '\($0)'? " } ?? ""
    throw Problem(
      .usage, "unknown category '\(name)'",
      hint: "\(guess)one of \(Category.all.joined(separator: ", "))")
  }

  private static func tell(
    _ tell: (String) -> Void, ifUnknown tag: String, in cache: Cache
  ) throws {
    let known = try cache.tags()
    let name = tag.trimmed
    if known.contains(name) { return }
    let guess = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
    tell("no memory has the tag '\(name)'\(guess)")
  }
}

extension String {
  /// Without blanks around it.
  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}

/// A time that a person gives: how long ago it was, or in ISO 8601.
struct TimeBound: ArgumentValue {
  private let earliest: Timestamp
  private let latest: Timestamp

  /// - Throws: `Problem` of kind `.usage`.
  init(argument text: String) throws(Problem) {
    try self.init(text, now: .now)
  }

  /// - Parameter zone: the seconds that local time is ahead of UTC at a time; what has no zone of its own
  ///   is local.
  init(
    _ text: String, now: Timestamp, zone: (Timestamp) -> Double = Timestamp.localOffset
  ) throws(Problem) {
    if let unit = text.last.flatMap({ Self.units[$0] }), let count = Double(text.dropLast()),
      count >= 0, text.dropLast().allSatisfy({ $0.isNumber || $0 == "." })
    {
      earliest = now.advanced(bySeconds: -count * unit)
      latest = earliest
    } else if let time = Timestamp(text) {
      let isLocal = Timestamp(text + "Z") != nil || text.count == 10
      let shift = isLocal ? -zone(time) : 0
      earliest = time.advanced(bySeconds: shift)
      latest = text.count == 10 ? earliest.advanced(bySeconds: 86_400 - 1e-6) : earliest
    } else {
      throw Problem(
        .usage, "'\(text)' is not a time",
        hint: "30s, 15m, 12h, 7d or 4w for how long ago, or 2026-11-01 or 2026-11-01T14:00")
    }
  }

  private static let units: [Character: Double] = [
    "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
  ]

  /// - Parameter isEnd: whether the end of a day is meant where a whole day is given.
  func time(isEnd: Bool) -> Timestamp { isEnd ? latest : earliest }
}

extension Argument<TimeBound> {
  static var time: Self { Self("TIME", .text) }
}
