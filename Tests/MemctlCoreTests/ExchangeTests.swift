import ClientSupport
import Foundation
import MemoryAPI
import MemoryExchange
import MemoryModel
import MemoryStore
import TestSupport
import Testing

@testable import MemctlCore

@Suite("Import and export") struct ExchangeTests {
  private let folder = TemporaryFolder()
  private let origin = Origin(address: "https://memory.example.org", account: "ann")

  private func cache(_ name: String) throws -> Cache { try Cache(path: folder.file(name)) }

  private func importing(
    _ text: String, into cache: Cache, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> ImportReport {
    let path = folder.file("input-\(UUID().uuidString).jsonl")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    var options = ImportOptions()
    change(&options)
    return try cache.importMemories(from: [.path(path)], options)
  }

  private func memories(_ cache: Cache) throws -> [Memory] {
    var memories: [Memory] = []
    try cache.forEachMemory { memories.append($0) }
    return memories.sorted { $0.id < $1.id }
  }

  /// Texts that could be taken for something else on their way through a file.
  private static let hostile: [String] = [
    "plain", " leading", "trailing \n", "\n\n", "\r\ntwo\r\nlines\r", "---\nmemctl: 1\n---\n",
    "---",
    "# heading\n\n- item", "tab\there", "\u{1}\u{7F}\u{85}\u{2028}\u{FEFF}", "é e\u{301} 🙂 👨‍👩‍👧‍👦",
    "\"quoted\" 'single' \\ back\\slash \\n", "key: value # comment",
    "[a, b] {c: d} &e *f !g %h @i `j",
    "null", "true", "- ", "| >", "\u{202E}right to left", "{\"content\":\"nested\"}", "a,b", "~",
    "1e5", "..",
  ]

  /// A cache with memories of all kinds, as if it had been synced: linked, changed since, waiting,
  /// withheld; from other programs, too.
  private func filled(_ seed: UInt64) throws -> Cache {
    var random = SeededGenerator(seed: seed)
    let cache = try cache("filled-\(seed).db")
    let texts = Self.hostile.shuffled(using: &random)
    try cache.database.write { transaction in
      try transaction.settle(at: origin)
      for (index, text) in texts.enumerated() {
        let fields = MemoryFields(
          content: text, category: Category.all.randomElement(using: &random)!,
          tags: [texts[0], "a,b", "", "p ,q", "x, y"].randomElement(using: &random)!,
          expandedKeywords: texts.randomElement(using: &random)!,
          importance: Double.random(in: 0...1, using: &random),
          isSensitive: Bool.random(using: &random))
        let id = try transaction.memories.insert(
          fields, createdAt: "2026-01-0\(index % 9 + 1)T03:04:05.\(index)+01:00",
          at: Timestamp(microseconds: Int64.random(in: 0...1 << 50, using: &random)))
        if index % 4 != 0 {
          try transaction.memories.link(id, to: ServerID(rawValue: Int64(1000 - index)))
        } else {
          _ = try transaction.queue.enqueue(.store(fields, localID: id), at: .now)
        }
      }
    }
    try cache.delete(try memories(cache)[3].id)
    try cache.delete(try memories(cache).last!.id)
    return cache
  }

  @Test("restore an empty cache to the same rows, with ids, server ids and times", arguments: 1...5)
  func roundTrip(_ seed: UInt64) throws {
    let original = try filled(seed)
    for name in ["copy.jsonl", "copy.jsonl.gz"] {
      let path = folder.file(name)
      let exported = try original.exportMemories(to: path, replacing: true, revealed: true)
      let copy = try cache("copy-\(name)-\(seed).db")
      let report = try copy.importMemories(from: [.path(path)])
      let valid = try memories(original).filter {
        $0.serverID != nil || (try? $0.fields.validated()) == $0.fields
      }
      #expect(report.refused == exported.exported - valid.count)
      #expect(try memories(copy) == valid)
      #expect(try copy.origin()?.address == origin.address)
      #expect(try copy.origin()?.account == origin.account)
      #expect(report.restored == valid.count { $0.serverID != nil })
      #expect(report.queued == valid.count { $0.serverID == nil })
      #expect(try copy.queue.entries().allSatisfy { $0.state == .inDoubt })
    }
  }

  @Test("of a folder keep every field of what can be stored, and its time", arguments: 1...5)
  func tree(_ seed: UInt64) throws {
    let original = try filled(seed)
    let tree = folder.file("tree-\(seed)")
    let report = try original.exportTree(to: tree, revealed: true)
    let all = try memories(original)
    #expect(report.written == all.count)
    let again = try original.exportTree(to: tree, revealed: true)
    #expect((again.written, again.unchanged, again.removed) == (0, all.count, 0))
    let copy = try cache("tree-\(seed).db")
    _ = try copy.importMemories(from: [.path(tree)])
    func comparable(_ memory: Memory) -> [String] {
      ["\(memory.fields)", "\(Timestamp(memory.createdAt)!)"]
    }
    let wanted = all.filter { (try? $0.fields.validated()) == $0.fields }
    #expect(
      Set(try memories(copy).map(comparable)) == Set(wanted.map(comparable)))
  }

  @Test("restore each memory once, however often, and as many equal ones as there were")
  func twice() throws {
    let original = try cache("original.db")
    for content in ["same", "same", "other"] { try original.store(MemoryFields(content: content)) }
    try original.database.write { transaction in
      try transaction.settle(at: origin)
      for id in [7, 8] {
        let fields = MemoryFields(content: "sent")
        let memory = try transaction.memories.insert(fields, createdAt: "2026-01-01", at: .now)
        try transaction.memories.link(memory, to: ServerID(rawValue: Int64(id)))
      }
    }
    var lines = ""
    _ = try original.exportMemories(revealed: true) { lines += $0 + "\n" }
    let itself = try importing(lines, into: original)
    #expect((itself.added, itself.skipped) == (0, 5))

    let copy = try cache("copy.db")
    try copy.store(MemoryFields(content: "other"))
    let plan = try importing(lines + lines, into: copy) { $0.isRehearsal = true }
    #expect((plan.added, plan.skipped, plan.restored) == (4, 6, 2))
    let report = try importing(lines + lines, into: copy)
    #expect((report.added, report.skipped, report.restored) == (4, 6, 2))
    let again = try importing(lines, into: copy)
    #expect((again.added, again.skipped) == (0, 5))
    #expect(
      try memories(copy).map(\.fields.content) == ["other", "same", "same", "sent", "sent"])
    #expect(try copy.queue.entries().count == 3)
  }

  @Test("keep what was withheld so, and queue no change that the server may have overtaken")
  func states() throws {
    let original = try cache("original.db")
    let (id, entry) = try original.store(MemoryFields(content: "withheld"))
    _ = try original.queue.drop(entry)
    try original.database.write { transaction in
      try transaction.settle(at: origin)
      let fields = MemoryFields(content: "changed")
      let id = try transaction.memories.insert(fields, createdAt: "2026-01-01", at: .now)
      try transaction.memories.link(id, to: ServerID(rawValue: 7))
      _ = try transaction.queue.enqueue(.update(fields, ServerID(rawValue: 7)), at: .now)
    }
    var lines = ""
    _ = try original.exportMemories(revealed: true) { lines += $0 + "\n" }
    let copy = try cache("copy.db")
    let report = try importing(lines, into: copy)
    #expect((report.added, report.restored, report.queued) == (2, 1, 0))
    #expect(report.unsentChanges == 1)
    #expect(try copy.isWithheld(id))
    #expect(try copy.queue.entries().isEmpty)
  }

  @Test("link nothing to a server where the cache belongs to another one, or has pulled already")
  func foreign() throws {
    let lines = """
      {"id":5,"server_id":42,"content":"a","address":"https://memory.example.org","account":"ann"}
      {"id":6,"server_id":43,"content":"b","address":"https://elsewhere.example.org","account":"ann"}
      """
    let empty = try cache("empty.db")
    #expect(try importing(lines, into: empty).restored == 1)
    #expect(try memories(empty).map(\.serverID) == [ServerID(rawValue: 42), nil])
    #expect(try memories(empty).map(\.id.rawValue) == [5, 6])

    let other = try cache("other.db")
    try other.database.write {
      try $0.settle(at: Origin(address: "https://a.example.org", account: nil))
    }
    #expect(try importing(lines, into: other).restored == 0)

    let pulled = try cache("pulled.db")
    try pulled.database.write {
      try $0.settle(at: origin)
      try $0.notes.setWatermark(.now)
    }
    #expect(try importing(lines, into: pulled).restored == 0)
    #expect(try memories(pulled).allSatisfy { $0.serverID == nil })

    let asNew = try cache("as-new.db")
    #expect(try importing(lines, into: asNew) { $0.asNew = true }.restored == 0)
    #expect(try asNew.origin() == nil)
  }

  @Test("link nothing that is no export: other files have ids as well")
  func noExport() throws {
    let cache = try cache("a.db")
    let report = try importing("{\"id\":5,\"server_id\":42,\"content\":\"a\"}", into: cache)
    #expect((report.added, report.restored, report.queued) == (1, 0, 1))
    #expect(try memories(cache).map(\.serverID) == [nil])
  }

  @Test("give no id that a memory here once had")
  func ids() throws {
    let cache = try cache("a.db")
    for content in ["one", "two"] { try cache.store(MemoryFields(content: content)) }
    try cache.delete(LocalID(rawValue: 2))
    let line = { (id: Int) in
      "{\"id\":\(id),\"server_id\":\(id + 40),\"content\":\"\(id)\",\"address\":\"http://x\"}\n"
    }
    _ = try importing(line(1) + line(2) + line(9), into: cache)
    #expect(try memories(cache).map(\.fields.content) == ["one", "1", "2", "9"])
    #expect(try memories(cache).map(\.id.rawValue) == [1, 3, 4, 9])
  }

  @Test("take each content once, in the file and in the cache, unless more are wanted")
  func duplicates() throws {
    let cache = try cache("a.db")
    try cache.store(MemoryFields(content: "here"))
    let lines = ["here", "new", "new", "New"].map { "{\"content\":\"\($0)\"}\n" }.joined()
    let plan = try importing(lines, into: cache) { $0.isRehearsal = true }
    #expect((plan.added, plan.skipped) == (2, 2))
    #expect(try memories(cache).count == 1)
    let report = try importing(lines, into: cache)
    #expect((report.added, report.skipped, report.queued) == (2, 2, 2))
    let again = try importing(lines, into: cache)
    #expect((again.added, again.skipped) == (0, 4))
    let all = try importing(lines, into: cache) { $0.keepsDuplicates = true }
    #expect((all.added, all.skipped) == (4, 0))
  }

  @Test("see what another program writes in the meantime")
  func concurrent() throws {
    let cache = try cache("a.db")
    let other = try self.cache("a.db")
    let lines = (0..<2_500).map { "{\"content\":\"m\($0)\"}\n" }.joined()
    let path = folder.file("many.jsonl")
    try lines.write(toFile: path, atomically: true, encoding: .utf8)
    var stored = false
    let report = try cache.importMemories(
      from: [.path(path)],
      progress: { _ in
        if !stored { try! other.store(MemoryFields(content: "m2400")) }
        stored = true
      })
    #expect((report.added, report.skipped) == (2_499, 1))
  }

  @Test("are stopped between portions, and go on when run again")
  func cancellation() throws {
    let cache = try cache("a.db")
    let path = folder.file("many.jsonl")
    try (0..<2_500).map { "{\"content\":\"m\($0)\"}\n" }.joined()
      .write(toFile: path, atomically: true, encoding: .utf8)
    let cancellation = Cancellation()
    let report = try cache.importMemories(
      from: [.path(path)], cancellation: cancellation, progress: { _ in cancellation.cancel() })
    #expect((report.added, report.isInterrupted) == (1_000, true))
    #expect(try memories(cache).count == 1_000)
    let rest = try cache.importMemories(from: [.path(path)])
    #expect((rest.added, rest.skipped, rest.isInterrupted) == (1_500, 1_000, false))
  }

  @Test("write no file of another program's, and remove none")
  func mirror() throws {
    let cache = try cache("a.db")
    let (first, _) = try cache.store(MemoryFields(content: "one"))
    try cache.store(MemoryFields(content: "two", category: "gotchas"))
    let tree = folder.file("tree")
    #expect(try cache.exportTree(to: tree, revealed: false).written == 2)
    let manager = FileManager.default
    for name in ["facts/notes.md", "README.md"] {
      try "# mine".write(toFile: "\(tree)/\(name)", atomically: true, encoding: .utf8)
    }
    try cache.delete(first)
    #expect(try cache.exportTree(to: tree, revealed: false).removed == 1)
    #expect(
      try manager.subpathsOfDirectory(atPath: tree).sorted()
        == ["README.md", "facts", "facts/notes.md", "gotchas", "gotchas/unsent-2.md"])
    try "# mine".write(toFile: "\(tree)/gotchas/unsent-2.md", atomically: true, encoding: .utf8)
    #expect { try cache.exportTree(to: tree, revealed: false) } throws: {
      ($0 as? Problem)?.kind == .file
    }
  }
  @Test("leave folders alone that are none of a mirror's")
  func foreignFolders() throws {
    let cache = try cache("a.db")
    let (first, _) = try cache.store(MemoryFields(content: "one"))
    try cache.store(MemoryFields(content: "two", category: "gotchas"))
    let tree = folder.file("tree")
    let manager = FileManager.default
    for name in ["notes", "facts"] {
      try manager.createDirectory(atPath: "\(tree)/\(name)", withIntermediateDirectories: true)
    }
    _ = try cache.exportTree(to: tree, revealed: false)
    try cache.delete(first)
    #expect(try cache.exportTree(to: tree, revealed: false).removed == 1)
    #expect(try manager.contentsOfDirectory(atPath: tree).sorted() == ["gotchas", "notes"])
  }

  @Test("write through no link in a mirror")
  func links() throws {
    let cache = try cache("a.db")
    try cache.store(MemoryFields(content: "one"))
    let (tree, elsewhere) = (folder.file("tree"), folder.file("elsewhere"))
    _ = try cache.exportTree(to: tree, revealed: false)
    let manager = FileManager.default
    try manager.moveItem(atPath: "\(tree)/facts", toPath: elsewhere)
    try manager.createSymbolicLink(
      atPath: "\(tree)/facts", withDestinationPath: elsewhere)
    let file = "\(elsewhere)/unsent-1.md"
    let mine = try String(contentsOfFile: file, encoding: .utf8) + "mine\n"
    try mine.write(toFile: file, atomically: true, encoding: .utf8)
    #expect {
      try cache.exportTree(to: tree, revealed: false)
    } throws: {
      ($0 as? Problem)?.message
        == "\(tree)/facts is a symbolic link, which memctl does not follow there"
    }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == mine)
  }

  @Test("of a folder wait for no pipe in it, and take none for a file", .timeLimit(.minutes(1)))
  func pipes() throws {
    let cache = try cache("a.db")
    let tree = folder.file("tree")
    try cache.store(MemoryFields(content: "one"))
    _ = try cache.exportTree(to: tree, revealed: false)
    #expect(mkfifo("\(tree)/facts/zz.md", 0o600) == 0)
    #expect(try cache.exportTree(to: tree, revealed: false).unchanged == 1)
    try FileManager.default.removeItem(atPath: "\(tree)/facts/unsent-1.md")
    #expect(mkfifo("\(tree)/facts/unsent-1.md", 0o600) == 0)
    #expect {
      try cache.exportTree(to: tree, revealed: false)
    } throws: {
      ($0 as? Problem)?.message == "\(tree)/facts/unsent-1.md exists and was not replaced"
    }
  }

  @Test("empty a mirror only if that is wanted")
  func emptying() throws {
    let cache = try cache("a.db")
    let tree = folder.file("tree")
    #expect(try cache.exportTree(to: tree, revealed: false).removed == 0)
    try cache.store(MemoryFields(content: "one", isSensitive: true))
    _ = try cache.exportTree(to: tree, revealed: true)
    #expect {
      try cache.exportTree(to: tree, revealed: false)
    } throws: {
      ($0 as? Problem)?.kind == .refused
    }
    #expect(FileManager.default.fileExists(atPath: "\(tree)/facts/unsent-1.md"))
    #expect(try cache.exportTree(to: tree, emptying: true, revealed: false).removed == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tree) == [])
  }
}
