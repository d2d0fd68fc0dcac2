import Foundation
import TestSupport
import Testing

extension Home {
  /// Opens memctl's prompt on a terminal of its own.
  func prompt(
    _ arguments: String..., columns: Int = 80, adding variables: [String: String] = [:]
  ) throws -> TerminalProgram {
    try TerminalProgram(
      builtProduct("memctl"), arguments, environment: environment.merging(variables) { $1 },
      columns: columns)
  }

  /// A home with an empty cache and without a key, so that nothing is synced.
  static func alone() throws -> Home {
    let home = try Home()
    home.environment["MEMORY_API_KEY"] = nil
    try home.addCache()
    return home
  }

  var historyPath: String { folder.path + "/.local/state/memctl/history" }

  var history: [String] {
    ((try? String(contentsOfFile: historyPath, encoding: .utf8)) ?? "")
      .split(separator: "\n").map(String.init)
  }

  /// Writes a file into the home and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    let url = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }
}

extension TerminalProgram {
  /// Types a line and Enter, at the prompt.
  func enter(_ line: String) { type(line + "\r") }

  /// Ends the session, once what was typed before is done, and returns its exit code. The blank keeps
  /// that out of the history.
  func leave() throws -> Int32 {
    enter(" .quit")
    return try finish()
  }
}

/// Keys.
enum Key {
  static let tab = "\t"
  static let enter = "\r"
  static let escape = "\u{1B}"
  static let up = "\u{1B}[A"
  static let left = "\u{1B}[D"
  static func control(_ letter: Character) -> String {
    String(UnicodeScalar(letter.asciiValue! & 0x1f))
  }
}
