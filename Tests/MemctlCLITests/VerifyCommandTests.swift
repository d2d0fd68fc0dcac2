import Foundation
import SQLite
import TestSupport
import Testing

@Suite("memctl verify")
struct VerifyCommandTests {
  private let home: Home

  init() throws {
    home = try Home.withServer()
    try home.addSamples()
    // One by one, so that the server numbers them in this order.
    for _ in 1...3 { try home.memctl("push", "--limit", "1") }
    try home.memctl("sync")
  }

  /// Makes one difference of most kinds, none of which a sync sees.
  private func differ() throws {
    try Connection(path: home.database).execute(
      """
      UPDATE memories SET content = 'Prefers blanks', importance = 0.75 WHERE id = 1;
      UPDATE memories SET tags = 'x' WHERE id = 3;
      DELETE FROM memories WHERE id = 2;
      INSERT INTO memories (content, created_at, updated_at)
      VALUES ('Never sent', '2026-03-01T12:00:00+00:00', '2026-03-01T12:00:00+00:00');
      UPDATE sync_meta SET value = '2126-03-01T12:00:00+00:00';
      """)
  }

  @Test("says that both are equal, on a terminal, in a pipe and as JSON")
  func equal() throws {
    try home.play("verify-equal", onTerminalOf: 80, "verify")
    try home.play("verify-equal-pipe", "verify", "verify --json", "verify -q")
  }

  @Test("names the differences in a table, with what settles them")
  func terminal() throws {
    try differ()
    try home.play("verify-terminal", onTerminalOf: 80, "verify", "verify -n 1")
  }

  @Test("names the differences in a pipe and as JSON, and changes nothing")
  func pipe() throws {
    try differ()
    let before = try home.snapshot()
    try home.play("verify-pipe", "verify", "verify --json", "verify -q")
    #expect(try home.snapshot() == before)
  }

  @Test("ends with the code of what kept it from comparing, and creates no cache")
  func problems() throws {
    home.stopServer()
    #expect(try home.memctl("verify").status == 75)
    home.environment["MEMORY_API_KEY"] = nil
    #expect(try home.memctl("verify").status == 78)
    home.environment["MEMORY_DB"] = home.folder.path + "/none.db"
    home.environment["MEMORY_API_KEY"] = Home.key
    #expect(try home.memctl("verify").status == 66)
    #expect(!FileManager.default.fileExists(atPath: home.database))
  }

  @Test("takes no more memory for an answer of 64 MiB than for a short one")
  func memory() throws {
    let times =
      #""created_at":"2026-03-01T12:00:00+00:00","updated_at":"2026-03-01T12:30:00+00:00""#
    let content = String(repeating: "x", count: 1_300)
    let records = (1...48_000).map { #"{"id":\#($0),"content":"\#(content)",\#(times)}"# }
    let body =
      #"{"memories":[\#(records.joined(separator: ","))],"#
      + #""server_time":"2026-03-01T13:00:00+00:00"}"#
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array(body.utf8))))
    home.environment["MEMORY_API_URL"] = server.url("")
    home.environment["MEMORY_DB"] = home.folder.path + "/empty.db"
    try home.addCache()
    let (ended, peak) = try home.measured("verify", "--json")
    #expect(ended.status == 1)
    #expect(ended.output.contains(#""differences":48000,"#))
    #expect(peak < 64 << 20)
  }
}
