import Foundation
import JSON
import SQLite
import Testing

@Suite struct SyncTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func sync(since: String? = nil, key: String = "key-a") throws -> HTTPAnswer {
    let query = since.map { "?since=" + $0.replacing("+", with: "%2B") } ?? ""
    return try fixture.ask("GET", "/api/memories/sync\(query)", key: key)
  }

  @Test func `A full sync has the user's live memories, in the order of their changes`() throws {
    let first = try fixture.store("first")
    let second = try fixture.store("second")
    try fixture.store("bob's", key: "key-b")
    _ = try fixture.ask("DELETE", "/api/memories/\(fixture.store("deleted"))")
    _ = try fixture.ask("PUT", "/api/memories/\(first)", #"{"tags":"changed"}"#)
    #expect(try sync().memories.map { $0["id"]?.int64 } == [second, first])
    #expect(try sync(since: "").memories.count == 2)
    #expect(try sync(key: "key-b").memories.map { $0["content"] } == ["bob's"])
  }

  @Test func `A watermark gives what changed after it, tombstones with their content`() throws {
    let kept = try fixture.store("kept")
    let deleted = try fixture.store("deleted")
    let watermark = try #require(try sync().json["server_time"]?.string)
    #expect(try sync(since: watermark).memories.isEmpty)
    _ = try fixture.ask("DELETE", "/api/memories/\(deleted)")
    let changed = try sync(since: watermark).memories
    #expect(changed.map { $0["id"]?.int64 } == [deleted])
    #expect(changed[0]["content"] == "deleted")
    #expect(changed[0]["deleted_at"] == changed[0]["updated_at"])
    _ = try fixture.ask("PUT", "/api/memories/\(kept)", #"{"tags":"t"}"#)
    #expect(try sync(since: watermark).memories.map { $0["id"]?.int64 } == [deleted, kept])
  }

  @Test func `A watermark is strict`() throws {
    try fixture.store("a")
    let updated = try #require(try sync().memories[0]["updated_at"]?.string)
    #expect(try sync(since: updated).memories.isEmpty)
  }

  @Test func `Following the watermarks misses no change of a busy server`() throws {
    let writers = try (0..<8).map { _ in try fixture.connect() }
    let headers = ["Authorization": "Bearer key-a"]
    let body = Array(#"{"content":"c"}"#.utf8)
    var watermark = try #require(try sync().json["server_time"]?.string)
    var seen: [Int64] = []
    for _ in 0..<20 {
      for writer in writers {
        try writer.sendHead("POST", "/api/memories", headers: headers, length: body.count)
        try writer.send(body)
      }
      // Some of the stores are on their way.
      let answer = try sync(since: watermark)
      seen += answer.memories.compactMap { $0["id"]?.int64 }
      watermark = try #require(answer.json["server_time"]?.string)
      for writer in writers { #expect(try writer.receive().status == 200) }
    }
    seen += try sync(since: watermark).memories.compactMap { $0["id"]?.int64 }
    #expect(seen.sorted() == Array(1...160))
  }

  @Test(arguments: [
    "2020-01-01", "2020-01-01T00:00:00", "2020-01-01T00:00:00Z", "2020-01-01T02:00:00.5+02:00",
  ])
  func `A watermark may be naive, in UTC, or have an offset`(since: String) throws {
    try fixture.store("a")
    #expect(try sync(since: since).memories.count == 1)
  }

  @Test(arguments: ["2020-01-01T00:00:00+00:00", "2020-01-01+00:00:00.25+02:00"])
  func `A plus sign that was not encoded is one all the same`(since: String) throws {
    try fixture.store("a")
    #expect(try fixture.ask("GET", "/api/memories/sync?since=\(since)").memories.count == 1)
  }

  @Test func `A watermark that is no time is a 422`() throws {
    let answer = try sync(since: "yesterday")
    #expect(answer.status == 422)
    #expect(answer.problem["loc"] == ["query", "since"])
  }

  @Test func `A long answer has each memory once, and keeps neither writers nor the log waiting`()
    throws
  {
    let content = String(repeating: "x", count: 1400)
    let element = #"{"content":"\#(content)"}"#
    let count = 6000
    let body = "[\(repeatElement(element, count: count).joined(separator: ","))]"
    #expect(try fixture.ask("POST", "/api/memories/import", body).status == 200)

    let reader = try HTTPConnection(port: fixture.server.port, receiveBuffer: 4096)
    try reader.sendHead(
      "GET", "/api/memories/sync", headers: ["Authorization": "key-a"], length: 0)
    let (status, headers) = try reader.receiveHead()
    #expect(status == 200)
    #expect(headers["transfer-encoding"] == "chunked")

    // The reader has the first memory, and not yet the last.
    let late = try fixture.store("late")
    _ = try fixture.ask("PUT", "/api/memories/1", #"{"tags":"changed"}"#)
    _ = try fixture.ask("DELETE", "/api/memories/\(count)")
    _ = try fixture.ask("PUT", "/api/memories/\(count - 1)", #"{"tags":"changed"}"#)
    let isBlocked = try Connection(path: fixture.storePath).first(
      "PRAGMA wal_checkpoint(TRUNCATE)"
    ) { $0.bool(0) }
    #expect(isBlocked == false)

    let answer = HTTPAnswer(
      status: status, headers: headers, body: try reader.receiveBody(headers))
    #expect(answer.memories.map { $0["id"]?.int64 } == (1..<Int64(count)).map { $0 })
    #expect(answer.memories.allSatisfy { $0["content"]?.string == content })
    let watermark = try #require(answer.json["server_time"]?.string)
    let rest = try sync(since: watermark).memories
    #expect(rest.map { $0["id"]?.int64 } == [late, 1, Int64(count), Int64(count - 1)])
  }
}
