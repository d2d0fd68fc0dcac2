import SQLite
import TestSupport
import Testing

@testable import MemctlCore

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
    #expect(try client.cache.entries().isEmpty)
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
    #expect(try client.cache.entries().isEmpty)
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
    #expect(try client.cache.entries().isEmpty)
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
    #expect(try client.cache.entries().isEmpty)
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
    #expect(try client.cache.retry(EntryID(rawValue: 1)))
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
}

extension Client {
  func then(_ body: (Client) throws -> Void) rethrows -> Client {
    try body(self)
    return self
  }
}
