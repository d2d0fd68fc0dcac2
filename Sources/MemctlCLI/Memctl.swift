import CommandLine
import Glibc
import MemctlCore

/// The program `memctl`.
public enum Memctl {
  /// Runs a command line and returns the code to end with.
  ///
  /// - Parameters:
  ///   - words: without the program's name; nil for one that is not valid UTF-8.
  ///   - environment: nil for a value that is not valid UTF-8.
  public static func run(_ words: [String?], environment: [String: String?]) -> Int32 {
    StandardStreams.occupy()
    // A closed pipe is noticed when it is written to; a closed socket must not end the program.
    signal(SIGPIPE, SIG_IGN)
    // A file that has reached its size limit is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    setlocale(LC_CTYPE, "C.UTF-8")
    let environment = Environment(environment)
    func refuse(_ problem: Problem, at path: [String] = []) -> Int32 {
      let terminal = Terminal(color: .never, environment: environment.variables)
      let wantsJSON = words.contains("--json") || words.contains("--format=json")
      let output = Output(terminal, shape: wantsJSON ? .json : nil)
      return fail(problem, at: path, output)
    }
    if let index = words.firstIndex(of: nil) {
      return refuse(
        Problem(
          .invalidInput, "argument \(index + 1) is not valid UTF-8, so nothing was done",
          hint: "convert texts with iconv -t UTF-8, and rename files to valid UTF-8"))
    }
    do throws(UsageError) {
      let arguments = try Commands.table.parse(words.compactMap(\.self))
      return run(Context(arguments, in: Commands.table, environment))
    } catch {
      return refuse(Problem(error), at: error.path)
    }
  }

  private static func run(_ context: Context) -> Int32 {
    let arguments = context.arguments
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
    try GlobalOptions.check(arguments)
    switch arguments.action {
    case .help:
      context.output.page(try HelpPage(for: arguments.path, in: Commands.table))
      return .success
    case .version:
      return try VersionCommand(arguments).run(context)
    case .nothing where context.terminal.isInputTerminal && context.terminal.isOutputTerminal:
      return try ReplCommand().run(context)
    case .nothing where context.output.shape == .json:
      throw Problem(.usage, "no command given", hint: "memctl --help")
    case .nothing:
      let page = try HelpPage(for: [], in: Commands.table)
      printError(page.text(width: 80, styled: false), terminator: "")
      return .usage
    case .run:
      guard let type = Commands.all.first(where: { $0.path == arguments.path })?.type else {
        throw Problem(.bug, "'\(arguments.path.joined(separator: " "))' has no implementation")
      }
      return try type.init(arguments).run(context)
    }
  }
}

extension Output {
  /// Writes a page of help, no wider than is comfortable to read.
  func page(_ page: HelpPage) {
    text(page.text(width: min(textWidth, 100), styled: style.isOn))
  }
}
