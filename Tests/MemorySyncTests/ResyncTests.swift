import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Full resync") struct ResyncTests {
  let server = ModelServer()

  @Test("The cache becomes equal to the server")
  func equal() throws {
    let client = try Client(server)
    for content in ["same", "old", "lost"] { server.add(content) }
    _ = try client.engine.pull()
    server.forget([3])
    server.edit(2) { $0.content = "new" }
    server.add("more")
    let report = try client.engine.resync()
    #expect(report.problems == [])
    #expect(report.pull?.deleted == 1)
    #expect(try client.contents() == ["more", "new", "same"])
    #expect(try client.cache.counts().lastSync == client.clock.now.description)
  }

  @Test("An orphan is pushed, with all its fields")
  func orphan() throws {
    let client = try Client(server)
    try client.storeOrphan("mine", tags: "t", importance: 0.9)
    let report = try client.engine.resync()
    #expect(report.push?.acknowledged == 1)
    #expect(report.kept == 0)
    #expect(server.memories.map(\.tags) == ["t"])
    #expect(server.memories.map(\.importance) == [0.9])
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
  }

  @Test("An orphan that is sensitive is pushed as such (promise G15)")
  func sensitiveOrphan() throws {
    let client = try Client(server)
    try client.storeOrphan("behind the painting", isSensitive: true)
    _ = try client.engine.resync()
    #expect(server.contents == ["behind the painting"])
    #expect(server.memories.map(\.isSensitive) == [true])
    #expect(try client.contents() == ["behind the painting"])
    #expect(try client.memories().map(\.fields.isSensitive) == [true])
  }

  @Test("A queued store without force_sensitive whose memory is sensitive is sent as such")
  func sensitiveRow() throws {
    let client = try Client(server)
    let id = try client.storeOrphan("behind the painting", isSensitive: true)
    try Connection(path: client.path).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('store', ?, 'x')",
      #"{"local_id": \#(id.rawValue), "content": "behind the painting", "category": "facts"}"#)
    _ = try client.engine.push()
    #expect(server.memories.map(\.isSensitive) == [true])
  }

  @Test("A sensitive orphan is not taken for a memory that the server shows to everyone")
  func sensitiveTwin() throws {
    let client = try Client(server)
    server.add("behind the painting")
    try client.storeOrphan("behind the painting", isSensitive: true)
    _ = try client.engine.resync()
    #expect(server.memories.map(\.isSensitive) == [false, true])
    #expect(try client.memories().filter(\.fields.isSensitive).count == 1)
  }

  // MARK: De-duplication (promise G4)

  @Test("An orphan equal to a row of the server adopts it")
  func adopts() throws {
    let client = try Client(server)
    server.add("a")
    let id = try client.storeOrphan("a")
    let report = try client.engine.resync()
    #expect(server.count(.store) == 0)
    #expect(server.count(.update) == 0)
    #expect(report.pull?.inserted == 0)
    #expect(try client.memories().map(\.id) == [id])
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
  }

  @Test("The user's tags and importance win over those of the row that is adopted")
  func adoptsAndUpdates() throws {
    let client = try Client(server)
    server.add("a") { $0.tags = "theirs" }
    try client.storeOrphan("a", tags: "mine", importance: 0.9)
    _ = try client.engine.resync()
    #expect(server.count(.store) == 0)
    #expect(server.count(.update) == 1)
    #expect(server.memories.map(\.tags) == ["mine"])
    #expect(server.memories.map(\.importance) == [0.9])
    _ = try client.engine.sync()
    #expect(try client.memories().map(\.fields.tags) == ["mine"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("An update that cannot be sent yet is not undone by a pull, nor seen by other programs")
  func updateOnItsWay() throws {
    let client = try Client(server)
    server.add("a") { $0.tags = "theirs" }
    try client.storeOrphan("a", tags: "mine")
    server.fail(.update, with: .refuse(503))
    _ = try client.engine.resync()
    server.edit(1) { $0.tags = "again" }
    for operation in [SyncEngine.pull, { engine in { try engine.resync() } }] {
      _ = try operation(client.engine)()
      #expect(try client.memories().map(\.fields.tags) == ["mine"])
      #expect(try client.pendingOps() == [])
    }
    server.stopFailing()
    _ = try client.engine.sync()
    #expect(server.memories.map(\.tags) == ["mine"])
  }

  @Test("Two equal orphans are two memories, pushed once each")
  func equalOrphans() throws {
    let client = try Client(server)
    for _ in 0..<2 { try client.storeOrphan("a") }
    for _ in 0..<3 { _ = try client.engine.resync() }
    #expect(server.contents == ["a", "a"])
    #expect(try client.contents() == ["a", "a"])
    #expect(server.count(.store) == 2)
  }

  @Test("Of two equal orphans one adopts the server's row and the other is pushed")
  func equalOrphansAndRow() throws {
    let client = try Client(server)
    server.add("a")
    for _ in 0..<2 { try client.storeOrphan("a") }
    _ = try client.engine.resync()
    #expect(server.contents == ["a", "a"])
    #expect(try client.contents() == ["a", "a"])
  }

  @Test("An orphan that another program may be sending at this moment is pushed by a later resync")
  func youngOrphan() throws {
    let client = try Client(server)
    try client.storeOrphan("a", age: 1)
    #expect(try client.engine.resync().kept == 1)
    #expect(server.contents == [])
    client.waitLongEnough()
    _ = try client.engine.resync()
    #expect(server.contents == ["a"])
  }

  @Test("A row with a queued store is pushed once, by resync and by push")
  func queuedOnce() throws {
    let client = try Client(server)
    for content in ["a", "b"] { try client.store(content) }
    for _ in 0..<3 { _ = try client.engine.resync() }
    _ = try client.engine.push()
    #expect(server.contents.sorted() == ["a", "b"])
    #expect(server.count(.store) == 2)
  }

  @Test("A row with a queued store is not pushed as an orphan while the queue waits")
  func queuedAndWaiting() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(500))
    for _ in 0..<3 { _ = try client.engine.resync() }
    #expect(server.count(.store) == 1)
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().count == 1)
  }

  @Test("A memory that has nothing in common with a blacked-out row is not taken for it")
  func notEveryRedaction() throws {
    let client = try Client(server)
    server.add("[REDACTED:token]") { $0.isSensitive = true }
    try client.storeOrphan("buy milk")
    try client.storeOrphan("call bob", tags: "phone")
    _ = try client.engine.resync()
    #expect(server.contents == ["[REDACTED:token]", "buy milk", "call bob"])
    #expect(try client.contents() == ["[REDACTED:token]", "buy milk", "call bob"])
    #expect(server.count(.update) == 0)
  }

  @Test("Nor is one whose answer was lost")
  func notEveryRedactionInDoubt() throws {
    let client = try Client(server)
    try client.store("buy milk")
    try client.store("note password: hunter2hunter2")
    server.change {
      $0.fault = { call, number, request in
        guard call == .store, number <= 2 else { return nil }
        return request.body.contains(Array("milk".utf8)) ? .loseRequest : .loseAnswer
      }
    }
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == ["buy milk", "note [REDACTED:password]"])
    #expect(try client.contents() == ["buy milk", "note password: hunter2hunter2"])
  }

  // MARK: Nothing unacknowledged is deleted (promise G2)

  private static let faults: [ModelServer.Fault] = [
    .refuse(500), .refuse(422, body: #"{"detail":"no"}"#), .refuse(429), .refuse(413),
    .loseRequest, .loseAnswer, .refuse(200, body: "{}"), .refuse(401), .refuse(403),
  ]

  @Test("A memory whose push failed is kept, whatever the failure", arguments: faults)
  func kept(fault: ModelServer.Fault) throws {
    let client = try Client(server)
    for number in 0..<3 { server.add("m\(number)") }
    _ = try client.engine.pull()
    try client.store("queued")
    try client.storeOrphan("orphan")
    server.fail(.store, with: fault)
    for _ in 0..<3 {
      _ = try client.engine.resync(force: true)
      client.waitLongEnough()
    }
    let mine = try client.contents().filter { !$0.hasPrefix("m") }
    #expect(mine == ["orphan", "queued"])
  }

  @Test("A memory that is written while the server's answer is on its way is kept")
  func writtenMeanwhile() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    let path = client.path
    let clock = server.clock
    server.change {
      $0.fault = { call, _, _ in
        guard call == .sync, let cache = try? Cache(path: path) else { return nil }
        _ = try? cache.store(MemoryFields(content: "queued"), at: clock.now)
        try? Connection(path: path).execute(
          """
          INSERT INTO memories(content, created_at, updated_at) VALUES ('orphan', 'x', 'x');
          INSERT INTO memories(content, created_at, updated_at, server_id)
          VALUES ('linked', 'x', 'x', 77);
          """)
        return nil
      }
    }
    _ = try client.engine.resync()
    #expect(try client.contents() == ["a", "linked", "orphan", "queued"])
  }

  @Test(
    "A row that the answer gives in a broken form is not deleted",
    arguments: [
      #"{"id":1,"content":null}"#, #"{"id":"1","content":"a"}"#, "null",
    ])
  func brokenRow(record: String) throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    server.forget([1])
    server.change { $0.extraRecords = [record] }
    let report = try client.engine.resync()
    #expect(report.pull?.skipped == 1)
    #expect(try client.contents() == ["a"])
  }

  @Test("What a record without an id kept a resync from deleting goes with the next pull")
  func deletesLater() throws {
    let client = try Client(server)
    server.add("stays")
    let id = server.add("goes")
    _ = try client.engine.sync()
    server.remove(id)
    client.clock.advance(seconds: 300)
    server.change { $0.extraRecords = ["17"] }
    let watermark = try client.cache.counts().lastSync
    #expect(try client.engine.resync().pull?.deleted == 0)
    #expect(try client.cache.counts().lastSync == watermark)
    server.change { $0.extraRecords = [] }
    client.clock.advance(seconds: 300)
    _ = try client.engine.sync()
    #expect(try client.contents() == ["stays"])
  }

  @Test("What is kept is counted")
  func keptCount() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, with: .refuse(422))
    #expect(try client.engine.resync().kept == 1)
  }

  // MARK: Emptied servers (promise G13)

  @Test("An answer that would delete more than half is refused, unless the user insists")
  func emptied() throws {
    let client = try Client(server)
    for number in 0..<30 { server.add("m\(number)") }
    _ = try client.engine.pull()
    let watermark = try client.cache.counts().lastSync
    client.clock.advance(seconds: 1)
    server.forget(Int64(1)...16)
    let report = try client.engine.resync()
    let refusal = try #require(report.problems.first)
    #expect(refusal.kind == .refused)
    #expect(refusal.message.contains("16 of the 30"))
    #expect(refusal.hint?.steps.contains(.resync(force: true)) == true)
    #expect(try client.cache.counts().total == 30)
    #expect(try client.cache.counts().lastSync == watermark)
    #expect(try client.engine.resync(force: true).problems == [])
    #expect(try client.cache.counts().total == 14)
  }

  @Test(
    "A small cache is guarded like a large one, and one that a server would empty above all",
    arguments: [(1, 1), (2, 2), (3, 2), (10, 10), (10, 6)], [false, true])
  func smallCache(size: (count: Int, gone: Int), isSync: Bool) throws {
    let client = try Client(server)
    for number in 0..<size.count { server.add("m\(number)") }
    _ = try client.engine.sync()
    server.forget(Int64(1)...Int64(size.gone))
    client.clock.advance(seconds: 30 * 86_400)
    let report = try isSync ? client.engine.sync() : client.engine.resync()
    #expect(report.kinds == [.refused])
    #expect(try client.cache.counts().total == size.count)
    #expect(try client.engine.resync(force: true).problems == [])
    #expect(try client.cache.counts().total == size.count - size.gone)
  }

  @Test("What another machine deleted is no loss, be it all that there was")
  func deletedElsewhere() throws {
    let client = try Client(server)
    for number in 0..<3 { server.add("m\(number)") }
    _ = try client.engine.sync()
    client.clock.advance(seconds: 300)
    for id in Int64(1)...3 { server.remove(id) }
    let report = try client.engine.resync()
    #expect(report.problems == [])
    #expect(report.pull?.deleted == 3)
    #expect(try client.contents() == [])
  }

  @Test(
    "Half of the memories may be gone",
    arguments: [(30, 15), (10, 5), (2, 1), (20, 10), (11, 5)])
  func allowed(count: Int, gone: Int) throws {
    let client = try Client(server)
    for number in 0..<count { server.add("m\(number)") }
    _ = try client.engine.pull()
    server.forget(Int64(1)...Int64(gone))
    #expect(try client.engine.resync().problems == [])
    #expect(try client.cache.counts().total == count - gone)
  }

  @Test("Orphans and queued stores do not make the guard more generous")
  func guardCountsLinkedRows() throws {
    let client = try Client(server)
    for number in 0..<12 { server.add("m\(number)") }
    _ = try client.engine.pull()
    for number in 0..<50 { try client.storeOrphan("o\(number)") }
    server.forget(Int64(1)...12)
    #expect(try client.engine.resync().kinds == [.refused])
    #expect(try client.cache.counts().total == 62)
  }

  @Test("A tombstone of a memory that another program pulled while its store was in doubt")
  func tombstoneOfACopy() throws {
    let client = try Client(server)
    _ = try client.engine.pull()
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    let row = try Client(server).then { _ = try $0.engine.pull() }.memories()[0]
    try Connection(path: client.path).run(
      "INSERT INTO memories(content, created_at, updated_at, server_id) VALUES ('a', ?, ?, 1)",
      row.createdAt, row.updatedAt)
    server.remove(1)
    #expect(try client.engine.pull().problems == [])
    #expect(try client.contents() == [])
  }
}
