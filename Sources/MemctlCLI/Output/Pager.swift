import Glibc
import System

/// A program that shows page by page what is longer than the screen.
struct Pager {
  /// Where the pages are written to.
  let input: Int32
  private let process: ChildProcess

  /// The command in `MEMCTL_PAGER`; nil where there is none to be had.
  static func command(in environment: [String: String]) -> String? {
    guard let command = environment["MEMCTL_PAGER"],
      let program = command.split(separator: " ").first,
      program != "cat"
    else { return nil }
    // Where it is missing, what would have been its input is better shown as it is.
    let folders =
      program.contains("/")
      ? [""] : (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/" }
    return folders.contains { access($0 + program, X_OK) == 0 } ? command : nil
  }

  /// Starts it; nil where that fails. Ctrl-C now belongs to the pager.
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
