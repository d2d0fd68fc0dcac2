import ClientSupport
import MemoryAPI
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// When a sync compares everything of itself (promises G11 and G20).
@Suite("Comparison of everything") struct ComparisonTests {
  let server = ModelServer()

  /// A client that has pulled these, and pulls again ten minutes later.
  private func filled(_ contents: String...) throws -> Client {
    let client = try Client(server)
    for content in contents { server.add(content) }
    _ = try client.engine.sync()
    client.clock.advance(seconds: 600)
    return client
  }

  private var comparisons: Int {
    server.requests.count { $0.path == "/api/memories/sync" }
  }

  private static let day = 86_400.0

  @Test("A record that does not say which memory it is keeps no deletion from arriving")
  func hiddenDeletion() throws {
    let client = try Client(server)
    try client.store("a")
    _ = try client.engine.push()
    server.change { $0.extraRecords = ["17"] }
    server.add("b")
    server.remove(1)
    _ = try client.engine.sync()
    #expect(try client.contents() == ["b"])
  }

  // MARK: Clocks

  @Test(
    "A server whose clock was a day ahead for one sync hides nothing afterwards",
    arguments: [60.0, 2 * day])
  func clockWasAhead(pause: Double) throws {
    let client = try filled("a", "gone")
    server.change { $0.skew = Self.day }
    _ = try client.engine.sync()
    server.change { $0.skew = 0 }
    client.clock.advance(seconds: 600)
    server.add("b")
    server.remove(2)
    client.clock.advance(seconds: pause)
    #expect(try client.engine.sync().problems == [])
    #expect(try client.contents() == ["a", "b"])
  }

  @Test("Nor does one that was behind while another machine wrote")
  func clockWasBehind() throws {
    let client = try filled("a", "gone")
    server.change { $0.skew = -Self.day }
    server.edit(1) { $0.content = "new" }
    server.mend(1) { $0.updatedAt -= Int64(Self.day * 1e6) }
    _ = try client.engine.sync()
    #expect(try client.contents() == ["gone", "new"])
  }

  @Test("A pull goes on from a server_time that is a little older than the watermark")
  func clockAhead() throws {
    let client = try filled("a")
    server.change { $0.skew = 20 }
    _ = try client.engine.sync()
    server.change { $0.skew = 0 }
    _ = try client.engine.sync()
    #expect(comparisons == 1)
    #expect(try client.cache.database.read { try $0.notes.watermark() } == client.clock.now)
  }

  @Test("Where this machine's clock was set, a comparison follows, and one only")
  func ownClock() throws {
    let client = try filled("a")
    client.clock.advance(seconds: 5_000)
    server.change { $0.skew = -5_000 }
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.clock.advance(seconds: 600)
    }
    #expect(comparisons == 2)
  }

  // MARK: Time

  @Test("After a long absence what the server has forgotten by then goes as well")
  func absence() throws {
    let client = try filled("a", "b", "gone")
    server.forget([3])
    client.clock.advance(seconds: 90 * Self.day)
    server.add("c")
    #expect(try client.engine.sync().problems == [])
    #expect(try client.contents() == ["a", "b", "c"])
  }

  @Test("Once a week a sync compares everything, and sends what the server lacks")
  func weekly() throws {
    let client = try filled("a", "b", "gone")
    server.forget([3])
    try client.storeOrphan("mine")
    for _ in 0..<13 {
      client.clock.advance(seconds: Self.day / 2)
      #expect(try client.engine.sync().problems == [])
    }
    #expect(comparisons == 1)
    #expect(try client.contents() == ["a", "b", "gone", "mine"])
    client.clock.advance(seconds: Self.day / 2)
    _ = try client.engine.sync()
    #expect(comparisons == 2)
    #expect(try client.contents() == ["a", "b", "mine"])
    #expect(server.contents == ["a", "b", "mine"])
  }

  @Test("A resync is a comparison, and so is the first pull")
  func resync() throws {
    let client = try filled("a")
    client.clock.advance(seconds: 5 * Self.day)
    _ = try client.engine.resync()
    client.clock.advance(seconds: 5 * Self.day)
    _ = try client.engine.sync()
    #expect(comparisons == 2)
  }

  @Test("A comparison that gets no answer comes with the next sync")
  func unanswered() throws {
    let client = try filled("a", "b", "gone")
    server.forget([3])
    client.clock.advance(seconds: 8 * Self.day)
    server.add("new")
    server.fail(.sync, 3...3, with: .refuse(500))
    #expect(try client.engine.sync().kinds == [.serverFailed])
    #expect(try client.contents() == ["a", "b", "gone", "new"])
    #expect(try client.engine.sync().problems == [])
    #expect(try client.contents() == ["a", "b", "new"])
  }

  @Test("A comparison that a clock calls for is made, however often it gets no answer")
  func owed() throws {
    let client = try filled("a", "gone")
    server.change { $0.skew = Self.day }
    _ = try client.engine.sync()
    server.change { $0.skew = 0 }
    server.remove(2)
    client.clock.advance(seconds: 600)
    server.change {
      $0.fault = { _, _, request in
        request.path == "/api/memories/sync" ? .refuse(500) : nil
      }
    }
    for _ in 0..<3 {
      #expect(try client.engine.sync().kinds == [.serverFailed])
      client.clock.advance(seconds: 600)
    }
    server.stopFailing()
    _ = try client.engine.sync()
    #expect(try client.contents() == ["a"])
  }

  // MARK: Records that could not be read

  @Test("A record that could not be read is counted, and asked for until it can be")
  func mended() throws {
    let client = try filled("a")
    let id = server.add("b\0")
    #expect(try client.engine.sync().pull?.skipped == 1)
    for _ in 0..<3 {
      client.clock.advance(seconds: 600)
      _ = try client.engine.sync()
      #expect(try client.cache.counts().skipped == ["memory 2: content contains a NUL character"])
    }
    server.mend(id) { $0.content = "b" }
    client.clock.advance(seconds: 600)
    #expect(try client.engine.sync().pull?.skipped == 0)
    #expect(try client.contents() == ["a", "b"])
    #expect(try client.cache.counts().skipped == [])
    #expect(comparisons == 1)
  }

  @Test("It is asked for no longer once it is gone")
  func gone() throws {
    let client = try filled("a")
    let id = server.add("b\0")
    _ = try client.engine.sync()
    server.forget([id])
    client.clock.advance(seconds: 600)
    _ = try client.engine.sync()
    #expect(try client.cache.counts().skipped == [])
  }

  @Test("A record that does not say when it was changed, or who it is, is looked for everywhere")
  func nameless() throws {
    let client = try filled("a")
    server.change { $0.extraRecords = [#"{"id":"7"}"#, #"{"id":8,"content":"x"}"#] }
    _ = try client.engine.sync()
    #expect(
      try client.cache.counts().skipped == [
        "a record has no valid id", "memory 8: created_at is not a time",
      ])
    let before = comparisons
    server.change { $0.extraRecords = [] }
    client.clock.advance(seconds: 600)
    _ = try client.engine.sync()
    #expect(comparisons == before + 1)
    #expect(try client.cache.counts().skipped == [])
  }

  @Test("The longer it is waited for, the less often everything is asked for")
  func patience() throws {
    let client = try filled("a")
    server.change { $0.extraRecords = ["17"] }
    for _ in 0..<(24 * 60) {
      client.clock.advance(seconds: 60)
      _ = try client.engine.pull()
    }
    #expect(comparisons < 100)
  }
}
