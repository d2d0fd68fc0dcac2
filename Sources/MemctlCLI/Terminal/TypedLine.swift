import Glibc
import MemctlCore
import System

/// A line that is typed in answer to a question.
enum TypedLine {
  /// - Returns: the line with its end; empty at the end of input.
  /// - Throws: `Problem` of kind `.interrupted`, as soon as a signal asks to stop.
  static func read(_ question: String, _ cancellation: Cancellation) throws -> [UInt8] {
    Signals.cancel(cancellation)
    printError(question, terminator: "")
    var polls = [STDIN_FILENO, cancellation.readDescriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    while poll(&polls, nfds_t(polls.count), -1) < 0 {}
    if cancellation.isCancelled {
      throw Problem(.interrupted, "interrupted", hint: "nothing was changed")
    }
    // A terminal gives one line at a time.
    var line = [UInt8](repeating: 0, count: 4096)
    return Array(line[..<max(0, Glibc.read(STDIN_FILENO, &line, line.count))])
  }
}
