import ClientSupport
import HTTPTransport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

@Suite("Pull") struct PullTests {
  let server = ModelServer()

  @Test("A first pull brings every live memory with all its fields")
  func first() throws {
    let client = try Client(server)
    server.add("a") {
      $0.category = "lessons"
      $0.tags = "t,u"
      $0.keywords = "k"
      $0.importance = 0.7
      $0.isSensitive = true
    }
    server.remove(server.add("gone"))
    let report = try client.engine.pull()
    #expect(report.problems == [])
    #expect(report.pull?.received == 1)
    #expect(report.pull?.inserted == 1)
    let memory = try #require(try client.memories().first)
    #expect(memory.fields.category == "lessons")
    #expect(memory.fields.tags == "t,u")
    #expect(memory.fields.expandedKeywords == "k")
    #expect(Float(memory.fields.importance) == 0.7)
    #expect(memory.fields.isSensitive)
    #expect(memory.serverID?.rawValue == 1)
    #expect(memory.createdAt.hasPrefix("2026-03-01T12:00:00.501"))
    #expect(server.requests.last?.path == "/api/memories/sync")
  }

  @Test("A later pull asks for what changed; the server wins, and tombstones delete")
  func later() throws {
    let client = try Client(server)
    for content in ["same", "old", "gone"] { server.add(content) }
    _ = try client.engine.pull()
    client.waitLongEnough()
    _ = try client.engine.pull()
    server.edit(2) { $0.content = "new" }
    server.remove(3)
    let report = try client.engine.pull()
    #expect(report.pull?.received == 2)
    #expect(report.pull?.updated == 1)
    #expect(report.pull?.deleted == 1)
    #expect(try client.contents() == ["new", "same"])
    #expect(
      server.requests.last?.path.contains("?since=2026-03-01T13%3A") == true
        || server.requests.last?.path.contains("?since=2026-03-01T13:") == true)
  }

  @Test("Applying the same answer twice changes nothing")
  func twice() throws {
    let client = try Client(server)
    for number in 0..<20 { server.add("m\(number)") }
    _ = try client.engine.pull()
    let before = try client.memories()
    let changes = try Connection(path: client.path).first("PRAGMA data_version") { $0.int(0) }
    let report = try client.engine.pull()
    #expect(report.pull?.unchanged == 20)
    #expect(try client.memories() == before)
    #expect(changes != nil)
  }

  // MARK: The watermark (promise G11)

  @Test("A memory that the server committed late is found within the overlap")
  func late() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    client.clock.advance(seconds: 60)
    _ = try client.engine.pull()
    server.add("late", secondsLate: 100)
    _ = try client.engine.pull()
    #expect(try client.contents() == ["a", "late"])
  }

  @Test("The watermark is the server's time, kept where the Python side reads it")
  func watermark() throws {
    let client = try Client(server)
    server.change { $0.skew = 1_000 }
    #expect(try client.cache.counts().lastSync == nil)
    let report = try client.engine.pull()
    let expected = client.clock.now.advanced(bySeconds: 1_000)
    #expect(report.pull?.watermark == expected)
    let stored = try Connection(path: client.path).first(
      "SELECT value FROM sync_meta WHERE key = 'last_sync_ts'"
    ) { $0.text(0) }
    #expect(stored == expected.description)
    #expect(try client.cache.counts().lastSync == expected.description)
  }

  @Test(
    "A watermark that is no time, or the first or last one, stops neither push nor pull",
    arguments: [
      "", "soon", "0000-01-01T00:00:00+01:00", "0000-01-01T00:00:00Z",
      "9999-12-31T23:59:59.999999Z",
      "9999-12-31T23:59:59-01:00",
    ])
  func oddWatermark(text: String) throws {
    let client = try Client(server)
    try client.cache.database.connection.run(
      "INSERT INTO sync_meta VALUES ('last_sync_ts', ?)", text)
    try client.store("mine")
    #expect(try client.engine.sync().problems.isEmpty)
    #expect(server.memories.count == 1)
  }

  @Test(
    "A server_time that is no time is refused, and nothing changes",
    arguments: [
      "null", "5", "\"\"", "\"soon\"", "\"2026-13-01T00:00:00Z\"", "[]", "\"\\ud800\"",
      "\"0000-01-01T00:00:00+01:00\"", "\"9999-12-31T23:59:59-01:00\"",
    ])
  func badServerTime(text: String) throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    let before = try client.cache.counts().lastSync
    client.clock.advance(seconds: 5)
    server.add("b")
    server.change { $0.serverTime = text }
    for operation in [SyncEngine.pull, { engine in { try engine.resync() } }] {
      let report = try operation(client.engine)()
      #expect(report.kinds == [.invalidResponse])
      #expect(report.pull == nil)
    }
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.counts().lastSync == before)
  }

  @Test("A watermark in the file that is no time is replaced by a pull of everything")
  func badWatermark() throws {
    let client = try Client(server)
    for content in ["a", "gone"] { server.add(content) }
    _ = try client.engine.pull()
    server.remove(2)
    try Connection(path: client.path).run("UPDATE sync_meta SET value = 'garbage'")
    #expect(try client.engine.pull().problems == [])
    #expect(try client.contents() == ["a"])
  }

  @Test("A watermark that the Python side wrote is understood")
  func pythonWatermark() throws {
    let client = try Client(server)
    try Connection(path: client.path).run(
      "INSERT INTO sync_meta VALUES ('last_sync_ts', '2026-03-01T12:00:00.123456+00:00')")
    server.add("a")
    _ = try client.engine.pull()
    #expect(
      server.requests.contains { $0.path.contains("since=2026-03-01T11:58:00.123456%2B00:00") })
    #expect(try client.contents() == ["a"])
  }

  // MARK: Pending deletes (promise G6)

  @Test("A memory whose delete is pending does not come back, neither by pull nor by resync")
  func pendingDelete() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.sync()
    try client.delete("a")
    server.fail(.delete, with: .refuse(500))
    server.edit(1) { $0.tags = "changed" }
    for operation in [
      SyncEngine.pull, SyncEngine.sync, { engine in { try engine.resync() } },
    ] {
      _ = try operation(client.engine)()
      #expect(try client.contents() == [])
    }
    server.stopFailing()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == [])
    #expect(try client.contents() == [])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("Nor while the delete is on its way in another process")
  func deleteOnItsWay() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.sync()
    guard case .queued(let entry) = try client.delete("a") else { return }
    _ = try client.cache.database.write { transaction in
      try transaction.queue.hold(entry, as: .dead)
    }
    _ = try client.engine.resync()
    #expect(try client.contents() == [])
  }

  // MARK: The user's own text (promise G14)

  @Test("The user's text of a sensitive memory is not replaced by the server's redaction")
  func ownText() throws {
    let client = try Client(server)
    let content = "db password=hunter2hunter2 on host a"
    try client.store(content, isSensitive: true)
    try client.store("behind the painting", isSensitive: true)
    for operation in [
      SyncEngine.sync, SyncEngine.pull, { engine in { try engine.resync() } },
    ] {
      _ = try operation(client.engine)()
      #expect(try client.contents() == ["behind the painting", content])
    }
    #expect(Set(server.contents) == ["db [REDACTED:password] on host a", "behind the painting"])
  }

  @Test("What changed beside the redacted text is taken over")
  func ownTextAndNewTags() throws {
    let client = try Client(server)
    try client.store("db password=hunter2hunter2", isSensitive: true)
    _ = try client.engine.sync()
    server.edit(1) { $0.tags = "new" }
    _ = try client.engine.sync()
    #expect(try client.memories().map(\.fields.content) == ["db password=hunter2hunter2"])
    #expect(try client.memories().map(\.fields.tags) == ["new"])
    server.edit(1) { $0.content = "cache [REDACTED:password]" }
    _ = try client.engine.sync()
    #expect(try client.contents() == ["cache [REDACTED:password]"])
  }

  @Test("An empty deleted_at is no tombstone")
  func emptyDeletedAt() throws {
    let client = try Client(server)
    server.change {
      $0.extraRecords = [
        """
        {"id":9,"content":"a","category":"facts","tags":"","expanded_keywords":"","importance":0.5,
        "is_sensitive":false,"created_at":"2026-01-01","updated_at":"2026-01-01","deleted_at":""}
        """
      ]
    }
    #expect(try client.engine.pull().pull?.inserted == 1)
    #expect(try client.contents() == ["a"])
  }

  // MARK: Size

  @Test("An answer of many portions is applied as a whole")
  func many() throws {
    let client = try Client(server)
    for number in 0..<1_234 { server.add("m\(number)") }
    #expect(try client.engine.pull().pull?.inserted == 1_234)
    #expect(try client.cache.counts().total == 1_234)
    server.change { $0.extraRecords = ["{"] }
    client.clock.advance(seconds: 1)
    for id in Int64(1)...900 { server.edit(id) { $0.tags = "t" } }
    #expect(try client.engine.pull().kinds == [.invalidResponse])
    #expect(try client.memories().allSatisfy { $0.fields.tags == "" })
  }

  @Test("A rehearsal tells what would happen and changes neither side")
  func rehearsal() throws {
    let client = try Client(server)
    server.add("theirs")
    let id = try client.store("mine")
    let (report, plan) = try client.engine.rehearse(.resync())
    #expect(report.pull?.inserted == 1)
    #expect(plan.requests.map(\.operation) == [.store(MemoryFields(content: "mine"), localID: id)])
    #expect(server.contents == ["theirs"])
    #expect(try client.contents() == ["mine"])
    #expect(try client.pendingOps().count == 1)
    #expect(try client.cache.counts().lastSync == nil)
  }
}
