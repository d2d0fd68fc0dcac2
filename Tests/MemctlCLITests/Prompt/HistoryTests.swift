import Foundation
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("The history of the prompt")
struct HistoryTests {
  private let home: Home

  init() throws { home = try Home.alone() }

  private func session(_ lines: String..., home: Home? = nil) throws {
    let prompt = try (home ?? self.home).prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    for line in lines {
      // The same line may stand there already.
      let before = prompt.screen.lines.count { $0.hasSuffix(line) }
      prompt.enter(line)
      try prompt.wait(for: "the prompt after \(line)") {
        $0.lineBeforeCursor.hasSuffix("> ") && $0.lines.count { $0.hasSuffix(line) } > before
      }
    }
    #expect(try prompt.leave() == 0)
  }

  @Test("finds what was typed in an earlier session, each line once")
  func acrossSessions() throws {
    try session("version", "counts", "version", "list -n 7")
    #expect(home.history == ["version", "counts", "version", "list -n 7"])
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(home.history == ["counts", "version", "list -n 7"])
    for line in ["list -n 7", "version", "counts"] {
      prompt.type(Key.up)
      try prompt.wait(forCursorAfter: "memctl (no key)> \(line)")
    }
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type(Key.control("r") + "li")
    try prompt.wait(forText: "(reverse-i-search)`li': list -n 7")
    prompt.type(Key.control("c"))
    #expect(try prompt.leave() == 0)
  }

  @Test("is the owner's alone, also where it was not")
  func permissions() throws {
    func mode(_ path: String) throws -> Int {
      try #require(
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    try session("version")
    #expect(try mode(home.historyPath) == 0o600)
    #expect(try mode((home.historyPath as NSString).deletingLastPathComponent) == 0o700)
    chmod(home.historyPath, 0o644)
    try session("counts")
    #expect(try mode(home.historyPath) == 0o600)
  }

  @Test("keeps nothing that begins with a blank, and nothing sensitive")
  func notKept() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.enter(" version")
    try prompt.wait(forLine: "memctl 0.1.0")
    prompt.enter("store --sensitive \"\(Home.secret)")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.enter("and more\"")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.enter("store --sens\"itive\" '\(Home.secret)'; # or so")
    try prompt.wait(forCursorAfter: "memctl (2 pending, no key)> ")
    prompt.enter("store --sensitive=no '\(Home.secret)'")
    try prompt.wait(forText: "--sensitive takes no value")
    prompt.enter("store --sensitive '\(Home.secret)' & counts")
    try prompt.wait(forText: "'&' does not run")
    prompt.enter("counts")
    try prompt.wait(forText: "memories      2")
    try prompt.wait(forCursorAfter: "memctl (2 pending, no key)> ")
    prompt.type(Key.up + Key.up)
    try prompt.wait(forCursorAfter: "memctl (2 pending, no key)> counts")
    prompt.type(Key.control("c"))
    #expect(try prompt.leave() == 0)
    #expect(home.history == ["counts"])
  }

  @Test("has each command of a paste for itself, and a command of several lines as one")
  func pastes() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    let lines = (1...300).map { "# line \($0)" }
    prompt.type("\u{1B}[200~" + lines.joined(separator: "\n") + "\nstore 'a\nb'\u{1B}[201~\r")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.type(Key.up + Key.up)
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> # line 300")
    prompt.type(Key.control("c"))
    // Where one cannot be read, none runs, and all can be found again.
    prompt.type("\u{1B}[200~version\nstore x & y\nstore --sensitive z\n# more\u{1B}[201~\r")
    try prompt.wait(forText: "'&' does not run")
    #expect(try prompt.leave() == 0)
    #expect(home.history == lines + ["store 'a\\nb'", "version", "store x & y", "# more"])
    #expect(!prompt.screen.lines.contains("memctl 0.1.0"))
  }

  @Test("loses nothing of several sessions that go on at the same time")
  func severalSessions() throws {
    let prompts = try (0..<3).map { _ in try home.prompt() }
    for prompt in prompts { try prompt.wait(forCursorAfter: "memctl (no key)> ") }
    for round in 0..<5 {
      for (index, prompt) in prompts.enumerated() { prompt.enter("# \(index) \(round)") }
    }
    for prompt in prompts { #expect(try prompt.leave() == 0) }
    let expected = (0..<3).flatMap { index in (0..<5).map { "# \(index) \($0)" } }
    #expect(home.history.sorted() == expected)
  }

  @Test("where it cannot be kept, that is said once, and all else works")
  func unwritable() throws {
    try home.file(".local/state", "a file where a folder should be")
    let prompt = try home.prompt()
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    prompt.enter("counts")
    try prompt.wait(forText: "memories      0")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(prompt.transcript.split(separator: "cannot keep the history").count == 2)
    #expect(try prompt.leave() == 0)
  }

  @Test("may be a link, and is left alone where it is no file")
  func links() throws {
    try session("version")
    let real = home.folder.path + "/real"
    let files = FileManager.default
    try files.moveItem(atPath: home.historyPath, toPath: real)
    try files.createSymbolicLink(atPath: home.historyPath, withDestinationPath: real)
    try session("counts", "version")
    try session()
    #expect(home.history == ["counts", "version"])
    #expect(try files.destinationOfSymbolicLink(atPath: home.historyPath) == real)
    try files.removeItem(atPath: home.historyPath)
    mkfifo(home.historyPath, 0o644)
    try session("version")
    let mode = try files.attributesOfItem(atPath: home.historyPath)[.posixPermissions] as? Int
    #expect(mode == 0o644)
  }

  @Test("has each line once, at most so many")
  func tidying() {
    #expect(History.tidied(["a", "b", "a", "c", "b"]) == ["a", "c", "b"])
    let many = (0..<History.limit + 10).map { "\($0)" }
    #expect(History.tidied(many) == Array(many.dropFirst(10)))
  }

  @Test(
    "has each command in one line",
    arguments: ["a", "a\nb", #"a\nb"#, "\\\n\\\\\n", #"\"#, "a\r\nb\r"])
  func lines(_ text: String) {
    #expect(!History.escaped(text).contains("\n"))
    #expect(History.unescaped(History.escaped(text)) == text)
  }
}
