import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

/// The engine and the server program of this package, over a real connection.
@Suite("With memctl-serve") struct RealServerTests {
  @Test("Two clients and the server agree on everything that either of them does")
  func twoClients() throws {
    let folder = TemporaryFolder()
    let server = try ServerProcess(
      ["--store", folder.file("server.db")], environment: ["MEMORY_API_KEY": "secret-key"])
    // The server has a clock of its own, far from that of the clients.
    let clock = TestClock()
    let a = try Client(of: server.baseURL, clock: clock, seed: 1)
    let b = try Client(of: server.baseURL, clock: clock, seed: 2)
    for number in 0..<20 { try a.store("a\(number)", category: "Bug", importance: 0.7) }
    try a.store("db password=hunter2hunter2 on host a", isSensitive: true)
    try b.storeOrphan("b")
    #expect(try a.checkAuth() == .accepted(account: "default"))
    #expect(try a.engine.sync().problems == [])
    #expect(try b.engine.resync().problems == [])
    #expect(try a.engine.sync().problems == [])
    #expect(try a.contents().count == 22)
    #expect(try b.contents().count == 22)
    #expect(try a.memory("db password=hunter2hunter2 on host a") != nil)
    #expect(try b.memories().allSatisfy { !$0.fields.content.contains("hunter2") })
    #expect(try Set(b.memories().map(\.fields.category)) == ["gotchas", "facts"])
    try b.delete("a7")
    #expect(try b.engine.sync().problems == [])
    #expect(try a.engine.sync().pull?.deleted == 1)
    #expect(try a.memory("a7") == nil)
    #expect(try a.memories().count == 21)
    #expect(try a.cache.queue.entries().isEmpty)
    #expect(try b.cache.queue.entries().isEmpty)
  }

  @Test("A key that the server does not know is refused")
  func wrongKey() throws {
    let folder = TemporaryFolder()
    let server = try ServerProcess(
      ["--store", folder.file("server.db")], environment: ["MEMORY_API_KEY": "another"])
    let client = try Client(of: server.baseURL, clock: TestClock())
    try client.store("a")
    #expect(try client.engine.sync().kinds == [.unauthorized])
    #expect(try client.states() == [.pending])
  }
}
