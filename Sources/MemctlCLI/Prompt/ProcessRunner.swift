import CommandLine
import Glibc
import MemctlCore
import System

/// Runs each command of memctl's in a process of its own, just as a shell does. So it behaves as it does
/// there, a second Ctrl-C abandons it at once, and whatever ends it leaves the session as it was.
struct ProcessRunner {
  /// The commands of memctl.
  let table: CommandTable
  /// What the session was begun with.
  let arguments: ParsedCommand
  let signals: SessionSignals
  /// Whether the script comes from standard input, so that no command can read from it.
  let readsScriptFromInput: Bool

  /// Returns the code that the command ended with.
  ///
  /// - Parameter tail: where its output goes, as a shell is to read it; empty for no shell.
  func run(
    _ words: [String], tail: String, _ settings: SessionSettings
  ) throws(Problem) -> ExitCode {
    let arguments = inherited(by: words, settings) + words
    var streams: [Int32: Int32] = [:]
    if let output = settings.outputOnce ?? settings.output {
      streams[STDOUT_FILENO] = output.descriptor
    }
    let nothing = readsScriptFromInput ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1
    if nothing >= 0 { streams[STDIN_FILENO] = nothing }
    defer { if nothing >= 0 { close(nothing) } }
    let memctl = Executable.pathForOthers
    let start = ContinuousClock.now
    defer {
      if settings.showsTime {
        printError("\(Int((ContinuousClock.now - start) / .milliseconds(1))) ms")
      }
    }
    return try run {
      () throws(SystemError) in
      tail.isEmpty
        ? try ChildProcess(memctl, ["memctl"] + arguments, streams: streams)
        : try ChildProcess(
          "/bin/sh", ["sh", "-c", "\"$0\" \"$@\" \(tail)", memctl] + arguments,
          streams: streams)
    }
  }

  /// Gives a line to a shell, and returns the code that it ended with.
  func run(shell line: String) throws(Problem) -> ExitCode {
    try run { () throws(SystemError) in try ChildProcess("/bin/sh", ["sh", "-c", line]) }
  }

  private func run(
    _ start: () throws(SystemError) -> ChildProcess
  ) throws(Problem) -> ExitCode {
    let settings = TerminalSettings()
    // An editor may have been killed.
    defer { settings?.restore() }
    do throws(SystemError) {
      let process = try start()
      return signals.queue.letting(SIGTSTP) { wait(for: process) }
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

  /// The options of the session that the command is not given itself.
  private func inherited(by words: [String], _ settings: SessionSettings) -> [String] {
    guard let command = try? table.parse(words) else { return [] }
    var options = arguments.words(for: Self.inheritedOptions.filter { !command.isGiven($0) })
    if let mode = settings.mode, !command.isGiven(GlobalOptions.json.spec),
      !command.isGiven(GlobalOptions.format.spec)
    {
      options.append("--format=\(mode.rawValue)")
    }
    return options
  }

  private static let inheritedOptions: [OptionSpec] =
    GlobalOptions.places + [
      GlobalOptions.color.spec, GlobalOptions.quiet.spec, GlobalOptions.verbose.spec,
      GlobalOptions.noInput.spec,
    ]

  /// Waits for the end of a command, which the terminal's keys reach directly.
  private func wait(for process: ChildProcess) -> ExitCode {
    while true {
      if let end = process.end(waits: false) {
        tell(end)
        return end.exitCode
      }
      signals.queue.wait()
      while let number = signals.queue.next() {
        signals.note(number)
        if number == SIGTERM || number == SIGHUP { pass(number, to: process) }
      }
    }
  }

  /// Passes on a signal that was sent to the session alone: to everything that the command has started,
  /// such as a pager, if the session leads their process group, so that nobody else is in it.
  private func pass(_ signal: Int32, to process: ChildProcess) {
    guard getpgrp() == getpid() else {
      kill(process.id, signal)
      return
    }
    kill(0, signal)
    // The session is in that group itself.
    while let number = signals.queue.next(), number != signal { signals.note(number) }
  }

  /// Reports what the command could no longer report itself.
  private func tell(_ end: ChildProcess.End) {
    guard case .signal(let number) = end, number != SIGINT else { return }
    printError(
      "memctl: the command was terminated by a signal: \(String(cString: strsignal(number)))")
  }
}
