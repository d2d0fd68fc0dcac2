import CommandLine
import MemctlCore

/// One command of the table: its description, the check of its arguments, and what it does.
protocol Command: Sendable {
  static var spec: CommandSpec { get }

  /// Reads the values on the line, checks what the table cannot, and does nothing else.
  ///
  /// - Throws: `Problem` of kind `.usage` or `.invalidInput`.
  init(_ arguments: ParsedCommand) throws

  /// - Returns: the code to end with.
  /// - Throws: `Problem`.
  func run(_ context: Context) throws -> ExitCode
}

extension Problem {
  init(_ error: UsageError) { self.init(.usage, error.message, hint: Hint(error.hint)) }
}

extension CommandSpec {
  /// A command that consists of subcommands.
  init(
    _ name: String, summary: String, subcommands: [any Command.Type], defaultName: String? = nil,
    discussion: @autoclosure @escaping @Sendable () -> [HelpBlock] = [],
    examples: [CommandExample] = []
  ) {
    self.init(
      name, summary: summary, discussion: discussion(), subcommands: subcommands.map { $0.spec },
      defaultSubcommand: defaultName, examples: examples)
  }
}
