import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("memctl trash")
struct TrashTests {
  private let home: Home

  /// Another machine has deleted two memories, one of them sensitive.
  init() throws {
    home = try Home.withServer()
    try home.addSamples()
    // One by one, so that the server numbers them in this order.
    for _ in 1...3 { try home.memctl("push", "--limit", "1") }
    let other = try home.neighbour()
    try other.memctl("pull")
    for id in ["1", "3"] { try other.memctl("delete", id) }
    try home.memctl("pull")
    try Connection(path: home.database).run(
      "UPDATE memctl_trash SET trashed_at = ?",
      Timestamp.now.advanced(bySeconds: -2.5 * 86_400).description)
  }

  @Test("is for people on a terminal")
  func terminal() throws {
    try home.play(
      "trash-terminal", onTerminalOf: 80, "trash", "trash restore 1", "list", "trash restore 1",
      "trash purge --no-input", "trash")
  }

  @Test("writes exact fields in a pipe, and JSON")
  func pipe() throws {
    try home.play(
      "trash-pipe", "trash", "trash --json", "trash restore 2 --json", "trash purge 9",
      "trash restore", "trash restore 1 --all", "trash restore x", "trash", "list")
  }

  @Test("says why what it restores only waits in the queue")
  func waiting() throws {
    home.environment["MEMORY_API_KEY"] = nil
    try home.play("trash-no-key", onTerminalOf: 80, "trash restore 1", "trash restore 2 --json")
  }

  @Test("asks on a terminal before anything is gone for good")
  func confirmation() throws {
    let refused = try home.onTerminal("trash", "purge", typing: "\n")
    #expect(refused == ("remove everything in the trash for good? [y/N] ", 1))
    let one = try home.onTerminal("trash", "purge", "1", typing: "y\n")
    #expect(one == ("remove version 1 for good? [y/N] purged 1\n", 0))
    #expect(try home.memctl("trash", "--json").json.count == 1)
  }

  @Test("is what a sync tells of on a terminal")
  func summary() throws {
    let other = try home.neighbour()
    try other.memctl("pull")
    try other.memctl("delete", "1")
    #expect(
      try home.onTerminal("sync").text.contains("1 previous version kept (memctl trash)"))
  }
}
