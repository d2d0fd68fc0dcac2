import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Memories whose store the user dropped (promise G7).
@Suite("Dropped stores") struct WithheldTests {
  let server = ModelServer()

  /// A client with one memory whose store was dropped long ago.
  private func clientWithDroppedStore(_ tags: String = "") throws -> (Client, LocalID) {
    let client = try Client(server)
    let id = try client.store("mine", tags: tags)
    #expect(try client.cache.queue.drop(EntryID(rawValue: 1)) == .withheld(id))
    client.waitLongEnough()
    return (client, id)
  }

  @Test("A dropped store is never queued anew, by no sync and no resync")
  func staysDropped() throws {
    let (client, id) = try clientWithDroppedStore()
    try client.storeOrphan("another program's")
    for _ in 0..<2 {
      _ = try client.engine.sync()
      _ = try client.engine.resync()
    }
    #expect(server.contents == ["another program's"])
    #expect(try client.contents() == ["another program's", "mine"])
    #expect(try client.cache.isWithheld(id))
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A dropped store that cannot be read stays dropped as well")
  func unreadable() throws {
    let client = try Client(server)
    let id = try client.store("mine")
    for payload in [
      #"{"local_id":\#(id.rawValue),"content":"mine","importance":"x"}"#,
      #"{"local_id":\#(id.rawValue),"content":"mi"#,
    ] {
      try Connection(path: client.path).run("UPDATE pending_ops SET payload = ?", payload)
      let entry = try #require(try client.cache.queue.entries().first)
      #expect(try client.cache.queue.drop(entry.id) == .withheld(id))
      client.waitLongEnough()
      _ = try client.engine.resync()
      #expect(server.memories.isEmpty)
      try client.queue("store", "{}")
    }
  }

  @Test("It is adopted by an equal row of the server's, and nothing is sent")
  func adopted() throws {
    let (client, id) = try clientWithDroppedStore("t")
    server.add("mine") { $0.tags = "t" }
    _ = try client.engine.sync()
    #expect(try client.memories().map(\.id) == [id])
    #expect(try client.cache.memory(id)?.serverID?.rawValue == 1)
    _ = try client.engine.sync()
    #expect(try !client.cache.isWithheld(id))
    #expect(server.count(.store) + server.count(.update) == 0)
  }

  @Test("A row that says less is another memory: its tags are neither sent nor lost")
  func differs() throws {
    let (client, id) = try clientWithDroppedStore("mine alone")
    server.add("mine") { $0.tags = "theirs" }
    _ = try client.engine.resync()
    #expect(try client.cache.memory(id)?.fields.tags == "mine alone")
    #expect(try client.memories().count == 2)
    #expect(server.count(.store) + server.count(.update) == 0)
  }

  @Test("A dropped store that was in doubt and arrived all the same is found")
  func inDoubt() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, with: .loseAnswer)
    _ = try client.engine.push()
    #expect(try client.cache.queue.drop(EntryID(rawValue: 1)) == .droppedInDoubt(id))
    client.waitLongEnough()
    _ = try client.engine.resync()
    #expect(try client.memories().map(\.serverID?.rawValue) == [1])
    #expect(server.count(.store) == 1)
  }

  @Test(
    "What was dropped in doubt and is queued again makes no copy, whether it arrived or not",
    arguments: [ModelServer.Fault.loseAnswer, .loseRequest])
  func queuedAgain(fault: ModelServer.Fault) throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, 1...1, with: fault)
    _ = try client.engine.push()
    _ = try client.cache.queue.drop(EntryID(rawValue: 1))
    #expect(try client.cache.counts().pending == 0)
    #expect(
      try client.cache.queue.enqueue([id], at: client.clock.now) == [EntryID(rawValue: 1)])
    #expect(try client.engine.sync().push?.sent == 0)
    for _ in 0..<2 {
      client.waitLongEnough()
      _ = try client.engine.sync()
    }
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What was dropped in doubt and then deleted does not come back")
  func droppedAndDeleted() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    _ = try client.cache.queue.drop(EntryID(rawValue: 1))
    try client.delete("a")
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == [])
    #expect(try client.contents() == [])
  }

  @Test("What was dropped in doubt and did not arrive stays here alone")
  func droppedAndMissing() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, 1...1, with: .loseRequest)
    _ = try client.engine.push()
    _ = try client.cache.queue.drop(EntryID(rawValue: 1))
    for _ in 0..<3 {
      client.waitLongEnough()
      _ = try client.engine.resync()
    }
    #expect(server.contents == [])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.isWithheld(id))
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What was dropped is forgotten with its memory")
  func forgotten() throws {
    let (client, id) = try clientWithDroppedStore()
    _ = try client.delete("mine")
    _ = try client.engine.sync()
    #expect(try !client.cache.isWithheld(id))
  }

  @Test("Dropping a delete, or a store of a memory that is gone or linked, withholds nothing")
  func nothingToWithhold() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    try client.delete("a")
    let id = try client.store("b")
    try client.cache.database.write { transaction in
      try transaction.memories.link(id, to: ServerID(rawValue: 7))
    }
    for entry in try client.cache.queue.entries() {
      #expect(try client.cache.queue.drop(entry.id) == .dropped)
    }
    #expect(try client.cache.database.read { try $0.memories.withheld() }.isEmpty)
  }

  @Test("It is queued again when the user says so, and is an ordinary memory from then on")
  func queuedAgain() throws {
    let (client, id) = try clientWithDroppedStore("t")
    #expect(try client.cache.queue.enqueue([id], at: client.clock.now).count == 1)
    #expect(try !client.cache.isWithheld(id))
    _ = try client.engine.push()
    #expect(server.memories.map(\.tags) == ["t"])
    #expect(try client.cache.memory(id)?.serverID?.rawValue == 1)
  }

  @Test(
    "What the server or the queue has is not queued a second time, nor is what stands beside it")
  func nothingToQueue() throws {
    let (client, dropped) = try clientWithDroppedStore()
    server.add("theirs")
    _ = try client.engine.pull()
    let queued = try client.store("queued")
    let linked = try #require(try client.memory("theirs")).id
    for (id, kind) in [
      (queued, Problem.Kind.invalidInput), (linked, .invalidInput),
      (LocalID(rawValue: 99), .notFound),
    ] {
      let problem = try problem {
        _ = try client.cache.queue.enqueue([dropped, id], at: client.clock.now)
      }
      #expect(problem?.kind == kind)
      #expect(try client.cache.isWithheld(dropped))
      #expect(try client.cache.queue.entries().count == 1)
    }
  }
}
