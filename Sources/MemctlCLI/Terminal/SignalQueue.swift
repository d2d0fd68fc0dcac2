import CTerminal
import Glibc
import System

/// Signals that are taken from a queue when convenient, instead of interrupting the program.
struct SignalQueue {
  /// Readable when there is one.
  let descriptor: Int32
  private var signals = sigset_t()

  /// From now on these signals come here, except those that are ignored already, as `nohup` does.
  ///
  /// - Throws: `SystemError`.
  init(_ numbers: [Int32]) throws(SystemError) {
    sigemptyset(&signals)
    for number in numbers {
      var action = sigaction()
      sigaction(number, nil, &action)
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      if handler != unsafeBitCast(SIG_IGN, to: Int.self) { sigaddset(&signals, number) }
    }
    sigprocmask(SIG_BLOCK, &signals, nil)
    descriptor = memctl_signal_descriptor(&signals)
    if descriptor < 0 { throw SystemError() }
  }

  /// The next signal that has arrived; nil if there is none.
  func next() -> Int32? {
    let number = memctl_next_signal(descriptor)
    return number == 0 ? nil : number
  }

  /// Waits until one arrives, at most for a time; -1 for no limit.
  func wait(milliseconds: Int32 = -1) {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = Glibc.poll(&poll, 1, milliseconds)
  }

  /// Lets a signal have its usual effect while `body` runs.
  func letting<Result>(_ number: Int32, _ body: () -> Result) -> Result {
    var one = sigset_t()
    sigemptyset(&one)
    sigaddset(&one, number)
    var before = sigset_t()
    sigprocmask(SIG_UNBLOCK, &one, &before)
    defer { sigprocmask(SIG_SETMASK, &before, nil) }
    return body()
  }
}
