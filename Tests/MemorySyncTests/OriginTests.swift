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

/// A cache belongs to the server and the account that it was filled from (promise G13).
@Suite("Origin") struct OriginTests {
  let server = ModelServer()

  private func client(_ server: ModelServer, like other: Client) throws -> Client {
    try Client(of: server.baseURL, clock: self.server.clock, folder: other.folder)
  }

  /// A cache with a memory of the server's, and a store, a delete and an update in its queue.
  private func filled() throws -> Client {
    let client = try Client(server)
    for content in ["kept", "deleted", "changed"] { server.add(content) }
    _ = try client.engine.sync()
    try client.store("new")
    try client.delete("deleted")
    let changed = try #require(try client.memory("changed"))
    try client.cache.database.write { transaction in
      _ = try transaction.queue.enqueue(
        .update(changed.fields, changed.serverID!), at: client.clock.now)
    }
    return client
  }

  private static let runs: [(String, @Sendable (SyncEngine) throws -> SyncReport)] = [
    ("sync", { try $0.sync() }), ("push", { try $0.push() }), ("pull", { try $0.pull() }),
    ("resync", { try $0.resync() }),
    ("rehearsal", { try $0.rehearse(.resync()).report }),
  ]

  @Test("Another account is refused by both names, and nothing is sent or changed", arguments: runs)
  func account(name: String, run: @Sendable (SyncEngine) throws -> SyncReport) throws {
    let first = try filled()
    let (memories, entries) = (try first.memories(), try first.pendingOps())
    server.change { $0.account = "bob" }
    let writes = server.requests.count { $0.method != "GET" }
    let again = try client(server, like: first)
    for _ in 1...2 {
      let report = try run(again.engine)
      #expect(report.kinds == [.refused])
      let problem = try #require(report.problems.first)
      #expect(problem.message.contains("filled from \(server.baseURL) as alice"))
      #expect(problem.message.contains("but the key now belongs to bob;"))
      #expect(problem.hint?.steps.contains(.resync(force: true)) == true)
    }
    #expect(server.requests.count { $0.method != "GET" } == writes)
    #expect(try again.memories() == memories)
    #expect(try again.pendingOps() == entries)
  }

  @Test("The same address in other letters is the same server")
  func equalAddress() throws {
    let first = try filled()
    let typed = server.baseURL.replacing("http://127", with: "HTTP://127") + "/./"
    let again = try Client(of: typed, clock: server.clock, folder: first.folder)
    #expect(try again.engine.sync().problems.isEmpty)
    try again.cache.database.write {
      try $0.notes.setOrigin(Origin(address: typed, account: "alice"))
    }
    #expect(try first.engine.sync().problems.isEmpty)
  }

  @Test("Another address is refused, and the first one is still welcome")
  func address() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    let elsewhere = try client(other, like: first)
    #expect(try elsewhere.engine.sync().kinds == [.refused])
    #expect(other.memories.isEmpty)
    #expect(try client(server, like: first).engine.sync().problems == [])
    #expect(server.contents == ["changed", "kept", "new"])
  }

  @Test("Who insists goes on with the other server, and no entry changes a memory of that one")
  func force() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    // The same ids are other memories here.
    for content in ["x", "y", "z"] { other.add(content) }
    let elsewhere = try client(other, like: first)
    let (rehearsed, plan) = try elsewhere.engine.rehearse(.resync(force: true))
    #expect(rehearsed.problems == [])
    #expect(plan.requests.map(\.operation.name) == ["store"])
    #expect(try elsewhere.engine.sync().kinds == [.refused])
    #expect(try elsewhere.engine.resync(force: true).problems == [])
    #expect(other.contents == ["new", "x", "y", "z"])
    #expect(other.count(.delete) + other.count(.update) == 0)
    #expect(try elsewhere.contents() == ["new", "x", "y", "z"])
    let dead = try elsewhere.cache.queue.entries()
    #expect(dead.map(\.state) == [.dead, .dead])
    #expect(dead.first?.lastError?.message == "it was meant for \(server.baseURL) as alice")
    #expect(try elsewhere.engine.sync().problems == [])
    #expect(try client(server, like: first).engine.sync().kinds == [.refused])
  }

  @Test("A change that was meant for another server is not changed and sent to this one")
  func editHeldBack() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    other.add("x")
    let elsewhere = try client(other, like: first)
    _ = try elsewhere.engine.resync(force: true)
    let update = try #require(
      try elsewhere.cache.queue.entries().first { $0.operationName == "update" })
    let found = try problem {
      _ = try elsewhere.cache.queue.edit(
        update.id, [.content: .text("new words")], at: server.clock.now)
    }
    #expect(found?.kind == .invalidInput)
    _ = try elsewhere.engine.sync()
    #expect(other.count(.update) == 0)
  }

  @Test("A cache that has nothing of a server's takes the next one")
  func empty() throws {
    let other = ModelServer(clock: server.clock)
    let client = try Client(other)
    #expect(try client.engine.sync().problems == [])
    try client.store("a")
    #expect(try self.client(server, like: client).engine.sync().problems == [])
    #expect(server.contents == ["a"])
  }

  @Test("A cache that the Python side filled belongs to the first server that memctl meets")
  func unknown() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    try client.cache.database.write { transaction in
      for note in [Note.originAddress, .originAccount] { try transaction.notes.set(note, nil) }
    }
    #expect(try self.client(server, like: client).engine.sync().problems == [])
    server.change { $0.account = "bob" }
    #expect(try self.client(server, like: client).engine.sync().kinds == [.refused])
  }

  @Test("A takeover that gets no answer changes nothing, so that no id goes to the wrong server")
  func unanswered() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    for content in ["x", "y", "z"] { other.add(content) }
    other.fail(.sync, with: .refuse(500))
    let elsewhere = try client(other, like: first)
    #expect(try elsewhere.engine.resync(force: true).kinds == [.serverFailed])
    #expect(other.contents == ["x", "y", "z"])
    try elsewhere.delete("kept")
    other.stopFailing()
    #expect(try client(other, like: first).engine.sync().kinds == [.refused])
    #expect(other.contents == ["x", "y", "z"])
    #expect(try client(server, like: first).engine.sync().problems == [])
    #expect(server.contents == ["changed", "new"])
  }

  @Test("What is in the trash from another server goes over no memory of this one")
  func trash() throws {
    let first = try filled()
    let other = ModelServer(clock: server.clock)
    for content in ["x", "y", "z"] { other.add(content) }
    let elsewhere = try client(other, like: first)
    #expect(try elsewhere.engine.resync(force: true).problems == [])
    _ = try first.cache.trash.restore(
      try first.cache.trash.latest(), asNew: false, at: first.clock.now)
    #expect(try elsewhere.engine.sync().problems == [])
    #expect(Set(other.contents).isSuperset(of: ["x", "y", "z", "kept"]))
    #expect(other.count(.update) == 0)
  }

  @Test("A cache that has nothing of a server's any more pulls all that the next one has")
  func watermark() throws {
    let other = ModelServer(clock: server.clock)
    server.add("old")
    server.clock.advance(seconds: 4_000)
    let client = try Client(other)
    #expect(try client.engine.sync().problems == [])
    let elsewhere = try self.client(server, like: client)
    #expect(try elsewhere.engine.sync().problems == [])
    #expect(try elsewhere.contents() == ["old"])
  }

  @Test(
    "A rehearsal writes nothing, whatever server it meets",
    arguments: [Rehearsed.push(), .pull, .resync(), .resync(force: true)],
    ["filled", "without ids", "another account", "refused", "busy", "broken record"])
  func rehearsalWritesNothing(operation: Rehearsed, situation: String) throws {
    let other = ModelServer(clock: server.clock)
    for content in ["x", "y", "z"] { other.add(content) }
    let client = situation == "without ids" ? try Client(server) : try filled()
    try client.store("mine")
    switch situation {
    case "another account": other.change { $0.account = "bob" }
    case "refused": other.change { $0.key = "another" }
    case "busy": other.fail(.authCheck, with: .refuse(503, headers: ["Retry-After": "60"]))
    case "broken record": other.change { $0.extraRecords = ["17"] }
    default: break
    }
    _ = try Connection(path: client.path).first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) }
    func bytes() throws -> [Data] {
      try ["", "-wal"].map { try Data(contentsOf: URL(filePath: client.path + $0)) }
    }
    let before = try bytes()
    _ = try self.client(other, like: client).engine.rehearse(operation)
    #expect(try bytes() == before)
  }

  @Test("Rehearsed at another server, a cache without ids shows all that the server has")
  func rehearsedPull() throws {
    let other = ModelServer(clock: server.clock)
    server.clock.advance(seconds: 600)
    let client = try Client(server)
    _ = try client.engine.sync()
    other.add("old") { $0.updatedAt -= Int64(600e6) }
    let (report, _) = try self.client(other, like: client).engine.rehearse(.pull)
    #expect(report.pull?.inserted == 1)
    #expect(try client.cache.origin()?.address == server.baseURL)
    #expect(try client.cache.counts().lastSync != nil)
  }

  @Test("A loop that is running notices that its cache was taken over by another server")
  func running() throws {
    let first = try filled()
    #expect(try first.engine.sync().problems == [])
    let other = ModelServer(clock: server.clock)
    for content in ["x", "y", "z"] { other.add(content) }
    let elsewhere = try client(other, like: first)
    #expect(try elsewhere.engine.resync(force: true).problems == [])
    #expect(try first.engine.sync().kinds == [.refused])
    #expect(try first.engine.resync().kinds == [.refused])
    #expect(try elsewhere.contents() == ["x", "y", "z"])
  }
}
