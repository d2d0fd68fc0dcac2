import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

private let first = EntryID(rawValue: 1)

/// Entries that the user changes (promise G7).
@Suite("Editing an entry") struct EditTests {
  let server = ModelServer()

  private func edit(_ client: Client, _ changes: MemoryChanges) throws -> QueuedOperation? {
    try client.cache.queue.edit(first, changes, at: client.clock.now)
  }

  @Test("A rejected store is mended in queue and cache, and goes out under a new key")
  func rejected() throws {
    let client = try Client(server)
    let id = try client.store(String(repeating: "x", count: 1_401), tags: "t")
    _ = try client.engine.push()
    #expect(try client.states() == [.dead])
    let before = try #require(try client.cache.queue.entry(first))
    _ = try edit(client, [.content: .text("short"), .category: .text(" Bug ")])
    let entry = try #require(try client.cache.queue.entry(first))
    #expect(entry.state == .pending)
    #expect(entry.attempts == 0)
    #expect(entry.lastError == nil)
    #expect(entry.lastSentAt == nil)
    #expect(entry.idempotencyKey != before.idempotencyKey)
    #expect(try client.pendingOps().count == 1)
    let memory = try #require(try client.cache.memory(id))
    #expect(memory.fields == MemoryFields(content: "short", category: "gotchas", tags: "t"))
    #expect(try client.engine.send([first]).problems == [])
    #expect(server.contents == ["short"])
    #expect(server.memories.map(\.tags) == ["t"])
    #expect(try client.cache.memory(id)?.serverID?.rawValue == 1)
    let keys = server.requests.compactMap { $0.headers["idempotency-key"] }
    #expect(keys == [before.idempotencyKey, entry.idempotencyKey])
  }

  @Test("A server that acts once on a key takes the changed memory for another request")
  func idempotentServer() throws {
    server.change { $0.honoursIdempotencyKeys = true }
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(422))
    _ = try client.engine.push()
    server.stopFailing()
    _ = try edit(client, [.content: .text("b")])
    _ = try client.engine.push()
    #expect(server.contents == ["b"])
  }

  @Test("What waits for a later time goes at once, and is found by its new words alone")
  func deferred() throws {
    let client = try Client(server)
    let id = ServerID(rawValue: server.add("old"))
    _ = try client.engine.pull()
    _ = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(.update(MemoryFields(content: "old"), id), at: client.clock.now)
    }
    server.fail(.update, 1...1, with: .refuse(500))
    _ = try client.engine.push()
    #expect(try client.cache.queue.entry(first)?.isDeferred(at: client.clock.now) == true)
    _ = try edit(client, [.content: .text("new"), .importance: .number(1)])
    #expect(try client.pendingOps().isEmpty, "no other program knows an update")
    _ = try client.engine.push()
    #expect(server.contents == ["new"])
    #expect(server.memories.map(\.importance) == [1])
    #expect(try client.contents() == ["new"])
    let found = try client.cache.database.connection.query(
      "SELECT rowid FROM memories_fts WHERE memories_fts MATCH 'old OR new'"
    ) { $0.int64(0) }
    #expect(found == [1])
  }

  @Test("A pending store that is changed stays with memctl, so that nobody sends it as it was")
  func pending() throws {
    let client = try Client(server)
    let id = try client.store("a", isSensitive: true)
    #expect(
      try edit(client, [.tags: .text("x")])
        == .store(MemoryFields(content: "a", tags: "x", isSensitive: true), localID: id))
    #expect(try client.pendingOps().isEmpty)
    #expect(try client.cache.queue.entries()[0].payload.contains(#""tags":"x""#))
    #expect(try client.cache.memory(id)?.fields.isSensitive == true)
    _ = try edit(client, [.isSensitive: .flag(false)])
    #expect(try client.cache.memory(id)?.fields.isSensitive == false)
  }

  @Test(
    "What another program sends as it was before the change is changed on the server as well",
    arguments: [false, true])
  func sentAsItWas(isSensitive: Bool) throws {
    let client = try Client(server)
    let id = try client.store("old", isSensitive: isSensitive)
    // The other program has read the queue, and sends what it read.
    let theirs = server.add("old") { $0.isSensitive = isSensitive }
    _ = try edit(client, [.content: .text("new")])
    let connection = try Connection(path: client.path)
    try connection.run("UPDATE memories SET server_id = ? WHERE id = ?", theirs, id.rawValue)
    try connection.run("DELETE FROM pending_ops")
    for _ in 0..<3 { _ = try client.engine.sync() }
    #expect(server.contents == ["new"])
    #expect(server.memories.map(\.isSensitive) == [isSensitive])
    #expect(try client.contents() == ["new"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  private static let mended: [(String, MemoryChanges, MemoryFields)] = [
    ("{", [.content: .text("x")], .init(content: "x")),
    ("[]", [.content: .text("x")], .init(content: "x")),
    (#"{"content":"x","tags":5}"#, [.tags: .text("t")], .init(content: "x", tags: "t")),
    (
      #"{"local_id":1,"content":"x","tags":"t","importance":NaN}"#, [.importance: .number(1)],
      .init(content: "x", tags: "t", importance: 1)
    ),
    (
      #"{"content":"\ud800","tags":"t","force_sensitive":true}"#, [.content: .text("x")],
      .init(content: "x", tags: "t", isSensitive: true)
    ),
    (#"{"content":"x","local_id":"7"}"#, [.tags: .text("t")], .init(content: "x", tags: "t")),
    (#"{"content":"x"} y"#, [.tags: .text("t")], .init(content: "x", tags: "t")),
  ]

  @Test("A store that cannot be read is mended by giving what is wrong", arguments: mended)
  func unreadable(payload: String, changes: MemoryChanges, expected: MemoryFields) throws {
    let client = try Client(server)
    try client.queue("store", payload)
    _ = try client.engine.push()
    #expect(try client.states() == [.dead])
    guard case .store(let fields, _)? = try edit(client, changes) else {
      Issue.record("nothing was changed")
      return
    }
    #expect(fields == expected)
    _ = try client.engine.push()
    #expect(server.memories.map(\.isSensitive) == [expected.isSensitive])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  private static let refused: [(String, String, MemoryChanges, String, Hint)] = [
    (
      "store", "{}", [.tags: .text("t")], "its content cannot be read",
      "give \([MemoryField.content]) as well"
    ),
    (
      "store", #"{"content":5,"tags":[],"importance":"1"}"#, [.tags: .text("t")],
      "its content and importance cannot be read",
      "give \([MemoryField.content, .importance]) as well"
    ),
    (
      "store", #"{"content":"x","importance":NaN,"force_sensitive":true}"#, [.content: .text("y")],
      "its importance and force_sensitive cannot be read",
      "give \([MemoryField.importance, .isSensitive]) as well"
    ),
    (
      "update", #"{"content":"x"}"#, [.content: .text("y")], "its payload has no server_id",
      "\(.export(first)) saves what it contains, \(.drop(first)) removes it"
    ),
    (
      "delete", #"{"server_id":4}"#, [.content: .text("y")], "entry 1 is a delete",
      "\(.drop(first)) gives it up, \(.export(first)) writes it out"
    ),
    (
      "merge", "{}", [.content: .text("y")], "entry 1 is a 'merge', which memctl does not know",
      "\(.drop(first)) gives it up, \(.export(first)) writes it out"
    ),
    (
      "store", #"{"content":"x"}"#, [.category: .text("fact")], "unknown category 'fact'",
      "one of \(Category.all.joined(separator: ", "))"
    ),
    ("store", #"{"content":"x"}"#, [.content: .text(" ")], "the memory is empty", "give its text"),
  ]

  @Test(
    "What cannot be sent after the change either is refused with what is missing",
    arguments: refused)
  func stillUnreadable(
    name: String, payload: String, changes: MemoryChanges, message: String, hint: Hint
  ) throws {
    let client = try Client(server)
    try client.queue(name, payload)
    let problem = try problem { _ = try edit(client, changes) }
    #expect(problem?.kind == .invalidInput)
    #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "")")
    #expect(problem?.hint == hint)
    #expect(try client.cache.queue.entry(first)?.payload == payload)
  }

  @Test(
    "What may have arrived cannot be changed until a sync has settled it", arguments: [true, false])
  func mayHaveArrived(isBeingSent: Bool) throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.cache.database.write { transaction in
      try transaction.queue.hold(first, as: isBeingSent ? .sending : .inDoubt)
    }
    let problem = try problem { _ = try edit(client, [.content: .text("b")]) }
    #expect(problem?.kind == .busy)
    #expect(try client.cache.memory(id)?.fields.content == "a")
    #expect(try client.states() == [isBeingSent ? .sending : .inDoubt])
  }

  @Test("A memory that breaks a bound leaves queue and cache as they were")
  func invalid() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let entry = try #require(try client.cache.queue.entry(first))
    for changes in [
      [.content: .text(String(repeating: "é", count: 1_401))], [.importance: .number(2)],
      [.tags: .text(String(repeating: "t", count: 501))],
      [.content: .text("b"), .category: .text("fact")],
    ] as [MemoryChanges] {
      #expect(try problem { _ = try edit(client, changes) }?.kind == .invalidInput)
      #expect(try client.cache.queue.entry(first)?.payload == entry.payload)
      #expect(try client.cache.memory(id)?.fields.content == "a")
    }
  }

  @Test("Entry and memory are changed together or not at all")
  func together() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).execute(
      """
      CREATE TRIGGER broken BEFORE DELETE ON pending_ops BEGIN SELECT RAISE(ABORT, 'broken'); END
      """)
    #expect(try problem { _ = try edit(client, [.content: .text("b")]) }?.kind == .file)
    #expect(try client.contents() == ["a"])
  }

  @Test("A memory that is on the server meanwhile is not changed behind its back")
  func linked() throws {
    let client = try Client(server)
    let id = try client.store("a")
    try client.cache.database.write { transaction in
      try transaction.memories.link(id, to: ServerID(rawValue: 9))
    }
    let problem = try problem { _ = try edit(client, [.content: .text("b")]) }
    #expect(problem?.message == "entry 1 will not be sent: the server already has memory 1, as 9")
    #expect(try client.contents() == ["a"])
  }

  @Test("An update that a later one would undo is not changed")
  func overtaken() throws {
    let client = try Client(server)
    try client.cache.database.write { transaction in
      for tags in ["a", "b"] {
        try transaction.queue.enqueue(
          .update(MemoryFields(content: "x", tags: tags), ServerID(rawValue: 5)), at: .epoch)
      }
    }
    let problem = try problem { _ = try edit(client, [.tags: .text("c")]) }
    #expect(problem?.hint == "\(.edit(EntryID(rawValue: 2)))")
    let second = try client.cache.queue.edit(EntryID(rawValue: 2), [.tags: .text("c")], at: .epoch)
    #expect(second == .update(MemoryFields(content: "x", tags: "c"), ServerID(rawValue: 5)))
  }

  @Test("That an update makes a memory sensitive is not pretended, for the server cannot do it")
  func sensitiveUpdate() throws {
    let client = try Client(server)
    try client.storeOrphan("a")
    server.add("a") { $0.tags = "t" }
    server.fail(.update, with: .refuse(503))
    _ = try client.engine.resync()
    let entry = try #require(try client.cache.queue.entries().first)
    let problem = try problem {
      _ = try client.cache.queue.edit(entry.id, [.isSensitive: .flag(true)], at: client.clock.now)
    }
    #expect(problem?.kind == .invalidInput)
    #expect(try client.memories().map(\.fields.isSensitive) == [false])
  }

  @Test("A change whose memory is gone reaches the server all the same, and no entry is nil")
  func gone() throws {
    let client = try Client(server)
    try client.queue("store", #"{"local_id":77,"content":"x"}"#)
    _ = try edit(client, [.content: .text("y")])
    _ = try client.engine.push()
    #expect(server.contents == ["y"])
    #expect(try edit(client, [.content: .text("z")]) == nil)
  }
}
