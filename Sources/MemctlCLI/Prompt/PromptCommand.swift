import CommandLine
import MemctlCore

/// A command that only the prompt and its scripts have. Its name begins with a dot.
protocol PromptCommand: Sendable {
  static var spec: CommandSpec { get }

  /// Checks what the table cannot, and does nothing else.
  ///
  /// - Throws: `Problem` of kind `.usage`.
  init(_ arguments: ParsedCommand) throws

  /// - Returns: the code that it ends with.
  /// - Throws: `Problem`.
  func run(_ session: Session) throws -> ExitCode
}

extension Memctl {
  /// The commands of the prompt in the order of its help.
  static let promptCommands: [any PromptCommand.Type] = [
    PromptHelpCommand.self, ModeCommand.self, OutputCommand.self, OnceCommand.self,
    ReadCommand.self, TimerCommand.self, BailCommand.self, RepeatCommand.self, SetCommand.self,
    SettingsCommand.self, QuitCommand.self,
  ]

  /// The table of what may be typed at the prompt: the same commands, and its own.
  static let promptTable = CommandTable(
    program: CommandSpec(
      "", summary: table.program.summary,
      subcommands: table.program.subcommands + promptCommands.map { $0.spec }),
    globalOptions: globalOptions, topics: Topics.all)
}

/// `on` or `off`.
extension OperandSpec {
  static let onOrOff = OperandSpec("on|off", .choice(["on", "off"]))
}
