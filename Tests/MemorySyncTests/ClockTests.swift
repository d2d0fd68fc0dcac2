import ClientSupport
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("This machine's clock") struct ClockTests {
  private let server = ModelServer()

  @Test("that is set back an hour keeps nothing from being synced, and makes nothing twice")
  func setBack() throws {
    let client = try Client(server)
    for content in ["kept", "unwanted"] { try client.store(content) }
    _ = try client.engine.sync()
    for content in ["lost", "lost on the way", "failed"] { try client.store(content) }
    server.change {
      $0.fault = { call, _, request in
        guard call == .store else { return nil }
        let content = String(decoding: request.body, as: UTF8.self)
        if content.contains("failed") { return .refuse(500) }
        return content.contains("on the way") ? .loseRequest : .loseAnswer
      }
    }
    _ = try client.engine.push()
    #expect(try client.states() == [.inDoubt, .inDoubt, .inDoubt])
    server.stopFailing()

    client.clock.advance(seconds: -3_600)
    server.change { $0.skew = 3_600 }
    server.add("theirs", secondsLate: -3_600)
    try client.store("new")
    try client.delete("unwanted")
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["kept", "lost", "new", "theirs"])
    #expect(try client.contents().contains("theirs"))

    client.clock.advance(seconds: 121)
    _ = try client.engine.sync()
    #expect(try client.cache.queue.entries().isEmpty)
    let all = ["failed", "kept", "lost", "lost on the way", "new", "theirs"]
    #expect(server.contents == all)
    _ = try client.engine.resync()
    #expect(server.contents == all)
    #expect(try client.contents() == all)
  }

  @Test("that was far ahead when an entry was put off does not keep it waiting for ever")
  func farAhead() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).run(
      "UPDATE memctl_entries SET next_attempt_at = '2999-01-01T00:00:00+00:00'")
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
  }
}
