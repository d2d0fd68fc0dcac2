import Foundation
import SQLite
import TestSupport
import Testing

@Suite("memctl list and show")
struct ListTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("are for people on a terminal")
  func terminal() throws { try home.play("list-terminal", onTerminalOf: 80, "list", "show 2 3") }

  @Test("leave out columns on a narrow terminal, so that content has room and no line is too long")
  func narrow() throws {
    try home.play("list-narrow-40", onTerminalOf: 40, "list", "queue")
    try home.play("list-narrow-15", onTerminalOf: 15, "list", "queue")
  }

  @Test("write exact fields in a pipe")
  func tabs() throws { try home.play("list-pipe", "list --sort oldest", "show 2", "show 3") }

  @Test("write an object a line as JSON, without content that is sensitive")
  func json() throws { try home.play("list-json", "list --json", "show 2 3 --json") }

  @Test("show what is sensitive when it is asked for")
  func reveal() throws {
    let line = try home.memctl("list", "--reveal", "--limit", "1").output
    #expect(line.hasSuffix("\t\(Home.secret)\n"))
    #expect(try home.memctl("show", "3", "--reveal").output.contains("content\t\(Home.secret)\n"))
    #expect(try home.onTerminal("show", "3", "--reveal").text.hasSuffix("\n\(Home.secret)\n"))
  }

  @Test("select by category and tag, and count lines")
  func selection() throws {
    func ids(_ arguments: String...) throws -> [String] {
      try home.start(["list"] + arguments).finish().output.split(separator: "\n")
        .map { String($0.prefix { $0 != "\t" }) }
    }
    #expect(try ids("--category", "preferences") == ["1"])
    #expect(try ids("-c", " Infra ") == ["3"])
    #expect(try ids("--tag", "tabs") == ["1"])
    #expect(try ids("-n2") == ["3", "2"])
    #expect(try ids("--sort=importance") == ["3", "1", "2"])
    #expect(try ids("--tag", "none") == [])
  }

  @Test("say on a terminal alone that there is nothing")
  func empty() throws {
    let empty = try Home()
    try empty.addCache()
    try empty.play("list-empty-terminal", onTerminalOf: 80, "list", "queue", "queue --dead")
    try empty.play("list-empty-pipe", "list", "list --json", "queue", "queue --json")
  }

  @Test(
    "A reader that takes its time lets the log of the file be emptied",
    arguments: ["list", "trash"])
  func slowReader(_ command: String) throws {
    let home = try Home.alone()
    try home.memctl("store", "the first")
    let connection = try Connection(path: home.database)
    // More than pipe and buffers hold.
    try connection.execute(
      """
      WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)
      INSERT INTO memories(content, category, tags, created_at, updated_at)
      SELECT printf('%0500d', n), 'facts', '', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z' FROM number;
      INSERT INTO memctl_trash(memory_id, content, category, tags, expanded_keywords, importance,
        is_sensitive, created_at, updated_at, server_id, reason, trashed_at)
      SELECT id, content, category, tags, '', 0.5, 0, created_at, updated_at, server_id, 'deleted',
        updated_at FROM memories;
      """)
    let program = try home.start([command])
    _ = try #require(program.nextLine())
    try connection.execute("UPDATE memories SET importance = 1")
    let isBusy = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.bool(0) }
    #expect(isBusy == false)
    let rest = program.finish()
    #expect(rest.status == 0)
    #expect(rest.output.split(separator: "\n").count == 3_000)
  }
}
