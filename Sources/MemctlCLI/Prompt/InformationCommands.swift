import CommandLine
import MemctlCore

/// The commands that show what there is, and how it is set.

struct PromptHelpCommand: PromptCommand {
  private static let pattern = OptionalOperand(.text("PATTERN"))

  static let spec = CommandSpec(
    ".help", summary: "list the commands, those of the prompt first",
    discussion: [
      """
      With PATTERN, lists the commands whose name or summary contains it; shows the help of a single \
      one.
      """
    ],
    operands: [pattern.spec])

  static let aliases = ["?", "h"]

  private let pattern: String

  init(_ arguments: ParsedCommand) { pattern = arguments[Self.pattern]?.lowercased() ?? "" }

  func run(_ session: Session) throws -> ExitCode {
    let all =
      (session.table.own.map { $0.spec } + session.table.program.program.subcommands)
      .filter { !$0.isHidden }
    let exact = all.filter { $0.name == pattern || $0.name == ".\(pattern)" }
    let found =
      exact.isEmpty
      ? all.filter {
        pattern.isEmpty || $0.name.contains(pattern) || $0.summary.lowercased().contains(pattern)
      } : exact
    let output = session.makeOutput()
    if found.count == 1 {
      output.page(try HelpPage(for: [found[0].name], in: session.table.all))
    } else if found.isEmpty {
      throw Problem(
        .notFound, "no command has '\(pattern)' in its name or summary",
        hint: ".help lists them all")
    } else {
      output.page(
        HelpPage(
          "COMMANDS",
          found.map { ($0.name.hasPrefix(".") ? $0.synopsis : $0.name, $0.summary) }))
    }
    output.finish()
    return .success
  }
}

struct SetCommand: PromptCommand {
  private enum Setting: String, CaseIterable, ArgumentValue { case autosync }

  private static let setting = OptionalOperand<Setting>(.choice("autosync"))
  private static let value = OptionalOperand<Switch>(.choice("on|off"))

  static let spec = CommandSpec(
    ".set", summary: "turn a setting of the prompt on or off",
    discussion: [
      "Without operands, shows the settings, as .show does.",
      .definitions([
        ("autosync", "sync in the background; on by default if there is a key for the server")
      ]),
    ],
    operands: [setting.spec, value.spec])

  /// Nil to show the settings.
  private let value: Switch?

  init(_ arguments: ParsedCommand) throws {
    value = arguments[Self.value]
    if let setting = arguments[Self.setting], value == nil {
      throw Problem(
        .usage, "\(setting.rawValue) is on or off", hint: ".set \(setting.rawValue) on, or off")
    }
  }

  func run(_ session: Session) throws -> ExitCode {
    guard let value else { return try SettingsCommand().run(session) }
    session.settings.syncsByItself = value == .on
    return .success
  }
}

struct SettingsCommand: PromptCommand {
  static let spec = CommandSpec(".show", summary: "show the settings of the prompt")

  init(_ arguments: ParsedCommand) { self.init() }

  init() {}

  func run(_ session: Session) throws -> ExitCode {
    let output = session.makeOutput()
    let configuration = try session.context.configuration.get()
    let settings = session.settings
    func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
    let rows = [
      ("mode", settings.mode?.rawValue ?? "table on a terminal, else tsv"),
      ("output", settings.output?.path ?? "the screen"), ("timer", word(settings.showsTime)),
      ("bail", word(settings.stopsAtError)), ("autosync", word(settings.syncsByItself)),
      ("cache", try configuration.databasePath()), ("server", try configuration.serverAddress()),
      ("key", try configuration.key() == nil ? "none" : "set"),
      (
        "history",
        session.isInteractive
          ? History(home: session.home, environment: session.context.environment.variables).path
          : "not kept"
      ),
    ]
    for (name, text) in rows { output.labelled(name, StyledText(text)) }
    output.finish()
    return .success
  }
}
