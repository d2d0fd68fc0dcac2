import ClientSupport
import Foundation
import MemoryAPI
import MemoryModel
import SQLite
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore

@Suite("A damaged cache")
struct RescueTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("memory.db") }

  /// 300 memories, 3 of them long, all but 40 of them the server's, with queue, dead letter and trash.
  private func fill() throws {
    let cache = try Cache(path: path)
    for number in 1...300 {
      let text = String(repeating: "word ", count: number % 100 == 0 ? 3_000 : 40)
      let (id, entry) = try cache.store(
        MemoryFields(content: "memory \(number) \(text)"), at: .epoch)
      try cache.database.write { transaction in
        if number > 260 { return }
        try cache.database.connection.run(
          "UPDATE memories SET server_id = id + 1000 WHERE id = ?", id.rawValue)
        try transaction.queue.remove(entry)
      }
    }
    try cache.database.write { transaction in
      try transaction.queue.hold(EntryID(rawValue: 261), as: .dead)
      try transaction.trash.keep(LocalID(rawValue: 1), as: .overwritten, at: .now)
      try transaction.notes.setWatermark(.now)
    }
    try cache.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  private func rescue() throws -> RescueReport? {
    try Cache.repair(
      path: path, lock: LockSettings(patience: 0), cancellation: Cancellation())
  }

  private var pageSize: Int { 4_096 }

  private func overwrite(page: Int, with byte: UInt8 = 0) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.seek(toOffset: UInt64((page - 1) * pageSize))
    try file.write(contentsOf: Data(repeating: byte, count: pageSize))
    try file.close()
  }

  /// The number of the page where a table begins.
  private func root(of table: String) throws -> Int {
    try Connection(path: path).first(
      "SELECT rootpage FROM sqlite_schema WHERE name = ?", table
    ) { $0.int(0) }!
  }

  private func expectUsable(_ sourceLocation: SourceLocation = #_sourceLocation) throws {
    let cache = try Cache(path: path)
    let found = try cache.database.connection.query("PRAGMA integrity_check") { $0.text(0) }
    #expect(found == ["ok"], sourceLocation: sourceLocation)
    #expect(try SearchIndex.isSound(cache.database.connection), sourceLocation: sourceLocation)
    _ = try cache.store(MemoryFields(content: "after"), at: .epoch)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: (path as NSString).deletingLastPathComponent)
    #expect(!names.contains { $0.contains("repair-") }, sourceLocation: sourceLocation)
  }

  @Test("is the same after a rescue where it is not damaged at all")
  func sound() throws {
    try fill()
    #expect(try rescue() == nil)
    #expect(try Cache(path: path).counts().total == 300)
  }

  @Test("loses what stood on a page that was zeroed, and nothing else")
  func zeroedPages() throws {
    try fill()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var losses = 0
    for page in 2...bytes.count / pageSize {
      let content = bytes[(page - 1) * pageSize..<page * pageSize]
      // Those two kinds say where everything else is.
      let isInner = content.first == 5
      if isInner || content.range(of: Data("CREATE T".utf8)) != nil { continue }
      try bytes.write(to: URL(fileURLWithPath: path))
      try overwrite(page: page)
      if let report = try rescue() {
        // A page holds fewer than 20 of these.
        #expect(report.memories >= 280, "page \(page)")
        if !report.incomplete.contains("pending_ops") { #expect(report.entries >= 39) }
        if !report.incomplete.contains("memctl_trash") { #expect(report.versions == 1) }
        if report.memories < 300 { losses += 1 }
        #expect(try Data(contentsOf: URL(fileURLWithPath: report.keptAt)).count == bytes.count)
        try FileManager.default.removeItem(atPath: report.keptAt)
      }
      try expectUsable()
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
    }
    #expect(losses > 10)
  }

  @Test("that was cut off is rescued up to there", arguments: [2, 3, 5])
  func truncated(part: Int) throws {
    try fill()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try bytes.prefix(bytes.count * (part - 1) / part)
      .write(to: URL(fileURLWithPath: path))
    let report = try #require(try rescue())
    #expect(report.memories > 60)
    try expectUsable()
  }

  @Test(
    "with a broken index loses nothing", arguments: ["idx_memories_server_id", "memories_fts_idx"])
  func brokenIndex(name: String) throws {
    try fill()
    try overwrite(page: root(of: name), with: 0xff)
    let report = try #require(try rescue())
    #expect(report.memories == 300)
    #expect(report.entries == 40)
    #expect(report.versions == 1)
    #expect(report.incomplete == [])
    let cache = try Cache(path: path)
    #expect(try cache.queue.entry(EntryID(rawValue: 261))?.state == .dead)
    #expect(try cache.memory(ServerID(rawValue: 1_007))?.id.rawValue == 7)
    try expectUsable()
  }

  @Test("of which nothing can be read is told so, and stays as it is")
  func hopeless() throws {
    try fill()
    try overwrite(page: 1)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let found = try problem { _ = try rescue() }
    #expect(found?.kind == .file)
    #expect(found?.message == "nothing in \(path) can be read")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
  }

  @Test("with the highest id there is gets low ones again")
  func highestID() throws {
    try fill()
    try Connection(path: path).execute("UPDATE memories SET id = \(Int64.max) WHERE id = 300")
    let report = try #require(try rescue())
    #expect(report.memories == 300)
    try expectUsable()
  }
}
