import CommandLine
import Glibc
import MemctlCore
import System

/// What a prompt or a script works with: its settings, and how a command is run.
///
/// Each command of memctl's is a process of its own, just as in a shell. So it behaves as it does
/// there, a second Ctrl-C abandons it at once, and whatever ends it leaves the session as it was.
final class Session {
  /// The options and the environment of the command that began the session.
  let context: Context
  let table: PromptTable
  let isInteractive: Bool
  let signals: SignalQueue
  /// What `.mode` asks for; nil for what suits the place where results go.
  var mode: Output.Shape?
  /// Where results go instead of standard output.
  var output: OutputFile?
  /// The same for the next command alone.
  var outputOnce: OutputFile?
  var showsTime = false
  var stopsAtError = true
  /// Whether the prompt syncs in the background.
  var syncsByItself = true
  /// The script comes from standard input, so that no command can read there.
  var readsScriptFromInput = false
  /// The code to end with, once it is to end.
  var end: ExitCode?
  /// Whether the user or the system has asked the last command to stop.
  private(set) var wasInterrupted = false
  /// Where the output of what `.watch` repeats goes.
  private(set) var tail = ""
  private var hasToldStop = false
  private var depth = 0

  /// - Throws: `SystemError`.
  init(
    _ context: Context, _ table: PromptTable, isInteractive: Bool
  ) throws(SystemError) {
    self.context = context
    self.table = table
    self.isInteractive = isInteractive
    mode = context.output.requestedShape
    // Only a line that is being typed has to know that the terminal changes or is taken away, and is
    // not to be lost to Ctrl-\.
    signals = try SignalQueue(
      [SIGINT, SIGTERM, SIGHUP, SIGCHLD] + (isInteractive ? [SIGQUIT, SIGWINCH, SIGTSTP] : []))
    // Where it is ignored, nothing tells that a command has ended.
    signal(SIGCHLD, SIG_DFL)
  }

  var home: String { context.environment.home }

  /// What commands have in their environment beside what memctl has in its own: a prompt shows long
  /// results with a pager.
  private var variables: [String: String] {
    guard isInteractive else { return [:] }
    let pager = context.environment.variables["PAGER"].flatMap { $0.isEmpty ? nil : $0 } ?? "less"
    return ["MEMCTL_PAGER": pager]
  }

  /// Standard output, for what the session itself has to say.
  func makeOutput() -> Output {
    let environment = variables.merging(context.environment.variables) { $1 }
    return Output(Terminal(color: context.terminal.colorChoice, environment: environment))
  }

  // MARK: Commands

  /// Runs a command and returns the code that it ended with.
  func run(_ command: ShellSplitter.Command) -> ExitCode {
    wasInterrupted = false
    var words = command.words
    // Hints of memctl's name commands as a shell takes them.
    if words.first == "memctl" { words.removeFirst() }
    // What the hand types by itself.
    if words.first == "exit" || words.first == "quit" { words[0] = QuitCommand.spec.name }
    if words.first != ReadCommand.spec.name { hasToldStop = false }
    do {
      return try perform(words, tail: command.tail)
    } catch {
      return tell(error)
    }
  }

  private func perform(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    if words.contains(where: { $0.utf8.contains(0) }) {
      throw Problem(.usage, "a NUL cannot be part of a command")
    }
    let command = try? table.program.parse(words)
    let opensPrompt =
      command?.action == .nothing || command?.action == .run && command?.path == ["repl"]
    guard let first = words.first, !opensPrompt else {
      throw Problem(.usage, "this is memctl's prompt already", hint: "help lists the commands")
    }
    if first.hasPrefix(".") {
      guard tail.isEmpty || first == RepeatCommand.spec.name else {
        throw Problem(
          .usage, "\(first) has no output that could go elsewhere",
          hint: ".output FILE sends the results of all commands there")
      }
      return try runOwn(words, tail: tail)
    }
    return try runProcess(words, tail: tail)
  }

  private func runOwn(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    do {
      let arguments = try table.all.parse(words)
      if arguments.action == .version { return try runProcess(["version"], tail: "") }
      if arguments.action == .help {
        let output = makeOutput()
        output.page(try HelpPage(for: arguments.path, in: table.all))
        output.finish()
        return .success
      }
      let type = table.own.first { [$0.spec.name] == arguments.path }!
      self.tail = tail
      return try type.init(arguments).run(self)
    } catch let error as UsageError {
      throw Problem(.usage, error.message, hint: error.hint)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.bug, "a bug in memctl: \(error)")
    }
  }

  private func runProcess(_ words: [String], tail: String) throws(Problem) -> ExitCode {
    let arguments = options(for: words) + words
    var streams: [Int32: Int32] = [:]
    if let output = outputOnce ?? output { streams[STDOUT_FILENO] = output.descriptor }
    let nothing = readsScriptFromInput ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1
    if nothing >= 0 { streams[STDIN_FILENO] = nothing }
    defer {
      if nothing >= 0 { close(nothing) }
      outputOnce = nil
    }
    let memctl = Executable.pathForOthers
    let start = ContinuousClock.now
    defer {
      if showsTime {
        printError("\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms")
      }
    }
    do throws(SystemError) {
      let process =
        tail.isEmpty
        ? try ChildProcess(
          memctl, ["memctl"] + arguments, adding: variables, streams: streams)
        : try ChildProcess(
          "/bin/sh", ["sh", "-c", "\"$0\" \"$@\" \(tail)", memctl] + arguments,
          adding: variables, streams: streams)
      return signals.letting(SIGTSTP) { wait(for: process) }
    } catch {
      if error.code == E2BIG {
        throw Problem(
          .invalidInput, "the command is too long for the system",
          hint: "a memory has at most 1,400 characters")
      }
      throw Problem(
        .busy, "the command could not be started: \(error)",
        hint: "nothing was done; try again")
    }
  }

  /// The options of the session that the command does not have itself.
  private func options(for words: [String]) -> [String] {
    guard let command = try? table.program.parse(words) else { return [] }
    var options = context.arguments.words(
      for: Self.inheritedOptions.filter { !command.isGiven($0) })
    if let mode, !command.isGiven(GlobalOptions.json), !command.isGiven(GlobalOptions.format) {
      options.append("--format=\(mode.rawValue)")
    }
    return options
  }

  private static let inheritedOptions: [any OptionKey] =
    GlobalOptions.places + [
      GlobalOptions.color, GlobalOptions.quiet, GlobalOptions.verbose, GlobalOptions.noInput,
    ]

  /// Waits for the end of a command that the terminal's keys reach by themselves.
  private func wait(for process: ChildProcess) -> ExitCode {
    while true {
      if let end = process.end(waits: false) {
        tell(end)
        return end.exitCode
      }
      signals.wait()
      while let number = signals.next() {
        note(number)
        if number == SIGTERM || number == SIGHUP { pass(number, to: process) }
      }
    }
  }

  /// Hands on a signal that came to the session alone: to all that the command has started, such as a
  /// pager, where the session leads their process group and so nobody else is in it.
  private func pass(_ signal: Int32, to process: ChildProcess) {
    guard getpgrp() == getpid() else {
      kill(process.id, signal)
      return
    }
    kill(0, signal)
    // The session is in that group itself.
    while let number = signals.next(), number != signal { note(number) }
  }

  /// Says what the command could not say itself any more.
  private func tell(_ end: ChildProcess.End) {
    guard case .signal(let number) = end, number != SIGINT else { return }
    printError("memctl: the command was ended by a signal: \(String(cString: strsignal(number)))")
  }

  /// Waits, until a signal asks to stop.
  func sleep(seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    var rest = 0.0
    repeat {
      rest = max(0, ((end - .now) / .milliseconds(1)).rounded(.up))
      signals.wait(milliseconds: Int32(rest))
      while let number = signals.next() { note(number) }
    } while rest > 0 && !wasInterrupted
  }

  func note(_ signal: Int32) {
    switch signal {
    case SIGINT: wasInterrupted = true
    case SIGTERM, SIGHUP:
      wasInterrupted = true
      end = .ended(by: signal)
    default: break
    }
  }

  /// Writes a problem to standard error, and returns its code.
  @discardableResult
  func tell(_ problem: Problem) -> ExitCode {
    printProblem(problem)
    return ExitCode(problem.kind)
  }

  // MARK: Scripts

  /// Runs the commands of a script, line by line as they come, up to the first that fails unless
  /// errors do not stop it.
  ///
  /// - Returns: the code of the command that ended it, else the worst of all.
  func run(_ script: Script) -> ExitCode {
    guard depth < Self.deepest else {
      return tell(Problem(.usage, "scripts that read scripts are \(depth) deep", hint: nil))
    }
    depth += 1
    defer { depth -= 1 }
    var splitter = ShellSplitter(home: home)
    var worst = ExitCode.success
    do {
      while end == nil {
        let line = try script.nextLine(mayRead)
        if wasInterrupted { break }
        if let line { try splitter.read(line + "\n") } else { try splitter.end() }
        for command in splitter.takeCommands() {
          let code = run(command)
          if let end { return end }
          worst = ExitCode.worst(worst, code)
          if wasInterrupted { return code == .success ? .ended(by: SIGINT) : code }
          if code != .success, stopsAtError { return stop(at: command, of: script, code) }
        }
        if line == nil { break }
      }
    } catch let error as UsageError {
      return tell(Problem(.usage, "\(script.name): \(error.message)", hint: error.hint))
    } catch let problem as Problem {
      return tell(problem)
    } catch {
      return tell(Problem(.bug, "a bug in memctl: \(error)"))
    }
    return end ?? (wasInterrupted ? .ended(by: SIGINT) : worst)
  }

  /// Waits until there is something to read; false where a signal asks to stop.
  private func mayRead(_ descriptor: Int32) -> Bool {
    wasInterrupted = false
    while true {
      var polls = [descriptor, signals.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      _ = poll(&polls, nfds_t(polls.count), -1)
      while let number = signals.next() { note(number) }
      if wasInterrupted { return false }
      if polls[0].revents != 0 { return true }
    }
  }

  private static let deepest = 16

  private func stop(at command: ShellSplitter.Command, of script: Script, _ code: ExitCode)
    -> ExitCode
  {
    // Of scripts that read scripts, the innermost tells.
    if hasToldStop { return code }
    hasToldStop = true
    printError(
      "memctl: stopped at \(script.place(of: command.line)), which ended with \(code.rawValue)")
    printError("hint: after .bail off, what follows a command that failed runs all the same")
    return code
  }
}

/// A file that results go to.
final class OutputFile {
  let path: String
  let descriptor: Int32

  /// Creates the file, or empties it.
  ///
  /// - Throws: `Problem` of kind `.file`.
  init(_ path: String) throws(Problem) {
    self.path = path
    do throws(SystemError) {
      descriptor = try FileDescriptor.openAtOnce(
        path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o666
      ).rawValue
    } catch {
      throw Problem(.file, "cannot write \(path): \(error)", hint: "choose another file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
