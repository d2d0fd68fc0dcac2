import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@testable import MemctlCLI

@Suite("memctl search")
struct SearchCommandTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("has a form for people, for scripts and for programs")
  func forms() throws {
    try home.play(
      "search-terminal", onTerminalOf: 60, "search tabs", "search tabs nowhere", "search nowhere")
    try home.play("search-pipe", "search tabs", "search nowhere", "search tab")
    let found = try home.memctl("search", "tabs", "--json", "-c", "preferences").json
    #expect(found.map { $0["id"] as? Int } == [1])
    #expect(found[0]["rank"] as? Double != nil)
    #expect(try home.memctl("search", "nowhere", "--json").output == "")
  }

  @Test("shows the first match of a long text, in bold")
  func snippet() throws {
    let text =
      String(repeating: "word ", count: 100) + "needle and " + String(repeating: "hay ", count: 100)
    _ = try Cache(path: home.database).store(MemoryFields(content: text), at: .now)
    let shown = try home.onTerminal("search", "needle").text
    #expect(shown.contains("… word word word word \u{1B}[1mneedle\u{1B}[0m and hay"))
    let plain = try home.onTerminal("search", "needle", "--color=never").text
    #expect(plain.contains("… word word word word needle and hay"))
    #expect(try home.memctl("search", "needle", "--fields", "content").output == text + "\n")
  }

  @Test("never shows sensitive text, however it is found")
  func masking() throws {
    let word = Home.secret.split(separator: "-")[3]
    for format in ["--format=table", "--format=tsv", "--json"] {
      let ended = try home.memctl("search", "\(word)", format, "--color=always")
      #expect(ended.output.contains("3"))
      #expect(!ended.output.contains(word), "\(format)")
    }
    #expect(try home.onTerminal("search", "\(word)").text.contains("[sensitive]"))
    #expect(try home.memctl("search", "\(word)", "--reveal").output.hasSuffix("\t\(Home.secret)\n"))
  }

  @Test("takes any text, and needs one")
  func anyText() throws {
    for text in ["\"", "NEAR(", "a OR", "*", "^", "content:", "'", "\\", "%"] {
      #expect(try home.memctl("search", text).status == 0, "\(text)")
    }
    #expect(try home.memctl("search", "--", "-x").status == 0)
    #expect(try home.memctl("search", " ").status == 64)
    #expect(try home.memctl("search").status == 64)
  }
}

@Suite("The memories that are chosen")
struct SelectionTests {
  private let home: Home

  init() throws { home = try Home() }

  private func ids(_ arguments: String...) throws -> [String] {
    try home.start(arguments + ["--fields=id"]).finish().output.split(separator: "\n").map(
      String.init)
  }

  @Test("have all of the tags, by what people see")
  func tags() throws {
    let cache = try Cache(path: home.database)
    for tags in ["p , q", "caf\u{E9}", "cafe\u{301},p", "P", "pq", " p"] {
      _ = try cache.store(MemoryFields(content: "text", tags: tags), at: .now)
    }
    #expect(try ids("list", "-t", "p") == ["6", "3", "1"])
    #expect(try ids("list", "-t", " q ", "-t", "p") == ["1"])
    #expect(try ids("list", "-t", "caf\u{E9}") == ["3", "2"])
    #expect(try ids("list", "-t", "cafe\u{301}") == ["3", "2"])
    #expect(try ids("search", "text", "-t", "p", "-t", "q") == ["1"])
    let unknown = try home.memctl("list", "-t", "caf")
    #expect(unknown.output == "")
    #expect(unknown.message == "no memory has the tag 'caf'; did you mean 'caf\u{E9}'?")
    #expect(unknown.status == 0)
    #expect(try home.memctl("list", "-t", "caf", "-q").errors == "")
  }

  @Test("are in a category that there is: the API's, or one that a memory has")
  func category() throws {
    try home.addSamples()
    for command in [["list"], ["search", "tabs"]] {
      let wrong = try home.start(command + ["-c", "preferencs"]).finish()
      #expect(wrong.message == "unknown category 'preferencs'")
      #expect(wrong.hint?.hasPrefix("did you mean 'preferences'? one of architecture") == true)
      #expect(wrong.status == 64)
    }
    #expect(try ids("list", "-c=facts") == ["2"])
    #expect(try ids("list", "-c", "runbook") == [])
    #expect(try ids("list", "-c", "Bug") == [])
    try Connection(path: home.database).execute(
      "UPDATE memories SET category = 'Odd one' WHERE id = 2")
    #expect(try ids("list", "-c", "Odd one") == ["2"])
  }

  @Test("are written within a time")
  func time() throws {
    let cache = try Cache(path: home.database)
    for (index, hours) in ([1, 30, 960] as [Double]).enumerated() {
      _ = try cache.store(
        MemoryFields(content: "text \(index)"),
        at: Timestamp.now.advanced(bySeconds: -hours * 3_600))
    }
    #expect(try ids("list", "--since", "2h") == ["1"])
    #expect(try ids("list", "--since", "2d") == ["1", "2"])
    #expect(try ids("list", "--until", "1d") == ["2", "3"])
    #expect(try ids("list", "--since", "2d", "--until", "1d") == ["2"])
    #expect(try ids("search", "text", "--since=90m") == ["1"])
    for text in ["", "d", "-1d", "1y", "soon", "2026-13-01"] {
      let ended = try home.memctl("list", "--since", text)
      #expect(ended.message == "'\(text)' is not a time")
      #expect(ended.status == 64)
    }
  }

  @Test(
    "a day is the local one, and ends with its last moment",
    arguments: [
      ("2026-11-01", "2026-10-31T15:00:00+00:00", "2026-11-01T14:59:59.999999+00:00"),
      ("2026-11-01T09:00", "2026-11-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"),
      ("2026-11-01T09:00Z", "2026-11-01T09:00:00+00:00", "2026-11-01T09:00:00+00:00"),
      ("1.5h", "2026-11-26T22:30:00+00:00", "2026-11-26T22:30:00+00:00"),
      ("2w", "2026-11-13T00:00:00+00:00", "2026-11-13T00:00:00+00:00"),
    ])
  func bounds(_ text: String, _ since: String, _ until: String) throws {
    let now = try #require(Timestamp("2026-11-27T00:00:00Z"))
    let bound = try TimeBound(text, now: now) { _ in 9 * 3_600 }
    #expect(bound.time(isEnd: false).description == since)
    #expect(bound.time(isEnd: true).description == until)
  }

  @Test("wait in the queue, or have no id on the server")
  func pending() throws {
    try home.addSynced(["on the server", "changed", "deleted"])
    try home.enqueue("new")
    try home.enqueue("dropped")
    try home.memctl("queue", "drop", "2")
    try Connection(path: home.database).execute(
      """
      INSERT INTO memctl_entries(id, op_type, payload, created_at, state, idempotency_key)
      VALUES (9, 'update', '{"server_id":2,"content":"changed"}', '2026-01-01T00:00:00Z', 'pending', 'k')
      """)
    #expect(try ids("list", "--orphans") == ["5", "4"])
    #expect(try ids("list", "--pending") == ["4", "2"])
    #expect(try ids("list", "--pending", "--orphans") == ["4"])
  }
}
