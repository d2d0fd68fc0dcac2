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

/// What may be typed at the prompt: the commands of memctl, and those of the prompt.
struct PromptTable {
  /// That of memctl.
  let program: CommandTable
  /// The commands of the prompt in the order of its help.
  let own: [any PromptCommand.Type]
  /// Both together.
  let all: CommandTable

  init(_ program: CommandTable, adding own: [any PromptCommand.Type]) {
    self.program = program
    self.own = own
    all = CommandTable(
      program: CommandSpec(
        "", summary: program.program.summary,
        subcommands: program.program.subcommands + own.map { $0.spec }),
      globalOptions: GlobalOptions.all, topics: program.topics)
  }
}

/// Whether a setting of the prompt holds.
enum Switch: String, CaseIterable, ArgumentValue {
  case on
  case off

  static let operand = Operand<Switch>(.choice("on|off"))
}
