import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// What a sync overwrites or deletes can be restored (promise G14).
@Suite("Trash") struct TrashTests {
  let server = ModelServer()

  private func trash(_ client: Client) throws -> [TrashedMemory] {
    var versions: [TrashedMemory] = []
    try client.cache.trash.forEach { versions.append($0) }
    return versions
  }

  /// A client that has pulled a memory with all fields of its own.
  private func filled() throws -> (Client, Memory) {
    let client = try Client(server)
    server.add("before") {
      $0.category = "decisions"
      $0.tags = "a,b"
      $0.keywords = "words"
      $0.importance = 0.25
    }
    _ = try client.engine.sync()
    return (client, try #require(try client.memory("before")))
  }

  @Test("What a pull or a resync overwrites is kept as it was", arguments: [false, true])
  func overwritten(isResync: Bool) throws {
    let (client, memory) = try filled()
    server.edit(1) { $0.content = "after" }
    let report = try isResync ? client.engine.resync() : client.engine.pull()
    #expect(report.pull?.trashed == 1)
    let version = try #require(try trash(client).first)
    #expect(version.memory == memory)
    #expect(version.reason == .overwritten)
    #expect(version.trashedAt == client.clock.now.description)
  }

  @Test("What a tombstone or a resync deletes is kept as it was", arguments: [false, true])
  func deleted(isResync: Bool) throws {
    let (client, memory) = try filled()
    server.add("stays")
    _ = try client.engine.pull()
    if isResync { server.forget([1]) } else { server.remove(1) }
    _ = try isResync ? client.engine.resync() : client.engine.pull()
    #expect(try client.contents() == ["stays"])
    #expect(try trash(client).map(\.memory) == [memory])
    #expect(try trash(client).map(\.reason) == [.deleted])
  }

  @Test("What a forced resync wipes out can be had back, all of it")
  func disaster() throws {
    let client = try Client(server)
    for number in 0..<20 { try client.store("m\(number)", tags: "t\(number)") }
    _ = try client.engine.sync()
    let before = try client.memories().map(\.fields)
    server.forget(1...20)
    #expect(try client.engine.resync(force: true).pull?.deleted == 20)
    _ = try client.cache.trash.restore(
      client.cache.trash.latest(), asNew: false, at: client.clock.now)
    #expect(try client.engine.sync().problems == [])
    #expect(try Set(client.memories().map(\.fields)) == Set(before))
    #expect(server.memories.count == 20)
    #expect(try trash(client).isEmpty)
  }

  @Test("The same again is no version: neither rounding nor the server's names fill the trash")
  func noNoise() throws {
    let client = try Client(server)
    try client.store("a", importance: 0.7)
    try client.store("db password=hunter2hunter2 on host a")
    try client.storeOrphan("b")
    let connection = try Connection(path: client.path)
    try connection.run("UPDATE memories SET category = 'Bug' WHERE content = 'b'")
    for _ in 1...2 {
      _ = try client.engine.resync()
      _ = try client.engine.pull()
    }
    #expect(server.memories.count == 3)
    #expect(try trash(client).isEmpty)
  }

  @Test("A version comes back with the category that it had, whatever its name")
  func restoreCategory() throws {
    let (client, memory) = try filled()
    let connection = try Connection(path: client.path)
    try connection.run("UPDATE memories SET category = ' Bug ' WHERE id = ?", memory.id.rawValue)
    server.edit(1) { $0.content = "after" }
    _ = try client.engine.pull()
    _ = try client.cache.trash.restore(client.cache.trash.latest(), at: client.clock.now)
    #expect(try client.memories().map(\.fields.category) == [" Bug "])
  }

  @Test("A version goes over the memory that is there, here and on the server, and back again")
  func restoreOver() throws {
    let (client, memory) = try filled()
    server.edit(1) { $0.content = "after" }
    _ = try client.engine.pull()
    let version = try #require(try trash(client).first)
    let restored = try client.cache.trash.restore([version.id], asNew: false, at: client.clock.now)
    #expect(restored.map(\.id) == [memory.id])
    #expect(try client.memories().map(\.fields) == [memory.fields])
    #expect(try trash(client).map(\.memory.fields.content) == ["after"])
    _ = try client.engine.sync()
    #expect(server.memories.map(\.content) == ["before"])
    #expect(server.memories.map(\.tags) == ["a,b"])
    #expect(try client.cache.trash.restore([version.id], asNew: false, at: client.clock.now) == [])
    let back = try #require(try trash(client).first)
    _ = try client.cache.trash.restore([back.id], asNew: false, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.memories.map(\.content) == ["after"])
  }

  @Test("A version whose memory is gone, or that is to stand beside it, becomes a new memory")
  func restoreAsNew() throws {
    let (client, memory) = try filled()
    server.edit(1) { $0.content = "after" }
    _ = try client.engine.pull()
    server.remove(1)
    _ = try client.engine.pull()
    let first = try #require(try trash(client).last)
    _ = try client.cache.trash.restore([first.id], asNew: false, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.contents == ["before"])
    server.edit(2) { $0.content = "later" }
    _ = try client.engine.pull()
    let version = try #require(try trash(client).first)
    _ = try client.cache.trash.restore([version.id], asNew: true, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.contents == ["before", "later"])
    let new = try #require(try client.memory("before"))
    #expect(new.fields == memory.fields)
    #expect(new.createdAt == memory.createdAt)
  }

  @Test("A sensitive version travels with its mark, never as a change")
  func restoreSensitive() throws {
    let client = try Client(server)
    try client.store("db password=hunter2hunter2 on host a", isSensitive: true)
    _ = try client.engine.sync()
    server.edit(1) { $0.content = "rotated [REDACTED:password] elsewhere" }
    _ = try client.engine.pull()
    let version = try #require(try trash(client).first)
    #expect(version.memory.fields.content == "db password=hunter2hunter2 on host a")
    _ = try client.cache.trash.restore([version.id], asNew: false, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.count(.update) == 0)
    #expect(!server.memories.contains { $0.content.contains("hunter2") })
    #expect(try client.contents().contains("db password=hunter2hunter2 on host a"))
  }

  @Test("A clock that jumps ahead, and back again, empties no trash")
  func jump() throws {
    let (client, _) = try filled()
    server.remove(1)
    _ = try client.engine.pull()
    for days in [40.0, -40, 400, -400] {
      client.clock.advance(seconds: days * 86_400)
      _ = try client.engine.sync()
      #expect(try trash(client).count == 1)
    }
  }

  @Test("After 30 days a version is gone, and so is the oldest of too many")
  func bounded() throws {
    let (client, _) = try filled()
    server.remove(1)
    _ = try client.engine.pull()
    for _ in 1...30 {
      client.clock.advance(seconds: 86_400)
      _ = try client.engine.sync()
      #expect(try trash(client).count == 1)
    }
    client.clock.advance(seconds: 86_400)
    _ = try client.engine.sync()
    #expect(try trash(client).isEmpty)
    server.add("last")
    _ = try client.engine.pull()
    try Connection(path: client.path).run(
      """
      WITH RECURSIVE number(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number LIMIT ?2)
      INSERT INTO memctl_trash (memory_id, content, category, tags, expanded_keywords, importance,
        is_sensitive, created_at, updated_at, reason, trashed_at)
      SELECT value, 'old', '', '', '', 0, 0, '', '', 'deleted', ?1 FROM number
      """, client.clock.now.description, TrashTable<ReadWrite>.capacity)
    server.remove(2)
    _ = try client.engine.pull()
    let versions = try trash(client)
    #expect(versions.count == Int(TrashTable<ReadWrite>.capacity))
    #expect(versions.first?.memory.fields.content == "last")
  }

  @Test("What the user deletes is kept, unless it is purged, and then with all it said before")
  func ownDelete() throws {
    let (client, memory) = try filled()
    server.edit(1) { $0.content = "after" }
    _ = try client.engine.pull()
    try client.delete("after")
    #expect(try trash(client).map(\.memory.fields.content) == ["after", "before"])
    let version = try #require(try trash(client).first)
    _ = try client.cache.trash.restore([version.id], at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.contents == ["after"])
    _ = try client.cache.delete(try #require(try client.memory("after")).id, purging: true)
    _ = try client.engine.sync()
    _ = try client.engine.resync()
    #expect(try trash(client).map(\.memory.id) == [memory.id], "what another memory said stays")
  }

  @Test("A restored version ends the changes of its own memory, and of no other")
  func updates() throws {
    let (client, _) = try filled()
    for number in 2...11 { server.add("\(number)") }
    server.edit(1) { $0.content = "after" }
    _ = try client.engine.sync()
    let version = try #require(try trash(client).first)
    try client.cache.database.write { transaction in
      for id: Int64 in [1, 10, 11] {
        _ = try transaction.queue.enqueue(
          .update(MemoryFields(content: "queued 1"), ServerID(rawValue: id)), at: client.clock.now)
      }
    }
    _ = try client.cache.trash.restore([version.id], asNew: false, at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.count(.update) == 3)
    #expect(server.contents.filter { ["before", "queued 1"].contains($0) }.count == 3)
  }
}
