import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// A server that went back to an older backup gives ids out again (promises G2, G13 and G14).
@Suite("A restored server") struct RestoredServerTests {
  let server = ModelServer()

  private func filled(_ contents: String...) throws -> Client {
    let client = try Client(server)
    for content in contents { server.add(content) }
    _ = try client.engine.sync()
    client.clock.advance(seconds: 600)
    return client
  }

  @Test(
    "A memory whose id is another's now is kept, and sent to the server that lost it",
    arguments: [false, true])
  func givenAgain(isResync: Bool) throws {
    let client = try filled("a", "b", "c")
    server.restore(upTo: 2)
    server.add("x")
    let report = try isResync ? client.engine.resync() : client.engine.sync()
    #expect(report.problems == [])
    #expect(report.pull?.reassigned == 1)
    #expect(server.contents == ["a", "b", "c", "x"])
    #expect(try client.contents() == ["a", "b", "c", "x"])
    #expect(try client.memory("x")?.serverID?.rawValue == 3)
    #expect(try client.memory("c")?.serverID?.rawValue == 4)
    #expect(try client.engine.sync().pull?.reassigned == 0)
    #expect(server.count(.store) == 1)
  }

  @Test("Where the server has it under another id, it is not sent again")
  func foundAgain() throws {
    let client = try filled("a", "b", "c")
    server.restore(upTo: 2)
    for content in ["x", "c"] { server.add(content) }
    #expect(try client.engine.sync().problems == [])
    #expect(server.count(.store) == 0)
    #expect(try client.memory("c")?.serverID?.rawValue == 4)
    #expect(try client.contents() == ["a", "b", "c", "x"])
  }

  @Test("What was stored here and what gets its id later are told apart, too")
  func ownMemory() throws {
    let client = try filled("a", "b")
    try client.store("c")
    _ = try client.engine.sync()
    client.clock.advance(seconds: 600)
    server.restore(upTo: 2)
    server.add("x")
    _ = try client.engine.sync()
    #expect(try client.contents() == ["a", "b", "c", "x"])
    #expect(server.contents == ["a", "b", "c", "x"])
  }

  @Test(
    "A memory that was stored here and changed elsewhere at once is one memory",
    arguments: [false, true])
  func changedElsewhere(isFoundByLook: Bool) throws {
    let client = try filled("a")
    try client.store("b")
    if isFoundByLook {
      server.fail(.store, 1...1, with: .loseAnswer)
      _ = try client.engine.push()
      client.waitLongEnough()
    }
    _ = try client.engine.push()
    #expect(try client.memory("b")?.serverID?.rawValue == 2)
    server.edit(2) { $0.content = "c" }
    #expect(try client.engine.sync().pull?.reassigned == 0)
    #expect(try client.contents() == ["a", "c"])
    #expect(server.contents == ["a", "c"])
  }

  @Test("So is one whose record could not be read before it was changed elsewhere")
  func changedAfterBadRecord() throws {
    let client = try filled("a")
    try client.store("b")
    let body = """
      {"memories":[{"id":2,"content":5}],"server_time":"\(client.clock.now)"}
      """
    server.fail(.sync, with: .answer(200, body: body))
    _ = try client.engine.sync()
    server.stopFailing()
    server.edit(2) { $0.content = "c" }
    #expect(try client.engine.sync().pull?.reassigned == 0)
    #expect(try client.contents() == ["a", "c"])
    #expect(server.contents == ["a", "c"])
  }

  @Test("A store that gets an id which another memory had is linked to it, and sent once")
  func storeTakesID() throws {
    let client = try filled("a", "b", "c")
    server.restore(upTo: 2)
    try client.store("x")
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == ["a", "b", "c", "x"])
    #expect(try client.contents() == ["a", "b", "c", "x"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A change that was queued for it goes to no other memory")
  func queuedChange() throws {
    let client = try filled("a", "b", "c")
    let memory = try #require(try client.memory("c"))
    _ = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(.update(memory.fields, memory.serverID!), at: client.clock.now)
    }
    client.clock.advance(seconds: 600)
    server.restore(upTo: 2)
    server.add("x")
    _ = try client.engine.sync()
    #expect(server.count(.update) == 0)
    #expect(server.contents == ["a", "b", "c", "x"])
  }

  @Test("The tombstone of a memory that got the id later deletes no other")
  func tombstone() throws {
    let client = try filled("a", "b", "c")
    server.restore(upTo: 2)
    server.remove(server.add("x"))
    #expect(try client.engine.sync().problems == [])
    #expect(try client.contents() == ["a", "b", "c"])
    #expect(server.contents == ["a", "b", "c"])
  }

  @Test("Where most ids are other memories' now, it is another server, and nothing changes")
  func replaced() throws {
    let client = try filled("a", "b", "c")
    let before = try client.memories()
    server.restore(upTo: 0)
    for content in ["x", "y", "z"] { server.add(content) }
    let report = try client.engine.sync()
    #expect(report.kinds == [.refused])
    #expect(report.problems.first?.message.contains("3 of the 3") == true)
    #expect(try client.memories() == before)
    #expect(server.contents == ["x", "y", "z"])
    #expect(try client.engine.resync(force: true).problems == [])
    #expect(try client.contents() == ["x", "y", "z"])
    #expect(try client.cache.trash.latest().count == 3)
  }
}
