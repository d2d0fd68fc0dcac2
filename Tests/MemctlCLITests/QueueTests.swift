import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("memctl queue")
struct QueueTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("is for people on a terminal")
  func terminal() throws {
    try home.play("queue-terminal", onTerminalOf: 80, "queue", "queue show 1 3", "queue retry 2")
  }

  @Test("writes exact fields in a pipe")
  func tabs() throws {
    try home.play("queue-pipe", "queue", "queue list -n1", "queue show 3", "queue retry --all")
  }

  @Test("writes an object a line as JSON, with the keys that scripts rely on")
  func json() throws {
    try home.play("queue-json", "queue --json", "queue show 1 --json", "queue retry 1 2 --json")
  }

  @Test("drops entries and keeps their memories")
  func drop() throws {
    try home.play("queue-drop", "queue drop 1 3 --json", "queue", "counts")
  }

  @Test("sends a dropped memory after all when the user says so")
  func add() throws {
    try home.play(
      "queue-add", "queue drop 1 3 --json", "resync -q", "queue", "queue add 1 1 --json",
      "queue add 3 2", "queue add 99", "queue")
    try home.play(
      "queue-add-terminal", onTerminalOf: 80, "queue drop 4 --no-input", "show 1", "queue add 3")
    let server = try Home.withServer()
    try server.memctl("store", "on the server")
    try server.play("queue-add-online", "queue add 1 --json", "queue add server:1")
  }

  @Test("asks before it drops on a terminal, and takes anything but yes for no")
  func confirmation() throws {
    let refused = try home.onTerminal("queue", "drop", "1", typing: "\n")
    #expect(refused == ("give up entry 1 without sending it? [y/N] ", 1))
    #expect(try home.memctl("queue").output.hasPrefix("1\t"))
    let accepted = try home.onTerminal("queue", "drop", "1", "2", typing: "yes\n")
    #expect(
      accepted == (
        """
        give up 2 entries without sending them? [y/N] dropped 2
        their memories stay in the cache; memctl queue add 1 2 queues them again

        """, 0
      ))
    let unasked = try home.onTerminal("queue", "drop", "3", "--no-input")
    #expect(unasked.text.hasPrefix("dropped 1\nits memory stays in the cache; memctl queue add 3 "))
    #expect(try home.onTerminal("queue").text == "the queue is empty\n")
  }

  @Test("changes an entry and its memory, and sends it")
  func edit() throws {
    try home.play(
      "queue-edit", "queue edit 1 --tags a,b -c Bug --json", "queue edit 3 --importance 1",
      "queue edit 2 --content=spaces --keywords=k --sensitive -q", "queue --json", "show 2",
      "queue edit 2 --no-sensitive", "queue", "queue edit 1 -c fact", "queue edit 9 -t x",
      "queue edit 1", "queue edit 1 --sensitive --no-sensitive")
    let piped = try home.memctl(
      "queue", "edit", "1", "--content", "-", input: .pipe("two\nlines\n\n"))
    #expect(piped.status == 0)
    #expect(try home.memctl("queue", "--json").json[0]["content"] as? String == "two\nlines")
  }

  @Test("mends what the server rejected")
  func editOnline() throws {
    let home = try Home.withServer()
    let cache = try Cache(path: home.database)
    for content in ["x", String(repeating: "x", count: 1_401)] {
      _ = try cache.store(MemoryFields(content: content), at: .now)
    }
    try home.play(
      "queue-edit-online", onTerminalOf: 80, "push", "queue edit 2 -t a",
      "queue edit 2 --content short",
      "queue", "list")
  }

  @Test("writes entries out, and what is sensitive only when that is asked for")
  func export() throws {
    try Connection(path: home.database).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('store', ?, 'x')",
      "{\(Home.secret)")
    try Connection(path: home.database).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('delete', ?, 'x')",
      #"{"server_id":4}"#)
    try home.play(
      "queue-export", "queue export", "queue export 1 3 -q", "queue export 3 4 --reveal",
      "queue export --dead", "queue export 1 99", "queue export 1 --dead")
    try home.play("queue-export-terminal", onTerminalOf: 80, "queue export 2 3")
  }

  @Test("changes nothing when one of several ids is wrong")
  func wrongID() throws {
    for action in ["drop", "retry"] {
      let ended = try home.memctl("queue", action, "1", "99")
      #expect(ended.status == 66)
      #expect(ended.message == "there is no entry 99 in the queue")
    }
    #expect(try home.memctl("queue", "--json").json.count == 3)
  }

  @Test("retries all but what was meant for another server")
  func retryAfterTakeover() throws {
    let (first, second) = (try Home.withServer(), try Home.withServer())
    for content in ["a", "b"] { try first.memctl("store", content) }
    for content in ["x", "y"] { try second.memctl("store", content) }
    try first.memctl("delete", "1", adding: ["MEMORY_API_URL": Home.nowhere])
    #expect(try second.memctl("resync", "--force", "--db", first.database).status == 0)
    #expect(try second.memctl("queue", "retry", "--all", "--db", first.database).status == 0)
    #expect(try second.memctl("sync", "--db", first.database).status == 0)
    try second.memctl("sync")
    #expect(try second.memctl("list", "--json").json.count == 2)
    let shown = try second.memctl("queue", "show", "3", "--db", first.database)
    #expect(shown.output.contains("right only if this is the same server under another name"))
  }

  @Test("does not call queued what the server rejected at once")
  func addRejected() throws {
    let home = try Home.withServer()
    let cache = try Cache(path: home.database)
    let fields = MemoryFields(content: String(repeating: "x", count: 1_401))
    let (_, entry) = try cache.store(fields, at: .now)
    _ = try cache.queue.drop(entry)
    let ended = try home.memctl("queue", "add", "1", "--json")
    #expect(ended.status == 65)
    #expect(try ended.json[0]["queued"] as? Int == 0)
    try home.memctl("queue", "drop", "2")
    #expect(try home.onTerminal("queue", "add", "1").text.hasPrefix("rejected 1\n"))
  }
}
