import Foundation
import MemctlCore
import TestSupport
import Testing

@Suite("memctl log and undo")
struct UndoTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  @Test("are for people on a terminal")
  func terminal() throws {
    try home.memctl("store", "Prefers tabs over spaces")
    try home.memctl("store", Home.secret, "--sensitive")
    try home.memctl("delete", "1")
    try home.play(
      "undo-terminal", onTerminalOf: 80, "log", "undo", "undo", "undo", "undo", "log", "list")
  }

  @Test("write exact fields in a pipe, and JSON")
  func pipe() throws {
    try home.memctl("store", "a\tb")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.memctl("delete", "1")
    try home.play(
      "undo-pipe", "log", "log --json --limit 1", "undo --json", "log", "undo 9", "undo 2",
      "undo x", "list")
  }

  @Test("take an import for one change")
  func imported() throws {
    home.environment["MEMORY_API_URL"] = Home.nowhere
    let lines = (1...1_200).map { "{\"content\":\"memory \($0)\"}\n" }.joined()
    try home.memctl("store", "mine")
    #expect(try home.memctl("import", "-", input: .pipe(lines)).status == 0)
    let change = try home.memctl("log", "--json", "--limit", "1").json[0]
    #expect(change["action"] as? String == "import")
    #expect(change["count"] as? Int == 1_200)
    #expect(try home.memctl("undo").status == 0)
    #expect(try Cache(path: home.database).memoryCount() == 1)
    #expect(try Cache(path: home.database).queue.entries().count == 1)
  }

  @Test("leave alone what another machine has changed since")
  func changedSince() throws {
    try home.memctl("store", "mine")
    let other = try home.neighbour()
    try other.memctl("pull")
    let cache = try Cache(path: other.database)
    _ = try cache.edit(LocalID(rawValue: 1), [.content: .text("theirs")])
    try other.memctl("push")
    try home.memctl("pull")
    let refused = try home.memctl("undo")
    #expect(refused.status == 76)
    #expect(refused.message == "change 1 (store) was not undone: memory 1 has been changed since")
    #expect(refused.hint?.contains("memctl undo 1 --force") == true)
    #expect(try home.memctl("undo", "--force").status == 0)
    #expect(try home.memctl("list").output.isEmpty)
    #expect(try home.memctl("trash").output.contains("theirs"))
  }
}
