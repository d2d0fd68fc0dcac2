import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

/// Two clients and a server that fails at random, from a seed (promise G20).
@Suite("Convergence") struct ConvergenceTests {
  @Test(
    "When the faults stop, everyone has every memory once, and what was deleted stays deleted",
    arguments: UInt64(1)...40)
  func converges(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let server = ModelServer()
    server.change { $0.honoursIdempotencyKeys = seed.isMultiple(of: 3) }
    let clients = [try Client(server, seed: seed), try Client(server, seed: seed &+ 1_000)]
    fail(server, seed: seed)
    var expected: Set<String> = []
    var deleted: Set<String> = []
    for step in 0..<30 {
      let client = clients.randomElement(using: &random)!
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<3:
        let content = "s\(step) password=\(10_000_000 + step)"
        try client.store(content, isSensitive: Bool.random(using: &random))
        expected.insert(content)
      case 3:
        try client.storeOrphan("o\(step)")
        expected.insert("o\(step)")
      case 4:
        // Only who wrote a memory has its text; everyone else has the redaction.
        if let memory = try client.memories().filter({
          expected.contains($0.fields.content)
        }).randomElement(using: &random) {
          _ = try client.cache.delete(memory.id, at: client.clock.now)
          expected.remove(memory.fields.content)
          deleted.insert(memory.fields.content)
        }
      case 5: _ = try client.engine.resync()
      case 6: _ = try client.engine.pull()
      case 7: client.clock.advance(seconds: Double.random(in: 1...200, using: &random))
      default: _ = try client.engine.sync()
      }
    }
    server.stopFailing()
    for round in 0..<8 {
      for client in clients {
        client.waitLongEnough()
        _ = try round.isMultiple(of: 4) ? client.engine.resync() : client.engine.sync()
      }
    }
    let wanted = expected.map(Self.asTheServerKeepsIt).sorted()
    #expect(server.contents.sorted() == wanted, "seed \(seed)")
    for client in clients {
      let contents = try client.contents()
      #expect(contents.map(Self.asTheServerKeepsIt).sorted() == wanted, "seed \(seed)")
      #expect(deleted.isDisjoint(with: contents), "seed \(seed)")
      #expect(try client.cache.queue.entries().isEmpty, "seed \(seed)")
      #expect(
        try client.memories().map(\.serverID?.rawValue).sorted { $0! < $1! }
          == server.memories.map(\.id), "seed \(seed)")
    }
  }

  private static func asTheServerKeepsIt(_ content: String) -> String {
    content.replacing(#/password=\d+/#, with: "[REDACTED:password]")
  }

  /// One request in three meets a fault, which only the seed and the request's number decide.
  private func fail(_ server: ModelServer, seed: UInt64) {
    server.change {
      $0.fault = { call, number, _ in
        var random = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(number) &* 31)
        guard call != .health, call != .authCheck, Int.random(in: 0..<3, using: &random) == 0 else {
          return nil
        }
        let faults: [ModelServer.Fault] = [
          .loseAnswer, .loseRequest, .answer(502), .refuse(503), .refuse(500), .answer(200),
          .refuse(429, headers: ["Retry-After": "30"]), .answer(200, body: "{}"), .refuse(401),
        ]
        return faults.randomElement(using: &random)
      }
    }
  }
}
