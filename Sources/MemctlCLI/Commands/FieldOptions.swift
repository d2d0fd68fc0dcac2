import CommandLine
import MemctlCore

/// The options that say what a memory is to be.
final class FieldOptions: Sendable {
  let category: Option<String>
  let tags = Option("tags", short: "t", .tags, help: "tags, separated by commas")
  let keywords = Option(
    "keywords", .text("WORDS"), help: "further words that a search should find it by")
  let importance: Option<Double>
  let sensitive = Flag("sensitive", help: "screens hide it; the server removes only credentials")

  /// - Parameter hasDefaults: whether something holds where an option is not given.
  init(hasDefaults: Bool) {
    category = Option(
      "category", short: "c", .category, help: "what it is about",
      defaultText: hasDefaults ? Category.standard : nil)
    importance = Option(
      "importance", .number("N", 0...1), help: "from 0 to 1",
      defaultText: hasDefaults ? "0.5" : nil)
  }

  var all: [OptionSpec] {
    [category.spec, tags.spec, keywords.spec, importance.spec, sensitive.spec]
  }
}
