import ClientSupport
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore

/// What becomes of earlier texts when memories are purged and restored.
@Suite("Earlier texts") struct RevisionTests {
  let server = ModelServer()

  @Test("Purging a memory leaves its text nowhere, not even in an entry that was dropped")
  func purge() throws {
    let client = try Client(server)
    let id = try client.store("private", isSensitive: true)
    let entry = try #require(try client.cache.queue.entries().first)
    _ = try client.cache.queue.drop(entry.id, at: client.clock.now)
    let kept = "SELECT count(*) FROM memctl_journal_items WHERE entry IS NOT NULL"
    let connection = try Connection(path: client.path)
    #expect(try connection.first(kept) { $0.int(0) } == 1)
    _ = try client.cache.delete(id, purging: true, at: client.clock.now)
    #expect(try connection.first(kept) { $0.int(0) } == 0)
  }
}
