import CommandLine
import JSON
import MemctlCore

// `memctl config`: the settings, and where each comes from.

extension Setting: ArgumentValue {
  /// One that the configuration file may have.
  fileprivate static let operand = Operand<Setting>(
    Argument("NAME", .choice(allCases.filter(\.isInFile).map(\.rawValue))))
}

extension Configuration.Value {
  /// The value as it may be shown.
  fileprivate var shown: String { text ?? (isSet ? "(set)" : "") }

  fileprivate func members(_ setting: Setting) -> [JSONValue.Member] {
    SettingRow.columns.all.map {
      .init($0.name, $0.value(SettingRow(setting: setting, value: self)))
    }
  }
}

/// A setting as `memctl config` lists it.
private struct SettingRow {
  let setting: Setting
  let value: Configuration.Value

  static let columns = Columns<SettingRow>(
    all: [
      Column("name") { .string($0.setting.rawValue) },
      Column("value", isFlexible: true, text: \.value.shown) {
        $0.value.text.map { .string($0) } ?? .null
      },
      Column("is_set") { .bool($0.value.isSet) },
      Column("source") { $0.value.origin.map { .string("\($0)") } ?? .null },
    ],
    tabs: ["name", "value", "source"], table: ["name", "value", "source"])
}

struct ConfigListCommand: Command {
  static let spec = CommandSpec(
    "list", summary: "list every setting, its value and where it comes from",
    discussion: [
      """
      An option counts more than an environment variable, and that more than the configuration file. \
      A key is never shown.
      """
    ])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    let configuration = try context.configuration.get()
    let listing = Listing(context.output, SettingRow.columns)
    for setting in Setting.allCases {
      listing.add(SettingRow(setting: setting, value: try configuration.value(of: setting)))
    }
    listing.end(empty: "")
    return .success
  }
}

struct ConfigGetCommand: Command {
  static let spec = CommandSpec(
    "get", summary: "print the value of a setting",
    discussion: ["Prints nothing and exits with 1 if there is no value. A key is never shown."],
    operands: [Setting.operand.spec],
    examples: [CommandExample("memctl config get db", shows: "print the path of the cache")])

  private let setting: Setting

  init(_ arguments: ParsedCommand) { setting = arguments[Setting.operand] }

  func run(_ context: Context) throws -> ExitCode {
    let value = try context.configuration.get().value(of: setting)
    if setting == .apiKey, value.isSet, context.output.shape != .json {
      throw Problem(
        .usage, "a key is never shown; it comes from \(value.origin!)",
        hint: "memctl login tries it and keeps another one")
    }
    if context.output.shape == .json {
      context.output.write(
        Report(command: "config get", members: value.members(setting)), quiet: false)
    } else if let text = value.text {
      context.output.line(text.printable)
    }
    return value.isSet ? .success : .isFalse
  }
}

struct ConfigSetCommand: Command {
  private static let value = OptionalOperand(.text("VALUE"))

  static let spec = CommandSpec(
    "set", summary: "set a value in the configuration file",
    discussion: [
      """
      The value is checked first, and all other lines of the file stay as they are. Of api-key, \
      api-key-file and api-key-command, the file has at most one: setting one removes the others.
      """,
      """
      The key itself is asked for, or read from stdin: as an argument, it would show in ps and stay \
      in the shell's history. From then on, only you can read the file.
      """,
      """
      api-key-command runs in a shell whenever a command needs the key, and at most once in each; the \
      first line that it writes is the key. Its messages appear as they are, and it may take 60 \
      seconds.
      """,
    ],
    operands: [Setting.operand.spec, value.spec],
    examples: [
      CommandExample(
        "memctl config set api-url https://memory.example.org", shows: "use that server"),
      CommandExample(
        "memctl config set api-key-command 'pass show memory'",
        shows: "take the key from a password manager"),
      CommandExample("memctl config set api-key < key.txt", shows: "keep a key from a file"),
    ])

  private let setting: Setting
  private let value: String?

  init(_ arguments: ParsedCommand) throws {
    setting = arguments[Setting.operand]
    value = arguments[Self.value]
    if setting == .apiKey {
      guard value == nil else {
        throw Problem(
          .usage,
          "a key on the command line would show in ps and stay in the shell's history; it was not kept",
          hint: "memctl config set api-key asks for it, or reads it from stdin")
      }
    } else if value == nil || value == "" {
      throw Problem(
        .usage, "\(setting.rawValue) needs a value",
        hint: "memctl config unset \(setting.rawValue) removes it")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let value = try value ?? context.secretInput.key("key (not shown)")
    try context.configuration.change([setting: value])
    context.output.write(
      try .change("config set", setting, context.configuration.get()), quiet: context.isQuiet)
    return .success
  }
}

struct ConfigUnsetCommand: Command {
  static let spec = CommandSpec(
    "unset", summary: "remove a setting from the configuration file",
    discussion: ["All other lines of the file stay as they are."],
    operands: [Setting.operand.spec],
    examples: [
      CommandExample("memctl config unset api-key", shows: "forget the key that memctl login kept")
    ])

  private let setting: Setting

  init(_ arguments: ParsedCommand) { setting = arguments[Setting.operand] }

  func run(_ context: Context) throws -> ExitCode {
    try context.configuration.change([setting: nil as String?])
    context.output.write(
      try .change("config unset", setting, context.configuration.get()), quiet: context.isQuiet)
    return .success
  }
}

extension Report {
  /// What a change of a setting has led to.
  fileprivate static func change(
    _ command: String, _ setting: Setting, _ configuration: Configuration
  ) throws -> Report {
    let value = try configuration.value(of: setting)
    let name = setting.rawValue
    var line = value.isSet ? "\(name) is \(value.shown.printable)" : "\(name) is not set"
    if let origin = value.origin { line += " (\(origin))" }
    if let origin = configuration.override(of: setting) {
      line += "; what the file says counts only without \(origin)"
    }
    return Report(command: command, members: value.members(setting), summary: [line])
  }
}
