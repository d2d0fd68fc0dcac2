import Foundation
import SQLite
import TestSupport
import Testing

@Suite("memctl repair")
struct RepairTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("leaves a cache that is not damaged as it is")
  func sound() throws {
    let ended = try home.memctl("repair")
    #expect(ended.output == "repaired\tfalse\n")
    #expect(ended.status == 0)
    #expect(try home.memctl("list").output.split(separator: "\n").count == 3)
  }

  @Test("is what the hint for a damaged cache names, and it puts it right")
  func damaged() throws {
    try home.damageQueue()
    let failed = try home.memctl("store", "another")
    #expect(failed.status == 74)
    #expect(failed.hint == "memctl repair rescues what can be read, and keeps the damaged file")
    let ended = try home.memctl("repair", "--json")
    let report = try #require(ended.json.first)
    #expect(report["repaired"] as? Bool == true)
    #expect(report["memories"] as? Int == 3)
    #expect(report["incomplete"] as? [String] == ["pending_ops"])
    #expect(report["kept_at"] as? String == home.database + ".damaged-1")
    #expect(ended.status == 0)
    #expect(try home.memctl("store", "another").status == 0)
    #expect(try home.isSound())
  }

  @Test("finds nothing where there is no cache")
  func missing() throws {
    let ended = try home.memctl("repair", "--db", "typo.db")
    #expect(ended.status == 66)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == ["memory.db"])
  }
}

extension Home {
  /// Overwrites a page of the queue and one of an index.
  func damageQueue() throws {
    let connection = try Connection(path: database)
    for name in ["memctl_trash_memory", "pending_ops"] {
      let page = try #require(
        try connection.first("SELECT rootpage FROM sqlite_schema WHERE name = ?", name) {
          $0.int(0)
        })
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: database))
      try file.seek(toOffset: UInt64((page - 1) * 4_096))
      try file.write(contentsOf: Data(repeating: 0, count: 4_096))
      try file.close()
    }
  }
}
