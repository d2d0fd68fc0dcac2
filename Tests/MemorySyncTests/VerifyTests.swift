import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Verify") struct VerifyTests {
  typealias Kind = Verification.Difference.Kind
  let server = ModelServer()

  private func client(with contents: String...) throws -> Client {
    let client = try Client(server)
    for content in contents { server.add(content) }
    _ = try client.engine.sync()
    // No sync looks back at what was changed before this.
    client.clock.advance(seconds: 600)
    _ = try client.engine.sync()
    client.clock.advance(seconds: 600)
    return client
  }

  /// `different 2/2 content sync`, for each difference.
  private func differences(of client: Client) throws -> [String] {
    try client.engine.verify(limit: 100).differences.map { difference in
      let ids = [difference.memory?.rawValue, difference.server?.rawValue].map {
        $0.map(String.init) ?? "-"
      }
      return
        ([difference.kind.rawValue, ids.joined(separator: "/")]
        + difference.fields.map(\.column) + [difference.step?.description ?? "-"])
        .joined(separator: " ")
    }
  }

  @Test("Equal sides have no difference, and neither is written to")
  func equal() throws {
    let client = try client(with: "a", "b")
    let before = try client.cache.version()
    let requests = server.requests.count
    let result = try client.engine.verify(limit: 100)
    #expect(result.total == 0)
    #expect(result.here == 2)
    #expect(result.onServer == 2)
    #expect(try client.cache.version() == before)
    #expect(server.requests.dropFirst(requests).allSatisfy { $0.method == "GET" })
  }

  @Test("Each kind of difference is named, and the step that is named for it settles it")
  func kinds() throws {
    let client = try client(with: "same", "here", "there", "gone", "lost", "new text", "old", "x")
    let file = try Connection(path: client.path)
    try file.execute(
      """
      UPDATE memories SET content = 'edited here', importance = 0.25 WHERE content = 'here';
      DELETE FROM memories WHERE content = 'there';
      """)
    server.remove(4)
    server.forget([5])
    server.edit(6) { $0.tags = "t" }
    try client.storeOrphan("never sent")
    try client.storeOrphan("x")
    try file.execute("DELETE FROM memories WHERE content = 'x' AND server_id = 8")
    let expected: Set = [
      "different 2/2 content importance resync", "only_on_server -/3 resync",
      "deleted_on_server 4/4 sync", "deleted_on_server 5/5 resync", "different 6/6 tags sync",
      "orphan 9/- resync", "orphan 10/8 resync",
    ]
    #expect(Set(try differences(of: client)) == expected)
    let result = try client.engine.verify(limit: 100)
    #expect(result.settled == [.sync: 2, .resync(force: false): 5])
    #expect(result.total == expected.count)

    _ = try client.engine.sync()
    #expect(Set(try differences(of: client)) == expected.filter { !$0.hasSuffix(" sync") })
    _ = try client.engine.resync()
    #expect(try differences(of: client) == [])
  }

  @Test("An id that belongs to another memory now is named, and a resync settles it")
  func reassigned() throws {
    let client = try client(with: "a", "b", "c")
    server.restore(upTo: 2)
    server.add("another")
    client.clock.advance(seconds: 600)
    #expect(try differences(of: client) == ["reassigned 3/3 sync"])
    _ = try client.engine.resync()
    #expect(try differences(of: client) == [])
    #expect(server.contents == ["a", "another", "b", "c"])
  }

  @Test("What is queued waits, and is no difference")
  func waiting() throws {
    let client = try client(with: "a", "b", "c")
    try client.store("new")
    try client.delete("b")
    let change: MemoryChanges = [.tags: .text("t")]
    let update = QueuedOperation.update(
      MemoryFields(content: "c").changed(by: change), ServerID(rawValue: 3))
    _ = try client.cache.database.write { transaction in
      try transaction.memories.change(LocalID(rawValue: 3), change, at: client.clock.now)
      return try transaction.queue.enqueue(update, at: client.clock.now)
    }
    let result = try client.engine.verify(limit: 100)
    #expect(result.total == 0)
    #expect(result.waiting == 3)
  }

  @Test("A store in doubt that has arrived is no difference")
  func inDoubt() throws {
    let client = try client(with: "a")
    server.fail(.store, with: .loseAnswer)
    try client.store("b")
    _ = try client.engine.push()
    #expect(try client.states() == [.inDoubt])
    #expect(server.contents == ["a", "b"])
    #expect(try differences(of: client) == [])
  }

  @Test("What the server rejected is named with its entry, and what was dropped is counted")
  func rejected() throws {
    let client = try client(with: "a")
    let first = try client.store("refused")
    let second = try client.store("dropped")
    server.fail(.store, with: .refuse(422))
    _ = try client.engine.push()
    let entries = try client.cache.queue.entries()
    _ = try client.cache.queue.drop(entries[1].id)
    let result = try client.engine.verify(limit: 100)
    #expect(result.differences.map(\.kind) == [.rejected])
    #expect(result.differences.map(\.memory) == [first])
    #expect(result.differences.map(\.entry) == [entries[0].id])
    #expect(result.differences.map(\.step) == [.showEntry(entries[0].id)])
    #expect(result.withheld == 1)
    #expect(try client.cache.memory(second) != nil)
  }

  @Test("A record that cannot be read is named, and its memory is not called missing")
  func unreadable() throws {
    let client = try client(with: "a", "b")
    server.forget([2])
    server.change { $0.extraRecords = [#"{"id":2,"content":7}"#, "7"] }
    let result = try client.engine.verify(limit: 100)
    #expect(result.differences.map(\.kind) == [.unreadable, .unreadable])
    #expect(result.differences.map(\.memory?.rawValue) == [2, nil])
    #expect(
      result.differences.map(\.reason) == [
        "memory 2: content has the wrong type", "a record is not an object",
      ])
  }

  @Test("A text whose credential the server removed agrees, and its words stay hidden")
  func redacted() throws {
    let client = try client(with: "a")
    try client.store("the password=hunter2hunter2 of the box")
    _ = try client.engine.sync()
    #expect(server.contents.contains { $0.contains("[REDACTED") })
    let result = try client.engine.verify(limit: 100)
    #expect(result.total == 0)
    #expect(result.redacted == 1)
    let file = try Connection(path: client.path)
    try file.execute("UPDATE memories SET tags = 'x' WHERE id = 2")
    #expect(try client.engine.verify(limit: 100).differences.map(\.excerpt) == [nil])
  }

  @Test("All differences are counted, and as many are returned as were asked for")
  func limit() throws {
    let client = try Client(server)
    for number in 0..<20 { server.add("m\(number)") }
    let result = try client.engine.verify(limit: 3)
    #expect(result.differences.count == 3)
    #expect(result.counts == [.onlyOnServer: 20])
    #expect(result.settled == [.sync: 20])
    #expect(try client.memories().isEmpty)
  }

  @Test("What another program writes while the answer is on its way is not called a difference")
  func concurrent() throws {
    let client = try client(with: "a", "b")
    let (path, server) = (client.path, server)
    let before = server.count(.sync)
    server.change {
      $0.fault = { call, number, _ in
        guard call == .sync, let file = try? Connection(path: path) else { return nil }
        let sql =
          number == before + 1
          ? """
          UPDATE memories SET content = 'pulled by another' WHERE id = 1;
          INSERT INTO memories(content, server_id, created_at, updated_at)
          VALUES ('linked meanwhile', 77, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
          """
          : "UPDATE memories SET content = 'a' WHERE id = 1; DELETE FROM memories WHERE id = 3"
        try? file.execute(sql)
        return nil
      }
    }
    #expect(try client.engine.verify(limit: 100).total == 0)
    #expect(server.count(.sync) >= before + 2)
  }

  @Test("While another program never stops writing, only what every answer shows is a difference")
  func busy() throws {
    let client = try client(with: "a", "b", "c")
    let path = client.path
    try Connection(path: path).execute("UPDATE memories SET content = 'x' WHERE id = 3")
    let before = server.count(.sync)
    server.change {
      $0.fault = { call, number, _ in
        // It stops in the end, so that a comparison without end fails instead of hanging.
        guard call == .sync, number < before + 10 else { return nil }
        let id = number % 2 + 1
        try? Connection(path: path).execute(
          """
          UPDATE memories SET content = char(96 + id) WHERE id < 3;
          UPDATE memories SET content = 'pulled' WHERE id = \(id);
          """)
        return nil
      }
    }
    #expect(try differences(of: client) == ["different 3/3 content resync"])
    #expect(server.count(.sync) == before + 3)
  }

  @Test("Without the server, or with another one, nothing is compared")
  func problems() throws {
    let client = try client(with: "a")
    server.fail(.sync, with: .refuse(500))
    #expect(try problem { _ = try client.engine.verify(limit: 1) }?.kind == .serverFailed)
    server.stopFailing()
    server.change { $0.account = "bob" }
    #expect(try problem { _ = try client.engine.verify(limit: 1) }?.kind == .refused)
    #expect(try client.cache.counts().lastError == nil)
  }
}
