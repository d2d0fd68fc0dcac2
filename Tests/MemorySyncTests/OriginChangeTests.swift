import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// The user says what a server is that the cache was not filled from (promise G13).
@Suite("Another server, named by the user") struct OriginChangeTests {
  let server = ModelServer()

  private func client(_ server: ModelServer, like other: Client) throws -> Client {
    try Client(of: server.baseURL, clock: self.server.clock, folder: other.folder)
  }

  /// A cache with two memories of the server's, and a store, a delete and an update in its queue.
  private func filled() throws -> Client {
    let client = try Client(server)
    for content in ["kept", "deleted", "changed"] { server.add(content) }
    _ = try client.engine.sync()
    client.clock.advance(seconds: 600)
    try client.store("new")
    try client.delete("deleted")
    let changed = try #require(try client.memory("changed"))
    _ = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(
        .update(changed.fields, changed.serverID!), at: client.clock.now)
    }
    return client
  }

  private func problem(_ body: () throws -> OriginChange) throws -> Problem? {
    try ClientSupport.problem { _ = try body() }
  }

  // MARK: The same server under a new address

  /// The same memories under another address.
  private func moved() -> ModelServer {
    let other = ModelServer(clock: server.clock)
    for memory in server.memories {
      other.add(memory.content) { $0 = memory }
    }
    return other
  }

  @Test("The same server under a new address keeps ids and queue, and gets what waits")
  func move() throws {
    let first = try filled()
    let other = moved()
    let elsewhere = try client(other, like: first)
    let (memories, entries) = (try first.memories(), try first.cache.queue.entries().map(\.id))
    let change = try elsewhere.engine.moveOrigin()
    #expect(change.address == other.baseURL)
    #expect(change.account == "alice")
    #expect(change.found == 2)
    #expect(try elsewhere.memories() == memories)
    #expect(try elsewhere.cache.queue.entries().map(\.id) == entries)
    #expect(try elsewhere.engine.sync().problems == [])
    #expect(other.contents == ["changed", "kept", "new"])
    #expect(try first.engine.sync().kinds == [.refused])
  }

  @Test("Another server is not taken for the same, nor is another account")
  func moveElsewhere() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    for content in ["x", "y", "z"] { other.add(content) }
    let elsewhere = try client(other, like: first)
    let before = try first.memories()
    let found = try problem { try elsewhere.engine.moveOrigin() }
    #expect(found?.kind == .refused)
    #expect(found?.message.contains("has only 0 of the 2 memories") == true)
    let same = moved()
    same.change { $0.account = "bob" }
    let account = try problem { try client(same, like: first).engine.moveOrigin() }
    #expect(account?.message.contains("the key belongs to bob") == true)
    #expect(try first.memories() == before)
    #expect(try first.cache.origin()?.address == server.baseURL)
  }

  @Test("An address where nothing answers changes nothing")
  func moveNowhere() throws {
    let first = try filled()
    let other = moved()
    other.fail(.sync, with: .refuse(500))
    #expect(
      try problem { try client(other, like: first).engine.moveOrigin() }?.kind == .serverFailed)
    #expect(try first.cache.origin()?.address == server.baseURL)
  }

  // MARK: A new server

  @Test("A new, empty server gets every memory once, and nothing that was meant for the former one")
  func adopt() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    let elsewhere = try client(other, like: first)
    let change = try elsewhere.engine.adoptOrigin()
    #expect(change.queued == 3)
    #expect(change.dropped == 2)
    #expect(try elsewhere.engine.sync().problems == [])
    #expect(other.contents == ["changed", "kept", "new"])
    #expect(other.count(.store) == 3)
    #expect(other.count(.delete) + other.count(.update) == 0)
    #expect(try elsewhere.memories().allSatisfy { $0.serverID != nil })
    #expect(try elsewhere.contents() == ["changed", "kept", "new"])
    #expect(try elsewhere.cache.queue.entries().isEmpty)
  }

  @Test("So does the same server once it has lost everything, with what was in doubt on it")
  func adoptEmptied() throws {
    let client = try Client(server)
    for content in ["a", "b"] { server.add(content) }
    _ = try client.engine.sync()
    try client.store("c")
    server.fail(.store, with: .loseAnswer)
    _ = try client.engine.push()
    #expect(try client.states() == [.inDoubt])
    server.stopFailing()
    server.restore(upTo: 0)
    #expect(try client.engine.resync().kinds == [.refused])
    #expect(try client.engine.adoptOrigin().queued == 3)
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a", "b", "c"])
    #expect(try client.contents() == ["a", "b", "c"])
  }

  @Test("What was written a moment ago is queued as well, and what the user withholds is not")
  func adoptAll() throws {
    let client = try Client(server)
    try client.store("young")
    _ = try client.engine.sync()
    try client.store("withheld")
    _ = try client.cache.queue.drop(client.cache.queue.entries()[0].id)
    let other = ModelServer(clock: server.clock)
    let elsewhere = try self.client(other, like: client)
    #expect(try elsewhere.engine.adoptOrigin().queued == 1)
    _ = try elsewhere.engine.sync()
    #expect(other.contents == ["young"])
  }

  @Test("A server that has memories is refused; with force equal ones are taken for the same")
  func adoptMore() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    for content in ["kept", "x"] { other.add(content) }
    let elsewhere = try client(other, like: first)
    let before = try first.memories()
    let found = try problem { try elsewhere.engine.adoptOrigin() }
    #expect(found?.kind == .refused)
    #expect(found?.message.contains("already has 2 memories") == true)
    #expect(try first.memories() == before)
    let change = try elsewhere.engine.adoptOrigin(force: true)
    #expect(change.found == 1)
    #expect(change.queued == 2)
    _ = try elsewhere.engine.sync()
    #expect(other.contents == ["changed", "kept", "new", "x"])
    #expect(try elsewhere.contents() == ["changed", "kept", "new", "x"])
  }

  @Test("The refusal of another server names the ways to go on")
  func hint() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    let problem = try client(other, like: first).engine.sync().problems.first
    #expect(
      problem?.hint?.steps == [
        .moveOrigin(address: other.baseURL), .adoptOrigin(force: false), .resync(force: true),
      ])
    #expect(problem?.hint?.parts.last == .setting(.db))
  }
}
