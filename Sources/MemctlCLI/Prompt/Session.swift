import CommandLine
import Glibc
import MemctlCore
import System

/// What the commands of a prompt or a script share, and how one of them is run.
final class Session {
  /// The options and the environment of the command that began the session.
  let context: Context
  let table: PromptTable
  let isInteractive: Bool
  let signals: SessionSignals
  var settings: SessionSettings
  var scripts = RunningScripts()
  /// The code that `.quit` or the end of the input ends the session with.
  var quit: ExitCode?
  /// Where the output of what a command of the prompt's own runs goes, as a shell is to read it.
  private(set) var tail = ""
  private let processes: ProcessRunner

  /// - Parameter readsScriptFromInput: whether standard input is not for the commands to read.
  /// - Throws: `SystemError`.
  init(
    _ context: Context, _ table: PromptTable, isInteractive: Bool, readsScriptFromInput: Bool
  ) throws(SystemError) {
    self.context = context
    self.table = table
    self.isInteractive = isInteractive
    signals = try SessionSignals(isInteractive: isInteractive)
    settings = SessionSettings(mode: context.output.requestedShape)
    processes = ProcessRunner(
      table: table.program, arguments: context.arguments, signals: signals,
      readsScriptFromInput: readsScriptFromInput)
  }

  var home: String { context.environment.home }

  /// The code to end with, once it is to end.
  var end: ExitCode? { signals.end ?? quit }

  /// Standard output, for what the session itself has to say.
  func makeOutput() -> Output {
    Output(
      Terminal(color: context.terminal.colorChoice, environment: context.environment.variables))
  }

  /// Writes a problem to standard error, and returns its code.
  @discardableResult
  func tell(_ problem: Problem) -> ExitCode {
    printProblem(problem)
    return ExitCode(problem.kind)
  }

  /// Runs commands that are joined, each if its condition holds.
  ///
  /// - Returns: the last that ran, and the code that it ended with.
  func run(_ list: [CommandWords]) -> (code: ExitCode, last: CommandWords) {
    var (code, last) = (ExitCode.success, list[0])
    for command in list {
      switch command.condition {
      case .ifSucceeded where code != .success, .ifFailed where code == .success: continue
      default: (code, last) = (run(command), command)
      }
      if signals.haveInterrupted || end != nil { break }
    }
    return (code, last)
  }

  /// Runs a command and returns the code that it ended with.
  func run(_ command: CommandWords) -> ExitCode {
    signals.begin()
    do {
      return try perform(table.meaning(of: command.words), tail: command.tail)
    } catch {
      return tell(error)
    }
  }

  private func perform(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    if words.contains(where: { $0.utf8.contains(0) }) {
      throw Problem(.usage, "a command cannot contain a NUL character")
    }
    guard let first = words.first else { throw Self.isPromptAlready }
    if first.hasPrefix(".") { return try runOwn(words, tail: tail) }
    do {
      let command = try table.all.parse(words)
      if command.action == .nothing || command.action == .run && command.path == ["repl"] {
        throw Self.isPromptAlready
      }
    } catch let error as UsageError {
      // Only here can the hint be one for the prompt; but where the error goes elsewhere, or is JSON,
      // the command itself writes it.
      let isForMachines = settings.mode == .json || words.contains { $0.hasPrefix("--json") }
      if tail.isEmpty, !isForMachines { throw Problem(error) }
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.bug, "a bug in memctl: \(error)")
    }
    return try runProcess(words, tail: tail)
  }

  private static let isPromptAlready = Problem(
    .usage, "this is already memctl's prompt", hint: "help lists the commands")

  /// Gives a line to a shell, and returns the code that it ended with.
  func runShell(_ line: String) throws(Problem) -> ExitCode { try processes.run(shell: line) }

  private func runProcess(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    defer { settings.outputOnce = nil }
    return try processes.run(words, tail: tail, settings)
  }

  private func runOwn(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    guard tail.isEmpty || table.command(words[0])?.takesTail == true else {
      throw Problem(
        .usage, "\(words[0]) has no output to redirect",
        hint: ".output FILE sends the results of all commands there")
    }
    do {
      let arguments = try table.all.parse(words)
      if arguments.action == .version { return try runProcess(["version"], tail: "") }
      if arguments.action == .help {
        let output = makeOutput()
        output.page(try HelpPage(for: arguments.path, in: table.all))
        output.finish()
        return .success
      }
      self.tail = tail
      return try table.command(arguments.path[0])!.init(arguments).run(self)
    } catch let error as UsageError {
      throw Problem(error)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.bug, "a bug in memctl: \(error)")
    }
  }
}

/// Scripts that run, of which one may read another.
struct RunningScripts {
  var depth = 0
  /// Whether it has been said where the innermost stopped.
  var haveToldStop = false
}
