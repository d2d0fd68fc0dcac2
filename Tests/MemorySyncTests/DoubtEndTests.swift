import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// How stores in doubt end without being found: sent again with their key, or given up.
@Suite("Stores in doubt, sent again or given up") struct DoubtEndTests {
  let server = ModelServer()

  // MARK: Servers that honour the key

  @Test("A server that acts once on a key is simply asked again")
  func idempotent() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    try client.store("first")
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 2...2, with: .loseAnswer)
    _ = try client.engine.push()
    _ = try client.engine.push()
    #expect(server.count(.store) == 3)
    #expect(server.contents == ["a", "first"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("Such a store stays out of other programs' reach until it is settled")
  func idempotentButAway() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    try client.store("first")
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 2...2, with: .loseAnswer)
    _ = try client.engine.push()
    server.fail(.store, 3...3, with: .refuse(429))
    _ = try client.engine.push()
    #expect(try client.pendingOps() == [])
    #expect(try client.states() == [.inDoubt])
    _ = try client.engine.pull()
    #expect(try client.contents() == ["a", "first"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A server that may have forgotten the key is looked at first")
  func forgottenKey() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    try client.store("first")
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 2...2, with: .loseAnswer)
    _ = try client.engine.push()
    client.clock.advance(seconds: 8 * 86_400)
    _ = try client.engine.push()
    #expect(server.count(.store) == 2)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("There, too, a deleted memory is deleted on the server, and never sent again")
  func idempotentAndDeleted() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    try client.store("first")
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 2...2, with: .loseAnswer)
    _ = try client.engine.push()
    try client.delete("a")
    server.fail(.store, 3...3, with: .refuse(429))
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == 2)
    #expect(server.contents == ["first"])
    #expect(try client.contents() == ["first"])
  }

  // MARK: Given up

  @Test("A store that failed for the last time is looked up before it is given up")
  func givenUpAfterLook() throws {
    let client = try Client(server)
    try client.store("a")
    server.change {
      $0.fault = { call, number, _ in
        call == .store ? number < 5 ? .refuse(500) : .answer(500) : nil
      }
    }
    for _ in 0..<8 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.count(.store) == 5)
    #expect(try client.cache.queue.entries().isEmpty)
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
  }

  @Test("A dead store that is retried did not arrive before")
  func retried() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, with: .refuse(500))
    var dead = 0
    for _ in 0..<8 {
      let report = try client.engine.sync()
      if report.push?.dead == 1 {
        #expect(report.kinds == [.rejected])
        dead += 1
      }
      client.waitLongEnough()
    }
    #expect(dead == 1)
    #expect(try client.states() == [.dead])
    #expect(server.count(.store) == 5)
    server.stopFailing()
    #expect(try client.cache.queue.retry(EntryID(rawValue: 1)))
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
  }

  @Test("A memory that was deleted while its store failed for the last time does not come back")
  func deletedWhileGivenUp() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, with: .refuse(500))
    for _ in 0..<4 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    let path = client.path
    let clock = server.clock
    server.change {
      $0.fault = { call, number, _ in
        guard call == .store else { return nil }
        _ = try? Cache(path: path).delete(LocalID(rawValue: 1), at: clock.now)
        return .answer(500)
      }
    }
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == [])
    #expect(try client.contents() == [])
  }

  // MARK: Looks that tell nothing

  @Test("A doubt that no look can settle is left to the user, who may send it again")
  func unreadable() throws {
    let client = try Client(server)
    server.add("theirs")
    _ = try client.engine.sync()
    try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    // It could be the memory: it does not say which one it is.
    server.change { $0.extraRecords = ["{}"] }
    client.clock.advance(seconds: 3_500)
    _ = try client.engine.sync()
    #expect(try client.states() == [.inDoubt])
    client.clock.advance(seconds: 200)
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    #expect(report.push?.dead == 1)
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.state == .dead)
    #expect(entry.lastError?.kind == .invalidResponse)
    #expect(try client.contents() == ["a", "theirs"])
    #expect(try client.cache.queue.retry(entry.id))
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a", "theirs"])
  }

  @Test("What a process that died had claimed may have gone out later, and is not sent before")
  func lateFlight() throws {
    let client = try Client(server)
    server.add("theirs")
    _ = try client.engine.sync()
    let (_, id) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    try client.cache.database.write { transaction in
      try transaction.queue.hold(id, as: .sending)
      try transaction.queue.noteSending(
        id, at: client.clock.now, watermark: transaction.notes.watermark())
    }
    // It was claimed together with others, which went out first and took until their deadlines.
    client.clock.advance(seconds: 130)
    _ = try client.engine.push()
    #expect(server.count(.store) == 0)
    client.clock.advance(seconds: 20)
    _ = try client.engine.push()
    #expect(server.contents == ["a", "theirs"])
  }
}

extension Client {
  func then(_ body: (Client) throws -> Void) rethrows -> Client {
    try body(self)
    return self
  }
}
