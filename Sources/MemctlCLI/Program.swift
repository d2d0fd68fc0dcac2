import CommandLine
import Glibc
import MemctlCore

/// The program `memctl`.
public enum Program {
  /// Runs a command line, without the program's name, and returns the code to end with.
  public static func run(_ arguments: [String], environment: [String: String]) -> Int32 {
    StandardStreams.occupy()
    // A closed pipe is noticed where it is written to; a closed socket must not end the program.
    signal(SIGPIPE, SIG_IGN)
    // A file that must not grow any more is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    setlocale(LC_CTYPE, "C.UTF-8")
    do throws(UsageError) {
      let parsed = try Memctl.table.parse(arguments)
      return run(parsed, environment)
    } catch {
      let terminal = Terminal(color: .never, environment: environment)
      let output = Output(terminal, shape: arguments.contains("--json") ? .json : nil)
      return fail(Problem(.usage, error.message, hint: error.hint), at: [], output)
    }
  }

  private static func run(_ arguments: ParsedCommand, _ environment: [String: String]) -> Int32 {
    let context = Context(arguments, environment: environment)
    do {
      let code = try perform(arguments, context)
      context.output.finish()
      return Signals.exitCode ?? code.rawValue
    } catch let problem as Problem {
      return fail(problem, at: arguments.path, context.output)
    } catch {
      let problem = Problem(.bug, "a bug in memctl: \(error)")
      return fail(problem, at: arguments.path, context.output)
    }
  }

  private static func fail(_ problem: Problem, at path: [String], _ output: Output) -> Int32 {
    let command = path.isEmpty ? nil : path.joined(separator: " ")
    output.write(Report(command: command, problems: [problem]), quiet: false)
    return Signals.exitCode ?? ExitCode(problem.kind).rawValue
  }

  private static func perform(_ arguments: ParsedCommand, _ context: Context) throws -> ExitCode {
    switch arguments.outcome {
    case .help:
      context.output.page(try HelpPage(for: arguments.path, in: Memctl.table))
      return .success
    case .version:
      return try VersionCommand(arguments).run(context)
    case .noCommand where context.terminal.isInputTerminal && context.terminal.isOutputTerminal:
      return try ReplCommand().run(context)
    case .noCommand where context.output.shape == .json:
      throw Problem(.usage, "no command is given", hint: "memctl --help")
    case .noCommand:
      let page = try HelpPage(for: [], in: Memctl.table)
      printError(page.text(width: 80, styled: false), terminator: "")
      return .usage
    case .run:
      guard let type = Memctl.commands.first(where: { $0.path == arguments.path })?.type else {
        throw Problem(.bug, "'\(arguments.path.joined(separator: " "))' has no implementation")
      }
      return try type.init(arguments).run(context)
    }
  }
}

extension Output {
  /// Writes a page of help, as wide as is comfortable to read.
  func page(_ page: HelpPage) {
    text(page.text(width: min(width, 100), styled: style.isOn))
  }
}
