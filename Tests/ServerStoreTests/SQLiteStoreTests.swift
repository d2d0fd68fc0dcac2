import Foundation
import SQLite
import Synchronization
import Testing

@testable import ServerStore

/// What is particular to a store in an SQLite file.
@Suite final class SQLiteStoreTests {
  private let folder: URL
  private let store: SQLiteStore

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    store = try SQLiteStore(path: folder.appendingPathComponent("server.db").path)
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(at: folder)
  }

  private var path: String { folder.appendingPathComponent("server.db").path }

  /// Runs `sql` where changes are written; the number it yields.
  private func change(_ sql: String) async throws -> Int64? {
    try await result {
      store.writer.submit(
        { try $0.memories.connection.first(sql) { $0.int64(0) } }, completion: $0)
    }
  }

  @Test func `Each commit is on the disk before it is answered`() async throws {
    // FULL: less would lose what was answered when the power fails, and no kill shows that.
    #expect(try await change("PRAGMA synchronous") == 2)
    let store = store
    let seen = try await result { (completion: @escaping Completion<Int64?>) in
      store.writer.submit({ transaction in
        try transaction.memories.connection.execute(
          "CREATE TABLE probe(number); INSERT INTO probe VALUES (7)")
      }) { _ in
        let number = try? store.readers.read {
          try $0.first("SELECT number FROM probe") { $0.int64(0) }
        }
        completion(.success(number ?? nil))
      }
    }
    #expect(seen == 7)
  }

  @Test func `A short change waits for one long one at most`() {
    let order = Mutex<[String]>([])
    let begun = DispatchSemaphore(value: 0)
    let goOn = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let submit = { (name: String, isLong: Bool, work: @escaping @Sendable () -> Void) in
      self.store.writer.submit(isLong: isLong, { _ in work() }) { _ in
        order.withLock { $0.append(name) }
        done.signal()
      }
    }
    submit("first", true) {
      begun.signal()
      goOn.wait()
    }
    begun.wait()
    for name in ["second", "third"] { submit(name, true) {} }
    for name in ["a", "b"] { submit(name, false) {} }
    goOn.signal()
    for _ in 0..<5 { done.wait() }
    #expect(order.withLock { $0 } == ["first", "a", "b", "second", "third"])
  }

  @Test func `What fails is told as what it is, and nothing of it is kept`() async throws {
    let draft = Draft(String(repeating: "x", count: 1400))
    // Full for SQLite, which then says what it says of a disk.
    _ = try await change("PRAGMA max_page_count = 1")
    let full = await #expect(throws: StoreFailure.self) {
      while true { _ = try await self.insert(Array(repeating: draft, count: 100)) }
    }
    #expect(full?.kind == .full)
    let count = try store.summary(of: MemoryFilter()).count
    #expect(count % 100 == 0)
    _ = try await change("PRAGMA max_page_count = 1000000")
    _ = try await insert([draft])
    #expect(try store.summary(of: MemoryFilter()).count == count + 1)

    try FileManager.default.removeItem(atPath: path)
    let lost = await #expect(throws: StoreFailure.self) { try await self.insert([draft]) }
    #expect(lost?.kind == .lost)
    #expect(throws: StoreFailure.self) { try store.memory(1) }
  }

  @Test func `A file is served once, and another program's is left as it is`() throws {
    #expect(throws: StoreOpeningFailure.servedByAnother(path)) { try SQLiteStore(path: path) }
    let other = folder.appendingPathComponent("other.db").path
    try Connection(path: other).execute("CREATE TABLE memories (id INTEGER PRIMARY KEY)")
    let before = try Data(contentsOf: URL(fileURLWithPath: other))
    #expect(throws: StoreOpeningFailure.foreign(other)) { try SQLiteStore(path: other) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
  }

  private func insert(_ drafts: [Draft]) async throws -> Insertion {
    try await result { store.insert(drafts, owner: "alice", key: nil, completion: $0) }
  }
}
