import Foundation
import TestSupport
import Testing

/// What memctl prints, held against the transcripts in `Tests/Goldens`.
///
/// `RECORD_GOLDENS=1 swift test --filter MemctlCLITests` writes them anew.
extension Home {
  /// Runs commands in pipes, one after the other.
  func play(
    _ golden: String, _ commands: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try play(golden, commands, sourceLocation: sourceLocation)
  }

  func play(
    _ golden: String, _ commands: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(golden, sourceLocation, commands) { words in
      let ended = try start(words).finish()
      let errors = ended.errors.split(separator: "\n").map { "[stderr] \($0)\n" }.joined()
      return (ended.output + errors, ended.status)
    }
  }

  /// Runs commands on a terminal, one after the other.
  func play(
    _ golden: String, onTerminalOf columns: Int, _ commands: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(golden, sourceLocation, commands) { words in
      let terminal = PseudoTerminal(columns: columns)
      let ended = try start(
        words, input: .terminal(terminal), output: .terminal(terminal), errors: .terminal(terminal)
      ).finish()
      return (terminal.transcript(), ended.status)
    }
  }

  private func expect(
    _ golden: String, _ sourceLocation: SourceLocation, _ commands: [String],
    _ run: ([String]) throws -> (text: String, status: Int32)
  ) throws {
    var transcript = ""
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
      let (text, status) = try run(words)
      check(text, of: words, sourceLocation)
      transcript += "$ memctl \(command)\n\(text.normalized)"
      if status != 0 { transcript += "[exit \(status)]\n" }
    }
    let file = Self.goldens.appending(path: golden + ".txt")
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] != nil {
      try transcript.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      transcript.split(separator: "\n") == expected?.split(separator: "\n"),
      "not as in Tests/Goldens/\(golden).txt; RECORD_GOLDENS=1 writes it anew",
      sourceLocation: sourceLocation)
  }

  private static let goldens = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens")
}

extension String {
  /// The text with names for what differs from run to run: times, ports, processes and folders.
  var normalized: String {
    replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00/, with: "TIME")
      .replacing(/(\d{4}-\d\d-\d\d |(yesterday|tomorrow) |until )\d\d:\d\d\b/) {
        "\($0.1 == "until " ? "until " : "")TIME"
      }
      .replacing(/127\.0\.0\.1:\d\d+/, with: "127.0.0.1:PORT")
      .replacing(/process \d+/, with: "process ID")
      .replacing(/\/tmp\/memctl-[-0-9A-F]+/, with: "HOME")
      .replacing(/(now|\d+ s ago)(?=\)?\n|; )/, with: "AGE")
      .replacing("\u{1B}", with: "␛")
  }
}
