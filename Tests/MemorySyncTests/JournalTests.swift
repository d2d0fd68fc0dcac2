import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// What the user did here is listed, and can be taken back (promise G27).
@Suite("Journal") struct JournalTests {
  let server = ModelServer()

  private func log(_ client: Client) throws -> [Change] {
    var changes: [Change] = []
    try client.cache.journal.forEach { changes.append($0) }
    return changes
  }

  @discardableResult
  private func undo(
    _ client: Client, _ id: Int64? = nil, force: Bool = false
  ) throws -> UndoneChange {
    try client.cache.journal.undo(id.map(ChangeID.init), force: force, at: client.clock.now)
  }

  private func edit(_ client: Client, _ content: String, to new: String) throws {
    let id = try #require(try client.memory(content)).id
    _ = try client.cache.edit(id, [.content: .text(new)], at: client.clock.now)
  }

  /// Adds memories as an import does, in one of its transactions.
  private func importing(
    _ contents: [String], _ client: Client, in change: ChangeID?
  ) throws -> ChangeID? {
    let now = client.clock.now
    return try client.cache.database.write { transaction in
      var added: [AddedMemory] = []
      for content in contents {
        let fields = MemoryFields(content: content)
        let (id, entry) = try transaction.add(fields, createdAt: now.description, at: now)
        added.append(AddedMemory(id, entry, fields))
      }
      return try transaction.note(added, as: .import, in: change, at: now)
    }
  }

  private func contents(ofTrash client: Client) throws -> [String] {
    var contents: [String] = []
    try client.cache.trash.forEach { contents.append($0.memory.fields.content) }
    return contents
  }

  @Test("Each change is taken back, the last one first, here and on the server")
  func backwards() throws {
    let client = try Client(server)
    try client.store("a")
    _ = try client.engine.sync()
    try edit(client, "a", to: "b")
    _ = try client.engine.sync()
    try client.delete("b")
    _ = try client.engine.sync()
    #expect(server.contents.isEmpty)
    let id = try #require(try log(client).last?.memory)

    #expect(try undo(client).change.action == .delete)
    _ = try client.engine.sync()
    #expect(server.contents == ["b"])
    #expect(try client.memories().map(\.id) == [id], "it has the id that it had")
    #expect(try undo(client).change.action == .edit)
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try undo(client).change.action == .store)
    _ = try client.engine.sync()
    #expect(server.contents.isEmpty)
    #expect(try client.memories().isEmpty)
    #expect(try problem { try undo(client) }?.kind == .notFound)
    #expect(try log(client).allSatisfy { $0.undoneAt != nil })
    #expect(try contents(ofTrash: client) == ["a", "b"], "even that can be had back")
  }

  @Test("What no server was told is taken back without telling any")
  func offline() throws {
    let client = try Client(server)
    try client.store("a")
    try edit(client, "a", to: "b")
    #expect(try client.cache.queue.entries().count == 1, "it changed in the queue")
    try client.delete("b")
    #expect(try client.cache.queue.entries().isEmpty)
    for contents in [["b"], ["a"], []] {
      try undo(client)
      #expect(try client.contents() == contents)
    }
    #expect(try client.cache.queue.entries().isEmpty)
    _ = try client.engine.sync()
    #expect(server.count(.store) == 0)
  }

  @Test("What somebody has changed since is left alone, unless the user insists")
  func changedSince() throws {
    let client = try Client(server)
    for content in ["mine", "other"] {
      try client.store(content)
      _ = try client.engine.sync()
    }
    try edit(client, "mine", to: "better")
    _ = try client.engine.sync()
    server.edit(1) { $0.content = "theirs" }
    _ = try client.engine.sync()
    #expect(try problem { try undo(client) }?.kind == .refused)
    #expect(try problem { try undo(client, 1) }?.kind == .refused)
    #expect(try client.contents() == ["other", "theirs"])
    #expect(try log(client).allSatisfy { $0.undoneAt == nil })
    try undo(client, force: true)
    _ = try client.engine.sync()
    #expect(server.contents == ["mine", "other"])
    #expect(try contents(ofTrash: client).contains("theirs"))
  }

  @Test("What was deleted elsewhere since is not brought back, unless the user insists")
  func deletedSince() throws {
    let client = try Client(server)
    for content in ["a", "other"] {
      try client.store(content)
      _ = try client.engine.sync()
    }
    try edit(client, "a", to: "b")
    _ = try client.engine.sync()
    server.remove(1)
    _ = try client.engine.sync()
    #expect(try problem { try undo(client) }?.kind == .refused)
    try undo(client, force: true)
    _ = try client.engine.sync()
    #expect(server.contents == ["a", "other"])
    // A store of what is gone has nothing to take back.
    server.remove(2)
    _ = try client.engine.sync()
    #expect(try undo(client, 2).unaffected == 1)
  }

  @Test("What the server makes of a memory by its own rules is no change since")
  func serversForm() throws {
    let client = try Client(server)
    try client.store(
      "password=hunter2hunter2", category: " Bug ", tags: "x", importance: 0.7)
    _ = try client.engine.sync()
    _ = try client.engine.resync()
    #expect(try undo(client).change.action == .store)
    _ = try client.engine.sync()
    #expect(server.memories.isEmpty)
  }

  @Test("A change of many memories is one, and is taken back whole or not at all")
  func many() throws {
    let client = try Client(server)
    var change: ChangeID?
    for chunk in 0..<3 {
      change = try importing((0..<4).map { "\(chunk) \($0)" }, client, in: change)
    }
    _ = try client.engine.sync()
    #expect(try log(client).map(\.count) == [12])
    let ids = try client.memories().map(\.id)
    _ = try client.cache.delete(ids, at: client.clock.now)
    #expect(try log(client).map(\.count) == [12, 12])
    _ = try client.engine.sync()
    #expect(server.contents.isEmpty)
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.contents.count == 12)
    #expect(try client.memories().map(\.id) == ids)

    server.edit(try #require(client.memories()[6].serverID).rawValue) { $0.content = "theirs" }
    _ = try client.engine.sync()
    #expect(try problem { try undo(client) }?.kind == .refused)
    #expect(try client.memories().count == 12)
    #expect(try client.cache.queue.entries().isEmpty)
    try undo(client, force: true)
    _ = try client.engine.sync()
    #expect(server.contents.isEmpty)
  }

  @Test("What an import writes after it was taken back is a change of its own")
  func interruptedImport() throws {
    let client = try Client(server)
    var change = try importing(["a"], client, in: nil)
    try undo(client)
    for content in ["b", "c"] { change = try importing([content], client, in: change) }
    #expect(try log(client).map(\.count) == [2, 1])
    try undo(client)
    #expect(try client.contents().isEmpty)
  }

  @Test("A store that may have arrived is taken back, and the taking back as well")
  func inDoubt() throws {
    for arrives in [false, true] {
      let server = ModelServer()
      let client = try Client(server)
      try client.store("a")
      server.fail(.store, 1...1, with: arrives ? .loseAnswer : .loseRequest)
      _ = try client.engine.push()
      #expect(try client.states() == [.inDoubt])
      #expect(try log(client)[0].state == .inDoubt)
      try client.delete("a")
      try undo(client)
      client.waitLongEnough()
      for _ in 0..<2 { _ = try client.engine.sync() }
      #expect(server.contents == ["a"])
      #expect(try client.contents() == ["a"])
      try undo(client)
      _ = try client.engine.sync()
      #expect(server.contents.isEmpty)
      #expect(try client.contents().isEmpty)
    }
  }

  @Test("A dropped entry is queued again as it was, a dead one as a dead one")
  func drop() throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.engine.push()
    let dead = try client.store("b")
    server.fail(.store, 2...2, with: .refuse(422))
    _ = try client.engine.push()
    server.stopFailing()
    try client.store("c")
    let entries = try client.cache.queue.entries()
    #expect(entries.map(\.state) == [.dead, .pending])
    _ = try client.cache.queue.drop(entries.map(\.id), at: client.clock.now)
    #expect(try client.cache.isWithheld(dead))
    #expect(try log(client)[0].state == .onlyHere)
    try undo(client)
    let after = try client.cache.queue.entries()
    #expect(after.map(\.id) == entries.map(\.id))
    #expect(after.map(\.state) == [.dead, .pending])
    #expect(after.map(\.idempotencyKey) == entries.map(\.idempotencyKey))
    #expect(after.first?.lastError == entries.first?.lastError)
    #expect(try !client.cache.isWithheld(dead))
    #expect(try client.pendingOps().count == 1, "other programs may send it again")
    _ = try client.engine.sync()
    #expect(server.contents.count == 2)
    // A delete that was given up, and then not.
    _ = try client.cache.delete(id, at: client.clock.now)
    let delete = try #require(try client.cache.queue.entries().last)
    _ = try client.cache.queue.drop(delete.id, at: client.clock.now)
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.contents.count == 1)
  }

  @Test("What was withheld and deleted comes back withheld")
  func withheld() throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.cache.queue.drop(try client.cache.queue.entries()[0].id, at: client.clock.now)
    try client.delete("a")
    _ = try client.engine.sync()
    try undo(client)
    #expect(try client.cache.isWithheld(id))
    _ = try client.engine.resync()
    #expect(server.count(.store) == 0)
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
  }

  @Test("A restored version goes back to the trash, where the deletion finds it")
  func restore() throws {
    let client = try Client(server)
    try client.store("a")
    _ = try client.engine.sync()
    try edit(client, "a", to: "b")
    let version = try #require(try client.cache.trash.latest().first)
    _ = try client.cache.trash.restore([version], at: client.clock.now)
    #expect(try client.contents() == ["a"])
    try undo(client)
    #expect(try client.contents() == ["b"])
    try undo(client)
    #expect(try client.contents() == ["a"])
    try client.delete("a")
    let deleted = try #require(try client.cache.trash.latest().first)
    _ = try client.cache.trash.restore([deleted], at: client.clock.now)
    try undo(client)
    #expect(try client.contents().isEmpty)
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
  }

  @Test("A sensitive memory is edited and taken back without ever going out as a plain change")
  func sensitive() throws {
    let client = try Client(server)
    let text = "db password=hunter2hunter2 on host a"
    let id = try client.store(text, isSensitive: true)
    _ = try client.engine.sync()
    _ = try client.cache.edit(id, [.content: .text(text + "bc")], at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.memories.map(\.content) == ["db [REDACTED:password] on host abc"])
    #expect(try client.contents() == [text + "bc"])
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.memories.map(\.content) == ["db [REDACTED:password] on host a"])
    #expect(try client.memories().map(\.id) == [id])
    #expect(try client.contents() == [text])
    #expect(server.count(.update) == 0)
  }

  @Test("What was purged cannot be taken back, and earlier changes can, by their ids")
  func purged() throws {
    let client = try Client(server)
    try client.store("a")
    let id = try client.store("b")
    _ = try client.cache.delete(id, purging: true, at: client.clock.now)
    #expect(try problem { try undo(client) }?.kind == .invalidInput)
    try undo(client, 1)
    #expect(try client.contents().isEmpty)
    #expect(try problem { try undo(client, 1) }?.kind == .invalidInput, "once is enough")
    #expect(try problem { try undo(client, 9) }?.kind == .notFound)
  }

  @Test("What the Python side deletes of the cache is taken back from the queue")
  func pythonResync() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).run("DELETE FROM memories WHERE server_id IS NULL")
    try undo(client)
    _ = try client.engine.sync()
    #expect(server.contents.isEmpty)
    #expect(try client.contents().isEmpty)
  }

  @Test("A change and what it is about are written together or not at all")
  func together() throws {
    let client = try Client(server)
    let id = try client.store("a")
    try Connection(path: client.path).execute("DROP TABLE memctl_journal_items")
    let entries = try client.cache.queue.entries().map(\.id)
    #expect(throws: Problem.self) { try client.store("b") }
    #expect(throws: Problem.self) { try client.delete("a") }
    #expect(throws: Problem.self) {
      try client.cache.edit(id, [.content: .text("c")], at: client.clock.now)
    }
    #expect(throws: Problem.self) { try client.cache.queue.drop(entries, at: client.clock.now) }
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().map(\.id) == entries)
    #expect(try contents(ofTrash: client).isEmpty)
  }

  @Test("The journal is bounded in age, however the clock jumps, and in number")
  func bounded() throws {
    let client = try Client(server)
    try client.store("a")
    for days in [40.0, -40, 400, -400] {
      client.clock.advance(seconds: days * 86_400)
      try client.store("x")
      #expect(try log(client).last?.memory?.rawValue == 1)
    }
    for _ in 1...31 {
      client.clock.advance(seconds: 86_400)
      _ = try client.engine.sync()
    }
    #expect(try log(client).isEmpty)
    try client.store("old")
    try Connection(path: client.path).run(
      """
      WITH RECURSIVE number(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number LIMIT ?)
      INSERT INTO memctl_journal_items (change_id, kind)
      SELECT (SELECT max(id) FROM memctl_journal), 'created' FROM number
      """, JournalTable<ReadWrite>.capacity)
    try client.store("new")
    #expect(try log(client).count == 2, "the latest is kept whole, whatever its size")
    try client.store("newer")
    #expect(try log(client).count == 2)
  }
}
