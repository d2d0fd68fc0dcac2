import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Everything that is not this API's answer about this entry is an outage (promises G7, G8, G9).
@Suite("Outages") struct OutageTests {
  let server = ModelServer()

  /// A client with two stores, a delete and an update in its queue.
  private func clientWithQueue() throws -> Client {
    let client = try Client(server)
    server.add("unwanted")
    let id = ServerID(rawValue: server.add("old"))
    _ = try client.engine.sync()
    for content in ["a", "b"] { try client.store(content) }
    try client.delete("unwanted")
    _ = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(.update(MemoryFields(content: "new"), id), at: client.clock.now)
    }
    return client
  }

  private func expectNothingLost(_ client: Client, _ context: String) throws {
    let entries = try client.cache.queue.entries()
    #expect(entries.count == 4, "\(context)")
    #expect(entries.allSatisfy { $0.attempts == 0 && $0.state != .dead }, "\(context)")
  }

  private func expectRecovery(of client: Client) throws {
    server.stopFailing()
    for _ in 1...3 {
      client.waitLongEnough()
      _ = try client.engine.sync()
    }
    #expect(server.contents == ["a", "b", "new"])
    #expect(try client.cache.queue.entries().isEmpty)
    #expect(try client.cache.counts().lastError == nil)
  }

  @Test(
    "Whatever answers in the server's place, with whatever status, uses up nothing and kills nothing",
    arguments: ["", "<html>Blocked</html>", #"{"error":"blocked"}"#], [false, true])
  func everyStatus(body: String, onlyWrites: Bool) throws {
    let client = try clientWithQueue()
    for status in 300...599 {
      server.change {
        $0.fault = { call, _, _ in
          onlyWrites && [.authCheck, .sync].contains(call) ? nil : .refuse(status, body: body)
        }
      }
      let report = try client.engine.sync()
      #expect(!report.kinds.isEmpty && !report.kinds.contains(.rejected), "\(status)")
      try expectNothingLost(client, "\(status)")
      client.clock.advance(seconds: 100)
    }
    try expectRecovery(of: client)
  }

  @Test(
    "In watch, too, an outage of any length uses up nothing, and all is sent when it is over",
    arguments: [402, 407, 413, 500, 521, 599], [false, true])
  func watch(status: Int, onlyWrites: Bool) throws {
    let client = try clientWithQueue()
    server.change {
      $0.fault = { call, _, _ in
        onlyWrites && [.authCheck, .sync].contains(call) ? nil : .refuse(status, body: "")
      }
    }
    var cycles = 0
    try WatchLoop(interval: 60) { Synchronizer(client.engine) }.run(pause: { _ in cycles == 44 }) {
      _, result in
      cycles += 1
      if cycles <= 40 {
        #expect(try result.get().kinds == [.gateway])
        try expectNothingLost(client, "cycle \(cycles)")
      }
      if cycles == 40 { server.stopFailing() }
      client.clock.advance(seconds: 61)
    }
    #expect(server.contents == ["a", "b", "new"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A server whose database is away fails at everything, and no entry pays for it")
  func database() throws {
    let client = try clientWithQueue()
    server.change {
      $0.fault = { call, _, _ in call == .authCheck || call == .health ? nil : .refuse(500) }
    }
    var cycles = 0
    try WatchLoop(interval: 60) { Synchronizer(client.engine) }.run(pause: { _ in cycles == 30 }) {
      _, result in
      cycles += 1
      #expect(try result.get().kinds == [.serverFailed])
      try expectNothingLost(client, "cycle \(cycles)")
      client.clock.advance(seconds: 61)
    }
    try expectRecovery(of: client)
  }

  @Test("A server that takes nothing, though it can be read, kills none of several entries")
  func readOnly() throws {
    let client = try clientWithQueue()
    server.change {
      $0.fault = { call, _, _ in [.store, .delete, .update].contains(call) ? .refuse(500) : nil }
    }
    for _ in 0..<20 {
      #expect(try client.engine.sync().kinds == [.serverFailed])
      client.waitLongEnough()
    }
    try expectNothingLost(client, "")
    try expectRecovery(of: client)
  }

  @Test("While the server fails at everything, few stores are put in doubt")
  func fewDoubts() throws {
    let client = try Client(server)
    for number in 0..<50 { try client.store("m\(number)") }
    server.change { $0.fault = { call, _, _ in call == .authCheck ? nil : .refuse(500) } }
    _ = try client.engine.sync()
    let first = server.count(.store)
    #expect(first <= Push.width + 3)
    for _ in 0..<5 { _ = try client.engine.sync() }
    #expect(server.count(.store) <= first + 5 * 3)
  }

  @Test("An entry that alone is in the queue and that the server cannot take becomes a dead letter")
  func poisonous() throws {
    let client = try Client(server)
    try client.store("a\u{0}b")
    for _ in 0..<6 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.state == .dead)
    #expect(entry.attempts == 5)
    #expect(entry.lastError == .init(kind: .serverFailed, status: 500, message: "status 500"))
    #expect(server.contents == [])
    #expect(try client.engine.sync().problems == [])
  }

  @Test("Entries that the server cannot take die when others show that it takes what it can")
  func poisonousAmongOthers() throws {
    let client = try Client(server)
    for number in 0..<6 { try client.store("\(number)\u{0}") }
    for number in 0..<6 {
      try client.store("m\(number)")
      _ = try client.engine.sync()
      #expect(server.contents.count == number + 1)
      client.waitLongEnough()
    }
    _ = try client.engine.sync()
    #expect(try client.states() == Array(repeating: .dead, count: 6))
  }

  @Test("A key that is revoked in the middle of a push costs only what was refused before")
  func revokedKey() throws {
    let client = try Client(server)
    for number in 0..<200 { try client.store("m\(number)") }
    let refusal = ModelServer.Fault.refuse(403, body: #"{"detail":"Forbidden"}"#)
    server.change {
      $0.fault = { call, number, _ in
        switch call {
        case .store: number == 5 || number > 30 ? refusal : nil
        case .authCheck: number > 2 ? refusal : nil
        default: nil
        }
      }
    }
    let report = try client.engine.sync()
    #expect(report.kinds.contains(.unauthorized))
    #expect(try client.cache.counts().deadLetters == 1)
    #expect(try client.cache.counts().authFailed)
    #expect(try client.states().filter { $0 != .dead }.allSatisfy { $0 == .pending })
    server.stopFailing()
    _ = try client.engine.sync()
    #expect(server.contents.count == 199)
  }

  @Test("After any trouble auth-check comes first again")
  func askedAgain() throws {
    let client = try Client(server)
    _ = try client.engine.sync()
    _ = try client.engine.sync()
    #expect(server.count(.authCheck) == 1)
    server.fail(.sync, with: .refuse(521, body: ""))
    _ = try client.engine.sync()
    server.fail(.authCheck, with: .refuse(521, body: ""))
    let asked = server.count(.sync)
    #expect(try client.engine.sync().kinds == [.gateway])
    #expect(server.count(.authCheck) == 2)
    #expect(server.count(.sync) == asked)
  }

  // MARK: A key that may not fetch

  @Test(
    "A key that may send and not fetch sends, is told that it may not fetch, and is not refused")
  func externalKey() throws {
    let client = try Client(server)
    server.fail(.sync, with: .refuse(403, body: #"{"detail":"External keys may not sync"}"#))
    try client.store("a")
    let report = try client.engine.sync()
    #expect(report.kinds == [.forbidden])
    #expect(
      report.problems[0].message
        == "the server does not let this key fetch memories: External keys may not sync")
    #expect(server.contents == ["a"])
    #expect(try client.cache.counts().authFailed == false)
    try client.store("b")
    #expect(try client.engine.push().problems == [])
    #expect(server.contents == ["a", "b"])
    for operation in [SyncEngine.pull, { engine in { try engine.resync() } }] {
      #expect(try operation(client.engine)().kinds == [.forbidden])
    }
    #expect(try client.contents() == ["a", "b"])
  }

  @Test("A key that is refused altogether is told from one that may not fetch")
  func refusedAtPull() throws {
    let client = try Client(server)
    _ = try client.engine.sync()
    server.change { $0.fault = { _, _, _ in .refuse(403, body: #"{"detail":"no"}"#) } }
    #expect(try client.engine.pull().kinds == [.unauthorized])
    #expect(try client.cache.counts().authFailed)
  }
}
