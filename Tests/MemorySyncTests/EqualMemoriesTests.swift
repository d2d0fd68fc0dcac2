import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Memories that are equal in all fields, of which one was deleted and another is in doubt (G2).
@Suite("Equal memories") struct EqualMemoriesTests {
  let server = ModelServer()

  @Test("The tombstone of a memory that was deleted here ends no store of an equal one")
  func ownTombstone() throws {
    let client = try Client(server)
    _ = try client.engine.sync()
    try client.store("a")
    try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    let linked = try #require(try client.memories().first { $0.serverID != nil })
    _ = try client.cache.delete(linked.id, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(try client.contents() == ["a"])
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A row whose delete is queued is not taken for an equal memory in doubt")
  func ownDelete() throws {
    let client = try Client(server)
    _ = try client.engine.sync()
    let first = try client.store("a")
    try client.store("a")
    server.change {
      $0.fault = { call, number, _ in
        if call != .store || number > 2 { return nil }
        return number == 1 ? .loseAnswer : .loseRequest
      }
    }
    _ = try client.engine.push()
    _ = try client.cache.delete(first, at: client.clock.now)
    _ = try client.engine.pull()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A key whose memory an equal one has adopted is not asked for again and again")
  func adoptedKey() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    try client.store("first")
    _ = try client.engine.sync()
    try client.store("a")
    try client.store("a")
    server.change {
      $0.fault = { call, number, _ in
        if call != .store || number > 3 { return nil }
        return number == 2 ? .loseRequest : .loseAnswer
      }
    }
    // One after the other, so that the one that did not arrive is the older.
    _ = try client.engine.push(limit: 1)
    _ = try client.engine.push(limit: 1)
    _ = try client.engine.pull()
    for _ in 0..<3 {
      client.clock.advance(seconds: 200)
      _ = try client.engine.sync()
    }
    #expect(server.contents == ["a", "a", "first"])
    #expect(try client.contents() == ["a", "a", "first"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test(
    "Where the server keeps equal memories as one, so does the cache, and nothing is lost of them")
  func keptAsOne() throws {
    server.change { $0.keepsEqualTextsOnce = true }
    let client = try Client(server)
    for _ in 1...3 { try client.store("a", tags: "t") }
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
    #expect(try client.cache.queue.entries().isEmpty)
    #expect(try client.engine.resync().problems == [])
    #expect(try client.contents() == ["a"])
  }

  @Test("One that differs in its tags is left to the user, who is told once")
  func keptAsOneWithOtherTags() throws {
    server.change { $0.keepsEqualTextsOnce = true }
    let client = try Client(server)
    try client.store("a", tags: "first")
    _ = try client.engine.sync()
    try client.store("a", tags: "second")
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    #expect(try client.states() == [.dead])
    for _ in 1...3 {
      client.waitLongEnough()
      #expect(try client.engine.sync().problems == [])
    }
    #expect(server.count(.store) == 2)
    #expect(try client.contents() == ["a", "a"])
  }

  @Test("What is noted of a deletion goes when nothing can be mistaken for it any more")
  func notesEnd() throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.engine.sync()
    _ = try client.cache.delete(id, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(try client.cache.database.read { try OwnDeletions.all(in: $0) } == [1])
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(try client.cache.database.read { try OwnDeletions.all(in: $0) }.isEmpty)
  }
}
