import CommandLine
import MemctlCore

/// A command that only the prompt and its scripts have, with a name that begins with a dot.
protocol PromptCommand: Sendable {
  static var spec: CommandSpec { get }
  /// Other names, that the hand types by itself.
  static var aliases: [String] { get }
  /// Whether it runs something whose output may go elsewhere.
  static var takesTail: Bool { get }

  /// Reads the values on the line, checks what the table cannot, and does nothing else.
  ///
  /// - Throws: `Problem` of kind `.usage`.
  init(_ arguments: ParsedCommand) throws

  /// - Returns: the code that it ends with.
  /// - Throws: `Problem`.
  func run(_ session: Session) throws -> ExitCode
}

extension PromptCommand {
  static var aliases: [String] { [] }
  static var takesTail: Bool { false }
}

/// The tables of what can be typed at the prompt.
struct PromptTable {
  /// The commands of memctl.
  let program: CommandTable
  /// The commands of the prompt in the order of its help.
  let own: [any PromptCommand.Type]
  /// The commands of both.
  let all: CommandTable

  init(_ program: CommandTable, adding own: [any PromptCommand.Type]) {
    self.program = program
    self.own = own
    all = CommandTable(
      program: CommandSpec(
        "", summary: program.program.summary,
        subcommands: program.program.subcommands + own.map { $0.spec }),
      globalOptions: GlobalOptions.all, topics: program.topics, habits: program.habits)
  }

  /// A command of the prompt's own.
  func command(_ name: String) -> (any PromptCommand.Type)? { own.first { $0.spec.name == name } }

  /// What is typed, in the words of the table.
  func meaning(of words: [String]) -> [String] {
    var words = words
    // memctl's hints name commands as they are typed in a shell.
    if words.first == "memctl" { words.removeFirst() }
    if let first = words.first, let command = own.first(where: { $0.aliases.contains(first) }) {
      words[0] = command.spec.name
    }
    return words
  }
}

/// Whether a setting of the prompt is on.
enum Switch: String, CaseIterable, ArgumentValue {
  case on
  case off

  static let operand = Operand<Switch>(.choice("on|off"))
}
