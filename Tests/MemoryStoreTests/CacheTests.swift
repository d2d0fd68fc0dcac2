import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore

@Suite("The cache") struct CacheTests {
  let folder = TemporaryFolder()
  let cache: Cache
  let noon = Timestamp("2026-03-01T12:00:00Z")!

  init() throws { cache = try Cache(path: folder.file("memory.db")) }

  @Test("A memory is kept with all its fields, and its store is queued as the Python side does")
  func store() throws {
    let fields = MemoryFields(
      content: "ünï \"x\" 🙂", category: "lessons", tags: "a,b", expandedKeywords: "k",
      importance: 0.25, isSensitive: true)
    let (id, entry) = try cache.store(fields, at: noon)
    let memory = try #require(try cache.memory(id))
    #expect(memory.fields == fields)
    #expect(memory.createdAt == "2026-03-01T12:00:00+00:00")
    #expect(memory.updatedAt == memory.createdAt)
    #expect(memory.serverID == nil)
    let row = try cache.database.connection.first(
      "SELECT op_type, payload, created_at FROM pending_ops"
    ) {
      [$0.text(0), $0.text(1), $0.text(2)]
    }
    #expect(
      row == [
        "store",
        #"{"local_id":1,"content":"ünï \"x\" 🙂","category":"lessons","tags":"a,b","#
          + #""expanded_keywords":"k","importance":0.25,"force_sensitive":true}"#,
        "2026-03-01T12:00:00+00:00",
      ])
    #expect(try cache.queue.entry(entry)?.operation() == .store(fields, localID: id))
  }

  @Test("A memory that the server has is deleted there as well")
  func delete() throws {
    let (id, entry) = try cache.store(MemoryFields(content: "a"), at: noon)
    _ = try cache.database.write { transaction in
      try transaction.memories.link(id, to: ServerID(rawValue: 7))
      try transaction.queue.remove(entry)
    }
    #expect(try cache.delete(id, at: noon) == .queued(EntryID(rawValue: 2)))
    #expect(try cache.queue.entries().map(\.payload) == [#"{"server_id":7}"#])
    #expect(try cache.delete(id, at: noon) == nil)
    #expect(try cache.queue.entries().count == 1)
  }

  @Test("Deleting a memory drops what would still change it, and nothing else")
  func deleteDropsUpdates() throws {
    let (id, entry) = try cache.store(MemoryFields(content: "a"), at: noon)
    try cache.database.write { transaction in
      try transaction.memories.link(id, to: ServerID(rawValue: 7))
      try transaction.queue.remove(entry)
      for server in [7, 8] {
        let serverID = ServerID(rawValue: Int64(server))
        try transaction.queue.enqueue(.update(MemoryFields(content: "b"), serverID), at: noon)
      }
    }
    _ = try cache.delete(id, at: noon)
    #expect(
      try cache.queue.entries().map { try $0.operation() } == [
        .update(MemoryFields(content: "b"), ServerID(rawValue: 8)),
        .delete(ServerID(rawValue: 7)),
      ])
  }

  @Test("Deleting a memory leaves the store of another whose payload holds the same number")
  func deleteIsExact() throws {
    let (first, _) = try cache.store(MemoryFields(content: "call 2"), at: noon)
    let (second, _) = try cache.store(MemoryFields(content: "b"), at: noon)
    #expect(try cache.delete(second, at: noon) == .cancelled)
    #expect(
      try cache.queue.entries().map { try $0.operation() } == [
        .store(MemoryFields(content: "call 2"), localID: first)
      ])
  }

  @Test("Ids are never used again")
  func freshIDs() throws {
    let (first, entry) = try cache.store(MemoryFields(content: "a"), at: noon)
    _ = try cache.delete(first, at: noon)
    let (second, next) = try cache.store(MemoryFields(content: "b"), at: noon)
    #expect(second > first)
    #expect(next > entry)
  }

  @Test("A list is chosen by category and tag, ordered and limited")
  func selection() throws {
    let memories: [(String, String, String, Double)] = [
      ("a", "facts", "x", 0.1), ("b", "lessons", "x, y", 0.9), ("c", "facts", "xy,z", 0.5),
    ]
    for (index, (content, category, tags, importance)) in memories.enumerated() {
      let fields = MemoryFields(
        content: content, category: category, tags: tags, importance: importance)
      _ = try cache.store(fields, at: noon.advanced(bySeconds: Double(index)))
    }
    func list(_ selection: MemorySelection) throws -> String {
      var list = ""
      try cache.forEachMemory(selection) { list += $0.fields.content }
      return list
    }
    #expect(try list(.init()) == "cba")
    #expect(try list(.init(order: .oldest)) == "abc")
    #expect(try list(.init(order: .importance)) == "bca")
    #expect(try list(.init(order: .updated)) == "cba")
    #expect(try list(.init(limit: 2)) == "cb")
    #expect(try list(.init(limit: 0)) == "")
    #expect(try list(.init(category: "facts")) == "ca")
    #expect(try list(.init(tags: ["x"])) == "ba")
    #expect(try list(.init(tags: ["y"])) == "b")
    #expect(try list(.init(category: "facts", tags: ["x"])) == "a")
    #expect(try cache.tags() == ["x", "xy", "y", "z"])
  }

  @Test("A list is in the order of time, whatever zones other programs write")
  func zones() throws {
    for text in ["12:00:00+01:00", "11:30:00Z", "13:30:00.5+02:00", "11:15:00"] {
      let id = try cache.database.write {
        try $0.memories.insert(
          MemoryFields(content: text), createdAt: "2026-03-01T" + text, at: noon)
      }
      try cache.database.connection.run(
        "UPDATE memories SET updated_at = created_at WHERE id = ?", id.rawValue)
    }
    func list(_ order: MemorySelection.Order) throws -> [String] {
      var list: [String] = []
      try cache.forEachMemory(.init(order: order)) { list.append($0.fields.content) }
      return list
    }
    let oldest = ["12:00:00+01:00", "11:15:00", "11:30:00Z", "13:30:00.5+02:00"]
    #expect(try list(.oldest) == oldest)
    #expect(try list(.newest) == oldest.reversed())
    #expect(try list(.updated) == oldest.reversed())
  }

  @Test("Counts tell of memories, orphans, the queue and the last sync")
  func counts() throws {
    for (content, category) in [("a", "lessons"), ("b", "facts"), ("c", "facts"), ("d", "people")] {
      _ = try cache.store(MemoryFields(content: content, category: category), at: noon)
    }
    try cache.database.write { transaction in
      try transaction.queue.hold(EntryID(rawValue: 1), as: .dead)
      try transaction.queue.hold(EntryID(rawValue: 2), as: .inDoubt)
      try transaction.memories.link(LocalID(rawValue: 3), to: ServerID(rawValue: 1))
      try transaction.notes.setWatermark(noon)
      try transaction.notes.set(.authFailed, "1")
    }
    let counts = try cache.counts()
    #expect(counts.total == 4)
    #expect(counts.byCategory.map(\.category) == ["facts", "lessons", "people"])
    #expect(counts.byCategory.map(\.count) == [2, 1, 1])
    #expect(counts.orphans == 3)
    #expect(counts.pending == 3)
    #expect(counts.inDoubt == 1)
    #expect(counts.deadLetters == 1)
    #expect(counts.lastSync == noon.description)
    #expect(counts.authFailed)
    #expect(!counts.lastSyncSuccess)
  }

  @Test("A row with nulls, as another program may leave one, can be read")
  func nulls() throws {
    try cache.database.connection.run(
      """
      INSERT INTO memories(content, category, tags, expanded_keywords, importance, is_sensitive,
        created_at, updated_at) VALUES ('a', NULL, NULL, NULL, NULL, NULL, 'x', 'y')
      """)
    let memory = try #require(try cache.memory(LocalID(rawValue: 1)))
    #expect(memory.fields == MemoryFields(content: "a", category: ""))
    #expect(try cache.counts().byCategory.map(\.category) == [""])
  }
}
