import Glibc
import System

/// A program that shows long results page by page.
struct Pager {
  /// Where the pages are written to.
  let input: Int32
  private let process: ChildProcess

  /// The command in `MEMCTL_PAGER` or `PAGER`, or else `less`; nil if the terminal cannot show pages, or
  /// if the command is empty, `cat`, or not installed.
  static func command(in environment: [String: String]) -> String? {
    guard !["", "dumb"].contains(environment["TERM"] ?? "") else { return nil }
    let command = environment["MEMCTL_PAGER"] ?? environment["PAGER"] ?? "less"
    guard let program = command.split(separator: " ").first,
      program != "cat"
    else { return nil }
    // If it is missing, the results are better shown without one.
    let folders =
      program.contains("/")
      ? [""] : (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/" }
    return folders.contains { access($0 + program, X_OK) == 0 } ? command : nil
  }

  /// Starts it; nil if that fails. From now on, Ctrl-C belongs to the pager.
  init?(_ command: String) {
    guard let pipe = try? Pipe() else { return nil }
    defer { close(pipe.readEnd) }
    // Pages that fit the screen end by themselves, colours pass, and the pages stay on the screen.
    guard
      let process = try? ChildProcess(
        "/bin/sh", ["sh", "-c", command], adding: ["LESS": "FRX", "LV": "-c"],
        streams: [STDIN_FILENO: pipe.readEnd])
    else {
      close(pipe.writeEnd)
      return nil
    }
    signal(SIGINT, SIG_IGN)
    input = pipe.writeEnd
    self.process = process
  }

  /// Waits until the user has left it.
  func finish() {
    close(input)
    _ = process.end()
  }
}
