import CommandLine
import Glibc
import MemctlCore

/// Runs scripts in a session.
struct ScriptRunner {
  let session: Session

  /// Runs the commands of a script, line by line as they come, up to the first that fails, unless
  /// `.bail` is off.
  ///
  /// - Returns: the code of the command that ended it, or else the most urgent of all.
  func run(_ script: Script) -> ExitCode {
    let depth = session.scripts.depth
    guard depth < Self.deepest else {
      return session.tell(
        Problem(.usage, "scripts are nested more than \(depth) deep", hint: nil))
    }
    if depth == 0 { session.scripts.haveToldStop = false }
    session.scripts.depth += 1
    defer { session.scripts.depth -= 1 }
    var splitter = ShellSplitter(home: session.home, shellCommand: ShellCommand.spec.name)
    var worst = ExitCode.success
    do {
      while session.end == nil {
        let line = try script.nextLine(session.signals.waitForInput)
        if session.signals.haveInterrupted { break }
        if let line { try splitter.read(line + "\n") } else { try splitter.end() }
        for list in splitter.takeCommands() {
          let (code, command) = session.run(list)
          if let end = session.end { return end }
          worst = ExitCode.worst(worst, code)
          if session.signals.haveInterrupted { return code == .success ? .ended(by: SIGINT) : code }
          if code != .success, session.settings.stopsAtError {
            return stop(at: command, of: script, code)
          }
        }
        if line == nil { break }
      }
    } catch let error as UsageError {
      return session.tell(
        Problem(.usage, "\(script.name): \(error.message)", hint: Hint(error.hint)))
    } catch let problem as Problem {
      return session.tell(problem)
    } catch {
      return session.tell(Problem(.bug, "a bug in memctl: \(error)"))
    }
    return session.end ?? (session.signals.haveInterrupted ? .ended(by: SIGINT) : worst)
  }

  private static let deepest = 16

  private func stop(
    at command: CommandWords, of script: Script, _ code: ExitCode
  ) -> ExitCode {
    // If scripts read scripts, only the innermost one is reported.
    if session.scripts.haveToldStop { return code }
    session.scripts.haveToldStop = true
    printError(
      "memctl: stopped at \(script.place(of: command.line)), which failed with exit code \(code.rawValue)"
    )
    printError("hint: after .bail off, a script continues when a command fails")
    return code
  }
}
