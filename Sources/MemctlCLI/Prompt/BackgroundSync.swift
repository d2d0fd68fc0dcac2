import Glibc
import JSON
import MemctlCore
import System

/// `memctl watch` beside the prompt. It shares nothing with the prompt but the cache, and the keys of
/// the terminal do not reach it.
final class BackgroundSync {
  /// Readable when the loop has something to report, and when it has ended.
  let descriptor: Int32
  private let process: ChildProcess
  private var unread: [UInt8] = []
  private var toldProblem: String?
  private var hasBegun = false

  /// - Parameter options: the global options of the prompt.
  /// - Throws: `SystemError`.
  init(options: [String]) throws(SystemError) {
    let pipe = try Pipe()
    defer { close(pipe.writeEnd) }
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    process = try ChildProcess(
      Executable.pathForOthers, ["memctl", "watch", "--json"] + options,
      streams: [STDIN_FILENO: nothing, STDOUT_FILENO: pipe.writeEnd, STDERR_FILENO: nothing],
      isApart: true)
    descriptor = pipe.readEnd
  }

  deinit { close(descriptor) }

  /// What the loop has reported since the last call, as far as the user wants to know; nil once it has
  /// ended.
  func news() -> [String]? {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    if count < 0 { return errno == EINTR ? [] : nil }
    if count == 0 { return nil }
    unread += piece[..<count]
    hasBegun = true
    var news: [String] = []
    while let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: unread[..<end], as: UTF8.self)
      unread.removeSubrange(...end)
      if let event = try? JSONValue(parsing: line) { news += self.news(of: event) }
    }
    return news
  }

  private func news(of event: JSONValue) -> [String] {
    var parts: [String] = []
    for (object, name, text) in [
      ("push", "acknowledged", "sent"), ("push", "dead_letters", "rejected"),
      ("pull", "inserted", "new"),
      ("pull", "updated", "changed"), ("pull", "deleted", "deleted"),
    ] {
      if let count = event[object]?[name]?.int64, count > 0 {
        parts.append("\(grouped(Int(count))) \(text)")
      }
    }
    var lines = parts.isEmpty ? [] : ["sync: " + parts.joined(separator: ", ")]
    // What passes by itself shows in the prompt; what needs the user is reported once.
    let problem = event["errors"]?.array?.first { error in
      let kind = error["kind"]?.string.flatMap { Problem.Kind(rawValue: $0) }
      return kind.map { ExitCode($0) != .tryAgain } ?? true
    }
    let message = problem?["message"]?.string
    if let message, message != toldProblem {
      lines.append("sync: \(message.printable)")
      if let hint = problem?["hint"]?.string { lines.append("hint: \(hint.printable)") }
    }
    toldProblem = message
    return lines
  }

  /// Starts the next cycle at once.
  func hurry() {
    // Until then, the first cycle is about to start, and the program does not handle the signal yet.
    if hasBegun { kill(process.id, SIGUSR1) }
  }

  /// Asks it to finish the current request and to stop.
  func stop() { kill(process.id, SIGTERM) }

  /// How it ended; nil if it is still running and `waits` is false.
  func end(waits: Bool) -> ChildProcess.End? { process.end(waits: waits) }
}
