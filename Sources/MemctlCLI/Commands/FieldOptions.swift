import CommandLine
import MemctlCore

/// The options for the fields of a memory.
final class FieldOptions: Sendable {
  let category: Option<String>
  let tags = Option("tags", short: "t", .tags, help: "comma-separated tags")
  let keywords = Option(
    "keywords", .text("WORDS"), help: "more words that a search should find it by")
  let importance: Option<Double>
  let sensitive = Flag("sensitive", help: "hide it on screens; the server removes only credentials")

  /// - Parameter hasDefaults: whether an option that is not given has a default.
  init(hasDefaults: Bool) {
    category = Option(
      "category", short: "c", .category, help: "the category",
      defaultText: hasDefaults ? Category.default : nil)
    importance = Option(
      "importance", .number("N", 0...1), help: "from 0 to 1",
      defaultText: hasDefaults ? "0.5" : nil)
  }

  /// What the options that were given say.
  func changes(_ arguments: ParsedCommand) -> MemoryChanges {
    var changes = MemoryChanges()
    changes[.category] = arguments[category].map(FieldValue.text)
    changes[.tags] = arguments[tags].map(FieldValue.text)
    changes[.expandedKeywords] = arguments[keywords].map(FieldValue.text)
    changes[.importance] = arguments[importance].map(FieldValue.number)
    if arguments[sensitive] { changes[.isSensitive] = .flag(true) }
    return changes
  }

  var all: [OptionSpec] {
    [category.spec, tags.spec, keywords.spec, importance.spec, sensitive.spec]
  }
}
