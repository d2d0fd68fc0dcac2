import MemoryAPI
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore

@Suite("Ids that begin with some digits") struct CompletionTests {
  private let folder = TemporaryFolder()
  private let cache: Cache
  private let noon = Timestamp("2026-03-01T12:00:00Z")!

  init() throws {
    cache = try Cache(path: folder.file("memory.db"))
    try cache.database.write { transaction in
      for number in 1...120 {
        _ = try transaction.store(
          MemoryFields(content: "\(number)", tags: "t\(number % 2)"), at: noon)
      }
    }
  }

  @Test(
    "are all of them, the highest first",
    arguments: [
      ("12", [120, 12]), ("9", Array((90...99).reversed()) + [9]), ("120", [120]), ("121", []),
      ("0", []), ("-1", []), ("x", []), ("9999999999999999999", []),
    ])
  func memories(_ digits: String, _ ids: [Int64]) throws {
    #expect(
      try cache.memories(.local, beginningWith: digits, limit: 99).map(\.id.rawValue) == ids)
    #expect(try cache.queue.entries(beginningWith: digits, limit: 99).map(\.id.rawValue) == ids)
    #expect(try cache.memories(.server, beginningWith: digits, limit: 99).isEmpty)
    #expect(try cache.trash.versions(beginningWith: digits, limit: 99).isEmpty)
  }

  @Test("are no more than asked for, and with no digits the highest of all")
  func limits() throws {
    let ids = try cache.memories(.local, beginningWith: "", limit: 3).map(\.id.rawValue)
    #expect(ids == [120, 119, 118])
    #expect(
      try cache.memories(.local, beginningWith: "1", limit: 2).map(\.id.rawValue) == [120, 119])
  }

  @Test("are found up to the highest that there can be")
  func highest() throws {
    #expect(Numbers.ranges(beginningWith: "922").first == 9_220_000_000_000_000_000...Int64.max)
    #expect(
      Numbers.ranges(beginningWith: "9223372036854775807") == [Int64.max...Int64.max])
    #expect(
      Numbers.ranges(beginningWith: "93").first == 930_000_000_000_000_000...939_999_999_999_999_999
    )
  }

  @Test("Tags are read anew after anybody has written the file")
  func tags() throws {
    #expect(try cache.tags() == ["t0", "t1"])
    let version = try cache.version()
    _ = try cache.store(MemoryFields(content: "a", tags: "own"), at: noon)
    #expect(try cache.version() != version)
    #expect(try cache.tags() == ["own", "t0", "t1"])
    let other = try Cache(path: cache.path)
    _ = try other.store(MemoryFields(content: "a", tags: "other"), at: noon)
    #expect(try cache.tags() == ["other", "own", "t0", "t1"])
  }
}
