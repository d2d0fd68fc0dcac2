import CommandLine
import MemctlCore
import Spelling

/// The options for the fields of a memory.
final class FieldOptions: Sendable {
  let category: Option<String>
  let tags: RepeatableOption<String>
  let keywords = Option(
    "keywords", .text("WORDS"), help: "more words that a search should find it by")
  let importance: Option<Double>
  let sensitive = Flag("sensitive", help: "hide it on screens; the server removes only credentials")

  /// - Parameter hasDefaults: whether an option that is not given has a default.
  init(hasDefaults: Bool) {
    category = Option(
      "category", short: "c", .category, help: "the category",
      defaultText: hasDefaults ? Category.default : nil)
    tags = RepeatableOption(
      "tags", short: "t", .tags,
      help: hasDefaults ? "comma-separated tags" : "its tags, or +A,-B to add A and remove B")
    importance = Option(
      "importance", .number("N", 0...1), help: "from 0 to 1",
      defaultText: hasDefaults ? "0.5" : nil)
  }

  /// What the options that were given say, besides the tags.
  ///
  /// - Throws: `Problem` of kind `.invalidInput` for a category that the server does not know.
  func changes(_ arguments: ParsedCommand) throws -> MemoryChanges {
    var changes = MemoryChanges()
    if let name = arguments[category] {
      changes[.category] = .text(try Category.known(name))
    }
    changes[.expandedKeywords] = arguments[keywords].map(FieldValue.text)
    changes[.importance] = arguments[importance].map(FieldValue.number)
    if arguments[sensitive] { changes[.isSensitive] = .flag(true) }
    return changes
  }

  /// The tags that are given to a new memory; nil if none are.
  func newTags(_ arguments: ParsedCommand) -> String? {
    let lists = arguments[tags]
    return lists.isEmpty ? nil : TagList.normalized(lists.joined(separator: ","))
  }

  /// What becomes of the tags of a memory; nil if they stay as they are.
  ///
  /// - Throws: `Problem` of kind `.usage`.
  func tagChange(_ arguments: ParsedCommand) throws -> TagChange? {
    let lists = arguments[tags]
    return lists.isEmpty ? nil : try TagChange(lists.joined(separator: ","))
  }

  var all: [OptionSpec] {
    [category.spec, tags.spec, keywords.spec, importance.spec, sensitive.spec]
  }
}

/// What `--tags` says of the tags that a memory has.
enum TagChange {
  case replacement(String)
  case relative(adding: [String], removing: [String])

  /// - Parameter list: `a,b` for a new list, or `+a,-b`.
  /// - Throws: `Problem` of kind `.usage`.
  init(_ list: String) throws(Problem) {
    let tags = TagList.normalized(list).split(separator: ",").map(String.init)
    let signs = tags.map(\.first)
    guard signs.contains("+") || signs.contains("-") else {
      self = .replacement(tags.joined(separator: ","))
      return
    }
    guard signs.allSatisfy({ $0 == "+" || $0 == "-" }) else {
      throw Problem(
        .usage, "the tags '\(list)' mix a new list with changes",
        hint: "give all of them a + or -, such as --tags +new,-old, or none")
    }
    func signed(_ sign: Character) -> [String] {
      tags.filter { $0.first == sign }
        .map { TagList.normalized(String($0.dropFirst())) }.filter { !$0.isEmpty }
    }
    self = .relative(adding: signed("+"), removing: signed("-"))
  }

  func applied(to list: String) -> String {
    switch self {
    case .replacement(let tags): tags
    case .relative(let adding, let removing):
      TagList.changed(list, adding: adding, removing: removing)
    }
  }
}

extension Category {
  /// The name as the server keeps it.
  ///
  /// - Throws: `Problem` of kind `.invalidInput`, with the nearest name, for one that the server would
  ///   refuse.
  static func known(_ name: String) throws(Problem) -> String {
    let canonical = canonical(name)
    if all.contains(canonical) { return canonical }
    let guess = nearest(to: canonical, among: all).map { "did you mean '\($0)'? " } ?? ""
    throw Problem(
      .invalidInput, "unknown category '\(name)'",
      hint: "\(guess)one of \(all.joined(separator: ", "))")
  }

  /// The names and their aliases, as help says them.
  static var inWords: String {
    let others = Dictionary(grouping: aliases.keys.sorted()) { aliases[$0]! }
    let names = all.map { name in
      others[name].map { "\(name) (also \($0.joined(separator: ", ")))" } ?? name
    }
    return names.joined(separator: ", ")
  }
}
