import CommandLine
import Glibc
import MemctlCore

/// The program `memctl`.
public enum Program {
  /// Runs a command line, without the program's name, and returns the code to end with.
  public static func run(_ arguments: [String], environment: [String: String]) -> Int32 {
    // A closed pipe is noticed where it is written to; a closed socket must not end the program.
    signal(SIGPIPE, SIG_IGN)
    setlocale(LC_CTYPE, "C.UTF-8")
    do throws(UsageError) {
      let parsed = try Memctl.table.parse(arguments)
      return run(parsed, environment)
    } catch {
      fail(
        Problem(.usage, error.message, hint: error.hint), command: nil,
        asJSON: arguments.contains("--json"))
      return ExitCode.usage.rawValue
    }
  }

  private static func run(_ arguments: ParsedCommand, _ environment: [String: String]) -> Int32 {
    let context = Context(arguments, environment: environment)
    do {
      let code = try perform(arguments, context)
      context.output.flush()
      return Signals.exitCode ?? code.rawValue
    } catch let problem as Problem {
      context.output.flush()
      fail(problem, command: arguments.path.joined(separator: " "), asJSON: context.output.shape == .json)
      return Signals.exitCode ?? ExitCode(problem.kind).rawValue
    } catch {
      context.output.flush()
      fail(Problem(.bug, "a bug in memctl: \(error)"), command: nil, asJSON: false)
      return ExitCode.bug.rawValue
    }
  }

  private static func perform(_ arguments: ParsedCommand, _ context: Context) throws -> ExitCode {
    switch arguments.outcome {
    case .help:
      context.output.page(try HelpPage(for: arguments.path, in: Memctl.table))
      return .success
    case .version:
      context.output.line("memctl \(Version.text)")
      return .success
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

  private static func fail(_ problem: Problem, command: String?, asJSON: Bool) {
    if asJSON {
      let output = Output(Terminal(color: .never, environment: [:]), json: true)
      output.json([
        .init("schema", 1), .init("command", command.map { .string($0) } ?? nil),
        .init("ok", false), .init("errors", .array([problem.json])),
      ])
      output.flush()
    }
    printProblem(problem)
  }
}

extension Output {
  /// Writes a page of help, as wide as is comfortable to read.
  func page(_ page: HelpPage) {
    text(page.text(width: min(width, 100), styled: style.isOn))
  }
}
