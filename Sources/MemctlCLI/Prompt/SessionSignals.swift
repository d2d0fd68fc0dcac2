import Glibc
import System

/// What the user, or the system, asks of a session by signals.
final class SessionSignals {
  let queue: SignalQueue
  /// Whether the command that runs is to stop, or the last one was.
  private(set) var haveInterrupted = false
  /// The code to end the session with; nil where no signal asks for its end.
  private(set) var end: ExitCode?

  /// - Parameter isInteractive: whether somebody types.
  /// - Throws: `SystemError`.
  init(isInteractive: Bool) throws(SystemError) {
    // Only a line that is being typed needs to know that the terminal changes or is taken away, and
    // must not be lost to Ctrl-\.
    queue = try SignalQueue(
      [SIGINT, SIGTERM, SIGHUP, SIGCHLD] + (isInteractive ? [SIGQUIT, SIGWINCH, SIGTSTP] : []))
    // If it were ignored, nothing would report that a command has ended.
    signal(SIGCHLD, SIG_DFL)
  }

  /// Forgets what stopped the last command.
  func begin() { haveInterrupted = false }

  func note(_ signal: Int32) {
    switch signal {
    case SIGINT: haveInterrupted = true
    case SIGTERM, SIGHUP:
      haveInterrupted = true
      end = .ended(by: signal)
    default: break
    }
  }

  /// Waits, or until a signal asks to stop.
  func sleep(seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    var rest = 0.0
    repeat {
      rest = max(0, ((end - .now) / .milliseconds(1)).rounded(.up))
      queue.wait(milliseconds: Int32(rest))
      noteAll()
    } while rest > 0 && !haveInterrupted
  }

  /// Waits until there is something to read; false if a signal asks to stop.
  func waitForInput(_ descriptor: Int32) -> Bool {
    begin()
    while true {
      var polls = [descriptor, queue.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      _ = poll(&polls, nfds_t(polls.count), -1)
      noteAll()
      if haveInterrupted { return false }
      if polls[0].revents != 0 { return true }
    }
  }

  private func noteAll() { while let number = queue.next() { note(number) } }
}
