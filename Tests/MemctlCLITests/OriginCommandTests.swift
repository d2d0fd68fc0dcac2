import Foundation
import TestSupport
import Testing

@Suite("memctl origin")
struct OriginCommandTests {
  private let home: Home
  private var address: String { home.environment["MEMORY_API_URL"]! }
  /// The same server, under another name of this machine.
  private var moved: String { address.replacing("127.0.0.1", with: "localhost") }

  init() throws {
    home = try Home.withServer()
    for content in ["first", "second"] { try home.memctl("store", content) }
  }

  @Test("tells the server and the account")
  func shows() throws {
    try home.play("origin", "origin", "origin --json", "origin move", "origin mvoe")
    let empty = try Home()
    try empty.addCache()
    try empty.play("origin-none", onTerminalOf: 80, "origin")
  }

  @Test("moves the cache to the new address of the same server, and to no other server")
  func moves() throws {
    let refused = try home.memctl("sync", "--api-url", moved)
    #expect(refused.status == 76)
    #expect(refused.hint?.contains("memctl origin move \(moved);") == true)
    let ended = try home.memctl("origin", "move", moved + "/", "--json")
    #expect(ended.status == 0)
    #expect(try ended.json.first?["address"] as? String == moved)
    #expect(try ended.json.first?["found"] as? Int == 2)
    #expect(try home.memctl("sync", "--api-url", moved).status == 0)
    #expect(try home.memctl("sync").status == 76)

    let other = try Home.withServer()
    let elsewhere = try #require(other.environment["MEMORY_API_URL"])
    let wrong = try home.memctl("origin", "move", elsewhere)
    #expect(wrong.status == 76)
    #expect(wrong.message.contains("has only 0 of the 2 memories"))
    #expect(try home.memctl("origin", "--json").json.first?["address"] as? String == moved)
  }

  @Test("queues all for a new, empty server, which gets it with the next sync")
  func adopts() throws {
    let other = try Home.withServer()
    let elsewhere = try #require(other.environment["MEMORY_API_URL"])
    let refused = try home.memctl("origin", "adopt")
    #expect(refused.status == 76)
    #expect(refused.message.hasSuffix("already has 2 memories; nothing was changed"))
    let ended = try home.memctl("origin", "adopt", "--api-url", elsewhere, "--json")
    #expect(ended.status == 0)
    #expect(try ended.json.first?["queued"] as? Int == 2)
    #expect(try home.memctl("sync", "--api-url", elsewhere).status == 0)
    try other.memctl("pull")
    #expect(
      try other.rows("SELECT content FROM memories ORDER BY content")
        == [[.text("first")], [.text("second")]])
  }

  @Test("asks on a terminal before ids are forgotten")
  func confirmation() throws {
    let refused = try home.onTerminal("origin", "adopt", typing: "\n")
    #expect(refused.text == "send all 2 memories to \(address)? [y/N] ")
    #expect(refused.status == 1)
  }
}
