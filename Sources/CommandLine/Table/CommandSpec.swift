/// A command that does something, or a group of subcommands.
public struct CommandSpec: Sendable {
  public let name: String
  /// One line that begins lower-case and has no final period.
  public let summary: String
  /// Made when somebody reads it: a command that only runs does not pay for its help.
  public var discussion: [HelpBlock] { makeDiscussion() }
  private let makeDiscussion: @Sendable () -> [HelpBlock]
  public let options: [OptionSpec]
  public let operands: [OperandSpec]
  public let subcommands: [CommandSpec]
  /// The subcommand that runs if none is named: `queue --dead` for `queue list --dead`.
  public let defaultSubcommand: String?
  public let examples: [CommandExample]
  /// Whether help, suggestions and completions leave it out.
  public let isHidden: Bool

  public init(
    _ name: String,
    summary: String,
    discussion: @autoclosure @escaping @Sendable () -> [HelpBlock] = [],
    options: [OptionSpec] = [],
    operands: [OperandSpec] = [],
    subcommands: [CommandSpec] = [],
    defaultSubcommand: String? = nil,
    examples: [CommandExample] = [],
    isHidden: Bool = false
  ) {
    self.name = name
    self.summary = summary
    makeDiscussion = discussion
    self.options = options
    self.operands = operands
    self.subcommands = subcommands
    self.defaultSubcommand = defaultSubcommand
    self.examples = examples
    self.isHidden = isHidden
  }
}

extension CommandSpec {
  /// The name and what the command takes: `.once FILE`.
  public var synopsis: String { ([name] + arguments(isProgram: false)).joined(separator: " ") }

  /// The rest of a usage line after the name; every program has options.
  func arguments(isProgram: Bool) -> [String] {
    (isProgram || !visibleOptions.isEmpty ? ["[OPTIONS]"] : []) + operands.map(\.synopsis)
  }

  var visibleOptions: [OptionSpec] { options.filter { !$0.isHidden } }
  var visibleSubcommands: [CommandSpec] { subcommands.filter { !$0.isHidden } }

  func subcommand(_ name: String) -> CommandSpec? { subcommands.first { $0.name == name } }

  /// The options of all commands below a group.
  var optionsBelow: [OptionSpec] {
    visibleSubcommands.flatMap { $0.visibleOptions + $0.optionsBelow }
  }

  /// The subcommand that runs if the line names none.
  var fallback: CommandSpec? { defaultSubcommand.flatMap(subcommand) }

  /// The operand for the word at `index`; a variadic one takes all words that follow.
  func operand(at index: Int) -> OperandSpec? {
    if index < operands.count { return operands[index] }
    return operands.last.flatMap { $0.isVariadic ? $0 : nil }
  }
}

/// A command line worth copying.
public struct CommandExample: Sendable {
  public let command: String
  /// One line that begins lower-case and has no final period.
  public let shows: String

  public init(_ command: String, shows: String) {
    self.command = command
    self.shows = shows
  }
}
