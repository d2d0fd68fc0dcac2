import Foundation
import Glibc
import JSON
import MemoryAPI
import SQLite
import TestSupport
import Testing

/// What the server makes sure of about its file, while it runs and over a restart.
@Suite struct StoreTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private var path: String { fixture.storePath }
  private static let body = #"{"content":"after"}"#
  private static let hour: Int64 = 3_600_000_000

  private func sync(since: Timestamp) throws -> [JSONValue] {
    let text = since.description.replacing("+", with: "%2B")
    return try fixture.ask("GET", "/api/memories/sync?since=\(text)").memories
  }

  private func expectRefusal() throws {
    for (method, target) in [
      ("POST", "/api/memories"), ("GET", "/api/memories/sync"), ("GET", "/api/memories/1"),
      ("PUT", "/api/memories/1"), ("DELETE", "/api/memories/1"),
    ] {
      let answer = try fixture.ask(method, target, method == "GET" ? "" : Self.body)
      #expect(answer.status == 503, "\(method) \(target)")
      #expect(answer.json["detail"] == "The store was removed or replaced")
    }
  }

  @Test(arguments: ["", "-wal", "-shm", ".lock"])
  func `A store of which a file was removed is neither read nor written`(part: String) throws {
    try fixture.store("before")
    #expect(unlink(path + part) == 0)
    try expectRefusal()
  }

  @Test func `A store that was replaced is neither read nor written`() throws {
    try fixture.store("before")
    let other = path + ".other"
    try Connection(path: other).execute("CREATE TABLE t (x)")
    let before = try Data(contentsOf: URL(fileURLWithPath: other))
    #expect(rename(other, path) == 0)
    try expectRefusal()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func `A store that is put back is served again`() throws {
    try fixture.store("before")
    #expect(rename(path, path + ".away") == 0)
    #expect(try fixture.ask("POST", "/api/memories", Self.body).status == 503)
    #expect(rename(path + ".away", path) == 0)
    #expect(try fixture.ask("POST", "/api/memories", Self.body).status == 200)
    #expect(try fixture.ask("GET", "/api/memories").memories.count == 2)
  }

  @Test func `A watermark that was handed out before a kill is never undercut`() throws {
    try fixture.store("before")
    let answer = try fixture.ask("GET", "/api/memories/sync")
    let watermark = try #require(answer.json["server_time"]?.string.flatMap(Timestamp.init))
    fixture.server.kill()
    let reserved = try withStore {
      try #require(try $0.first("SELECT reserved FROM clock") { $0.int64(0) })
    }
    #expect(reserved >= watermark.microseconds)

    // As if the clock had been an hour ahead when the watermark was handed out.
    try withStore { _ = try $0.run("UPDATE clock SET reserved = ?", reserved + Self.hour) }
    try fixture.relaunch()
    try fixture.store("after")
    let found = try sync(since: Timestamp(microseconds: reserved + Self.hour))
    #expect(found.map { $0["content"] } == ["after"])
  }

  @Test func `A change is later than the last one, even if the clock was set back meanwhile`()
    throws
  {
    let id = try fixture.store("before")
    fixture.server.kill()
    let last = Timestamp.now.microseconds + Self.hour
    try withStore { _ = try $0.run("UPDATE memories SET updated_at = ?", last) }
    try fixture.relaunch()
    _ = try fixture.ask("PUT", "/api/memories/\(id)", #"{"tags":"after"}"#)
    #expect(try sync(since: Timestamp(microseconds: last)).map { $0["tags"] } == ["after"])
  }

  @Test func `After an orderly end, times go on where they were`() throws {
    try fixture.store("before")
    _ = try fixture.ask("GET", "/api/memories/sync")
    #expect(fixture.server.stop() == 0)
    let reserved = try withStore {
      try #require(try $0.first("SELECT reserved FROM clock") { $0.int64(0) })
    }
    #expect(reserved <= Timestamp.now.microseconds)
  }

  @Test func `A store of the first version is taken over, with its idempotency keys`() throws {
    let headers = ["Idempotency-Key": "k"]
    let first = try fixture.ask("POST", "/api/memories", Self.body, headers: headers)
    fixture.server.kill()
    try withStore {
      try $0.execute(
        """
        ALTER TABLE idempotency_keys ADD COLUMN answer TEXT NOT NULL DEFAULT '';
        UPDATE idempotency_keys SET answer = json_object('id', first_id);
        ALTER TABLE idempotency_keys DROP COLUMN first_id;
        DROP TABLE clock;
        PRAGMA user_version = 1
        """)
    }
    try fixture.relaunch()
    try fixture.store("another")
    let again = try fixture.ask("POST", "/api/memories", Self.body, headers: headers)
    #expect(again.text == first.text)
  }

  @Test func `A store of a later version is left alone`() throws {
    fixture.server.kill()
    try withStore { try $0.execute("PRAGMA user_version = 99") }
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let failure = try #require(throws: ServerProcess.LaunchFailure.self) {
      try fixture.relaunch()
    }
    #expect(failure.status == 74)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func `A full disk is a 503 and nothing is stored, and once there is room all goes on`()
    throws
  {
    let server = try LocalServer()
    let connection = try server.connect()
    let body = Array(#"{"content":"\#(String(repeating: "x", count: 1400))"}"#.utf8)
    func store() throws -> HTTPAnswer {
      try connection.sendHead(
        "POST", "/api/memories", headers: ["Authorization": "key-a"], length: body.count)
      try connection.send(body)
      return try connection.receive()
    }
    #expect(try store().status == 200)
    // Full for SQLite, which then says what it says of a disk.
    try server.change("PRAGMA max_page_count = 1")
    var answer = try store()
    while answer.status == 200 { answer = try store() }
    #expect(answer.status == 503)
    #expect(answer.json["detail"] == "The server's disk is full")
    let count = try server.store.number("SELECT count(*) FROM memories")
    #expect(try store().status == 503)
    #expect(try server.store.number("SELECT count(*) FROM memories") == count)
    try server.change("PRAGMA max_page_count = 1000000")
    #expect(try store().json["id"] == .integer(count + 1))
  }

  private func withStore<Result>(_ body: (Connection) throws -> Result) throws -> Result {
    try body(Connection(path: path))
  }
}
