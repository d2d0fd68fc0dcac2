/// Everything that a program knows about its command line.
///
/// Parser, help, manual page and completions are all made from it. `violations()` names what would
/// make them ambiguous; a program's tests check that there is nothing.
public struct CommandTable: Sendable {
  /// The program itself. Its subcommands are the commands; a program without commands has options
  /// and operands of its own. At a prompt, where nobody types it, its name is empty.
  public let program: CommandSpec
  /// Options accepted before and after the command, `--help` and `--version` last.
  public let globalOptions: [OptionSpec]
  public let topics: [HelpTopic]
  public let habits: Habits

  /// - Parameter globalOptions: All but `--help` and `--version`, which every program has.
  public init(
    program: CommandSpec, globalOptions: [OptionSpec] = [], topics: [HelpTopic] = [],
    habits: Habits = Habits()
  ) {
    self.program = program
    self.globalOptions = globalOptions + [Flag.help.spec, Flag.version.spec]
    self.topics = topics
    self.habits = habits
  }
}

extension CommandTable {
  /// A command line of the program as a user types it, without options: `memctl queue show`.
  func invocation(_ path: [String]) -> String {
    ([program.name] + path).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The program and its commands, each before its subcommands, in the order of the table.
  var nodes: [CommandNode] { Self.nodes(of: program, at: []) }

  /// `nodes` without the hidden ones and what is below them.
  var visibleNodes: [CommandNode] {
    Self.nodes(of: program, at: [], where: { !$0.isHidden })
  }

  private static func nodes(
    of spec: CommandSpec, at path: [String], where isIncluded: (CommandSpec) -> Bool = { _ in true }
  ) -> [CommandNode] {
    [CommandNode(path: path, spec: spec)]
      + spec.subcommands.filter(isIncluded).flatMap {
        nodes(of: $0, at: path + [$0.name], where: isIncluded)
      }
  }
}

/// A command and its path, which is empty for the program.
struct CommandNode {
  let path: [String]
  let spec: CommandSpec
}

extension Flag {
  static let help = Flag("help", short: "h", help: "show help for the program or a command")
  static let version = Flag("version", help: "show the version")
}
