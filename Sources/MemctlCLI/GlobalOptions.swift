import CommandLine
import MemctlCore

/// The options that every command takes.
enum GlobalOptions {
  static let db = Option(
    "db", .file("PATH"), help: "the cache to use",
    defaultText: "~/.claude/claude-memory/memory/memory.db")
  static let apiURL = Option(
    "api-url", .text("URL"), help: "the server's address", defaultText: "http://localhost:8080")
  static let apiKeyFile = Option(
    "api-key-file", .file("PATH"),
    help: "a file whose first line is the key for the server")
  static let format = Option<Output.Shape>(
    "format", .choice("FORMAT"),
    help: "the format of results; see memctl help formats",
    defaultText: "table on a terminal, tsv elsewhere")
  static let json = Flag("json", help: "the same as --format json")
  static let quiet = Flag("quiet", short: "q", help: "write no report, only errors")
  static let verbose = Flag(
    "verbose", short: "v", help: "print the cache and server in use to stderr")
  static let color = Option<Terminal.ColorChoice>(
    "color", .choice("WHEN"), help: "when to use colour", defaultText: "auto")
  static let noInput = Flag("no-input", help: "never ask for confirmation")

  /// Those that say what to work on.
  static let places: [OptionSpec] = [db.spec, apiURL.spec, apiKeyFile.spec]

  static let all: [OptionSpec] =
    places + [
      format.spec, json.spec, quiet.spec, verbose.spec, color.spec, noInput.spec,
    ]

  /// The format of results that a line asks for; nil for the one that suits what standard output is.
  static func shape(_ arguments: ParsedCommand) -> Output.Shape? {
    arguments[json] ? .json : arguments[format]
  }

  /// - Throws: `Problem` of kind `.usage` if two options contradict each other.
  static func check(_ arguments: ParsedCommand) throws(Problem) {
    if arguments[json], let format = arguments[format], format != .json {
      throw Problem(
        .usage, "--json and --format \(format.rawValue) contradict each other",
        hint: "give one of them")
    }
  }
}
