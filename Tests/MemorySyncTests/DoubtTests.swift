import ClientSupport
import Foundation
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Stores of which is unknown whether they arrived (promise G3: no retry makes a duplicate).
@Suite("Stores in doubt") struct DoubtTests {
  let server = ModelServer()

  private static let uncertain: [ModelServer.Fault] = [
    .loseAnswer, .answer(500), .answer(502), .answer(503), .answer(504), .answer(200, body: "{}"),
    .answer(200, body: "<html>"), .answer(302),
  ]

  @Test("An answer that was lost makes no second copy, whatever was lost", arguments: uncertain)
  func arrived(fault: ModelServer.Fault) throws {
    let client = try Client(server)
    let id = try client.store("a", category: "bug", tags: "t", importance: 0.7)
    server.fail(.store, 1...1, with: fault)
    #expect(try client.engine.push().push?.inDoubt == 1)
    client.waitLongEnough()
    let report = try client.engine.push()
    #expect(report.push?.adopted == 1)
    #expect(server.count(.store) == 1)
    #expect(try client.cache.memory(id)?.serverID == ServerID(rawValue: 1))
    #expect(try client.cache.queue.entries().isEmpty)
    _ = try client.engine.resync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
  }

  private static let unheard: [ModelServer.Fault] = [
    .loseRequest, .refuse(500), .refuse(502), .refuse(504), .refuse(200, body: "[]"),
  ]

  @Test(
    "A store that did not arrive is sent again once it can no longer turn up", arguments: unheard)
  func didNotArrive(fault: ModelServer.Fault) throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: fault)
    _ = try client.engine.push()
    client.clock.advance(seconds: 100)
    _ = try client.engine.push()
    #expect(server.count(.store) == 1, "the server may still be working on it")
    client.clock.advance(seconds: 21)
    _ = try client.engine.push()
    #expect(server.contents == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A server that answers with another idempotency key has not promised to act once")
  func foreignKey() throws {
    let client = try Client(server)
    try client.store("a")
    let body = #"{"id":1,"category":"facts","importance":0.5}"#
    server.fail(.store, 1...1, with: .answer(200, headers: ["Idempotency-Key": "k"], body: body))
    _ = try client.engine.push()
    try client.store("b")
    server.fail(.store, 2...2, with: .loseAnswer)
    _ = try client.engine.push()
    client.waitLongEnough()
    #expect(try client.engine.push().push?.adopted == 1)
    #expect(server.count(.store) == 2)
    #expect(server.contents == ["a", "b"])
  }

  @Test(
    "The time for which a lost store may turn up begins when it was lost, not when it was claimed")
  func longFlight() throws {
    let client = try Client(server)
    try client.store("a")
    let clock = client.clock
    server.change {
      $0.fault = { call, number, _ in
        guard call == .store, number == 1 else { return nil }
        clock.advance(seconds: 100)
        return .loseRequest
      }
    }
    _ = try client.engine.push()
    clock.advance(seconds: 100)
    _ = try client.engine.push()
    #expect(server.count(.store) == 1, "the server may still be working on it")
    clock.advance(seconds: 21)
    _ = try client.engine.push()
    #expect(server.contents == ["a"])
  }

  @Test("Each attempt carries the same idempotency key, and each entry one of its own")
  func keys() throws {
    let client = try Client(server)
    try client.store("a")
    try client.store("b")
    server.fail(.store, 1...2, with: .loseRequest)
    _ = try client.engine.push()
    client.waitLongEnough()
    _ = try client.engine.push()
    let keys = server.requests.filter { $0.method == "POST" }.map { $0.headers["idempotency-key"] }
    #expect(keys.count == 4)
    #expect(Set(keys).count == 2)
    #expect(!keys.contains(nil))
    #expect(keys.allSatisfy { $0?.count == 32 })
  }

  @Test("A store whose memory the server redacted is recognised", arguments: [false, true])
  func redacted(isForced: Bool) throws {
    let client = try Client(server)
    let content =
      isForced ? "the safe is behind the painting" : "db password=hunter2hunter2 on host a"
    try client.store(content, isSensitive: isForced)
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.sync()
    #expect(server.memories.map(\.isSensitive) == [true])
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == 1)
    #expect(try client.contents() == [content])
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
  }

  @Test(
    "A row that differs in any field is another memory",
    arguments: ["category", "tags", "keywords", "importance"])
  func different(field: String) throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    server.add("a") {
      switch field {
      case "category": $0.category = "lessons"
      case "tags": $0.tags = "x"
      case "keywords": $0.keywords = "x"
      default: $0.importance = 0.25
      }
    }
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a", "a"])
    #expect(try client.contents() == ["a", "a"])
  }

  @Test("A row older than the first attempt is another memory")
  func older() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a", "a"])
    #expect(try client.contents() == ["a", "a"])
  }

  @Test("Equal memories stay as many as there were, whichever answers are lost", arguments: 1...3)
  func equals(lost: Int) throws {
    let client = try Client(server)
    for _ in 0..<3 { try client.store("a") }
    server.fail(.store, 1...lost, with: .loseAnswer)
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == ["a", "a", "a"])
    #expect(try Set(client.memories().map(\.serverID?.rawValue)) == [1, 2, 3])
  }

  @Test(
    "A clock of the server that is ahead or behind does not hide what arrived",
    arguments: [-100.0, 100])
  func skew(seconds: Double) throws {
    let client = try Client(server)
    server.change { $0.skew = seconds }
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
  }

  @Test("A pull finds what arrived before the push looks for it")
  func foundByPull() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    _ = try client.engine.pull()
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A copy that another program pulled meanwhile makes way for the memory itself")
  func pulledByAnother() throws {
    for operation in [SyncEngine.push(limit:), { engine in { _ in try engine.pull() } }] {
      let server = ModelServer()
      let client = try Client(server)
      let id = try client.store("a")
      server.fail(.store, 1...1, with: .loseAnswer)
      _ = try client.engine.push()
      let times = try Client(server).then { _ = try $0.engine.pull() }.memories()[0]
      try Connection(path: client.path).run(
        "INSERT INTO memories(content, created_at, updated_at, server_id) VALUES ('a', ?, ?, 1)",
        times.createdAt, times.updatedAt)
      client.waitLongEnough()
      _ = try operation(client.engine)(nil)
      #expect(try client.memories().map(\.id) == [id])
      #expect(try client.memories().map(\.serverID?.rawValue) == [1])
      #expect(try client.cache.queue.entries().isEmpty)
    }
  }

  @Test("What was deleted elsewhere before its answer reached us is not sent again")
  func deletedElsewhere() throws {
    let client = try Client(server)
    _ = try client.engine.pull()
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    server.remove(1)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == 1)
    #expect(try client.contents() == [])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("The tombstone of an equal memory does not end a store that did not arrive")
  func tombstoneOfAnEqualMemory() throws {
    let client = try Client(server)
    try client.store("a")
    _ = try client.engine.sync()
    try client.delete("a")
    client.clock.advance(seconds: 1)
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 2...2, with: .loseRequest)
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
  }

  @Test("A deleted memory in doubt is not taken for an equal one that was there before it")
  func deletedBesideAnEqualMemory() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    let (id, _) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    _ = try client.cache.delete(id, at: client.clock.now)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test(
    "A store in doubt that another program pulled and whose memory it removed stays in the cache")
  func pulledAndRemoved() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    let row = try Client(server).then { _ = try $0.engine.pull() }.memories()[0]
    let connection = try Connection(path: client.path)
    try connection.run("DELETE FROM memories WHERE id = ?", id.rawValue)
    try connection.run(
      "INSERT INTO memories(content, created_at, updated_at, server_id) VALUES ('a', ?, ?, 1)",
      row.createdAt, row.updatedAt)
    client.waitLongEnough()
    _ = try client.engine.push()
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
    #expect(server.contents == ["a"])
  }

  @Test("A memory in doubt that the user deletes is deleted on the server once it is found")
  func deletedInDoubt() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    #expect(try client.delete("a") == .queuedWhenKnown(EntryID(rawValue: 1)))
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == [])
    #expect(try client.contents() == [])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A memory in doubt that the user deletes and that did not arrive is forgotten")
  func deletedAndNotArrived() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    try client.delete("a")
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == 1)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test(
    "A claim that a dead process left is looked up before it is sent again",
    arguments: [false, true])
  func crashed(arrived: Bool) throws {
    let client = try Client(server)
    let (_, entry) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    try client.cache.database.write { transaction in
      try transaction.queue.hold(entry, as: .sending)
      try transaction.queue.noteSending(entry, at: client.clock.now, watermark: nil)
    }
    if arrived { server.add("a") }
    _ = try client.engine.sync()
    #expect(server.count(.store) == 0)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == (arrived ? 0 : 1))
    #expect(server.contents == ["a"])
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
  }

  @Test("A delete that a dead process left is simply sent again")
  func crashedDelete() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    guard case .queued(let entry) = try client.delete("a") else { return }
    try client.cache.database.write { transaction in
      try transaction.queue.hold(entry, as: .sending)
      try transaction.queue.noteSending(entry, at: client.clock.now, watermark: nil)
    }
    _ = try client.engine.push()
    #expect(server.contents == [])
    #expect(server.count(.sync) == 1)
  }

  @Test("A clock that was set back does not hold a store for longer")
  func clockSetBack() throws {
    let client = try Client(server)
    try client.store("a")
    try client.store("b")
    server.change {
      $0.fault = { call, number, _ in
        call == .store && number < 3 ? number == 1 ? .loseRequest : .refuse(500) : nil
      }
    }
    _ = try client.engine.push()
    client.clock.advance(seconds: -30 * 86_400)
    for _ in 0..<3 {
      _ = try client.engine.push()
      client.waitLongEnough()
    }
    #expect(server.contents.sorted() == ["a", "b"])
  }
}
