import CommandLine

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
  static let json = Flag("json", help: "write JSON: reports as one object, lists as JSON Lines")
  /// Passes on what `.mode` asks for at the prompt.
  static let format = Option<Output.Shape>(
    "format", .choice("SHAPE"), help: "the format of results", isHidden: true)
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
      json.spec, format.spec, quiet.spec, verbose.spec, color.spec, noInput.spec,
    ]
}
