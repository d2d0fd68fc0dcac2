import ClientSupport
import HTTPTransport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Records and answers that a pull cannot use.
@Suite("A pull that gets a bad answer") struct BadAnswerTests {
  let server = ModelServer()

  // MARK: Bad records (promise G12)

  private static let time =
    #""created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z""#

  private static let bad: [(String, String)] = [
    ("null", "a record is not an object"), ("[]", "a record is not an object"),
    ("{}", "a record has no valid id"),
    (#"{"content":"x","category":"facts",\#(time)}"#, "a record has no valid id"),
    (#"{"id":null,"content":"x",\#(time)}"#, "a record has no valid id"),
    (#"{"id":"7","content":"x",\#(time)}"#, "a record has no valid id"),
    (#"{"id":0,"content":"x",\#(time)}"#, "a record has no valid id"),
    (#"{"id":7.5,"content":"x",\#(time)}"#, "a record has no valid id"),
    (#"{"id":9223372036854775808,"content":"x",\#(time)}"#, "a record has no valid id"),
    (#"{"id":7,\#(time)}"#, "memory 7: it has no content"),
    (#"{"id":7,"content":null,\#(time)}"#, "memory 7: it has no content"),
    (#"{"id":7,"content":5,\#(time)}"#, "memory 7: content has the wrong type"),
    (#"{"id":7,"content":"\ud800",\#(time)}"#, "memory 7: content is not valid text"),
    (#"{"id":7,"content":"a\u0000b",\#(time)}"#, "memory 7: content contains a NUL character"),
    (#"{"id":7,"content":"x","tags":[],\#(time)}"#, "memory 7: tags has the wrong type"),
    (
      #"{"id":7,"content":"x","importance":"high",\#(time)}"#,
      "memory 7: importance has the wrong type"
    ),
    (
      #"{"id":7,"content":"x","importance":1e999,\#(time)}"#,
      "memory 7: importance is not a number"
    ),
    (
      #"{"id":7,"content":"x","is_sensitive":1,\#(time)}"#,
      "memory 7: is_sensitive has the wrong type"
    ),
    (#"{"id":7,"content":"x"}"#, "memory 7: created_at is not a time"),
    (
      #"{"id":7,"content":"x","created_at":"2026-03-01T12:00:00Z","updated_at":"now"}"#,
      "memory 7: updated_at is not a time"
    ),
    (
      """
      {"id":7,"content":"x",\(time),"more":\(String(repeating: #"{"a":["#, count: 5_000))\
      \(String(repeating: "]}", count: 5_000))}
      """, "memory 7: one of its fields is nested too deeply"
    ),
    (#"{"id":1,"content":"twice",\#(time)}"#, "memory 1: it occurs twice in the answer"),
  ]

  @Test("A bad record is left out, counted and named; the rest is applied", arguments: bad)
  func badRecord(record: String, reason: String) throws {
    let client = try Client(server)
    server.add("a")
    server.change {
      $0.extraRecords = [record, #"{"id":8,"content":"z",\#(Self.time)}"#]
    }
    for operation in [SyncEngine.pull, { engine in { try engine.resync() } }] {
      let report = try operation(client.engine)()
      #expect(report.problems == [])
      #expect(report.pull?.received == 3)
      #expect(report.pull?.skipped == 1)
      #expect(report.pull?.skippedReasons == [reason])
    }
    #expect(try client.contents() == ["a", "z"])
    #expect(try client.cache.counts().lastSync != nil)
    #expect(!client.cache.database.connection.isInTransaction)
  }

  @Test("A column that is null on the server has the local column's default")
  func nulls() throws {
    let client = try Client(server)
    server.change {
      $0.extraRecords = [
        """
        {"id":7,"content":"x","category":null,"tags":null,"expanded_keywords":null,
        "importance":null,"is_sensitive":null,\(Self.time),"deleted_at":null,"more":{"a":[1]}}
        """
      ]
    }
    #expect(try client.engine.pull().pull?.inserted == 1)
    #expect(try client.memories()[0].fields == MemoryFields(content: "x"))
  }

  // MARK: Answers that are none

  private static let broken = [
    "", "{", "[]", "{}", "null", "<html>", #"{"memories":[]}"#,
    #"{"server_time":"2026-03-01T12:00:00Z"}"#,
    #"{"memories":null,"server_time":"2026-03-01T12:00:00Z"}"#,
    #"{"memories":{},"server_time":"2026-03-01T12:00:00Z"}"#,
    #"{"memories":[{"id":9,"content":"x",\#(time)}],"server_time":"2026-03-01T12:00:00Z""#,
    #"{"memories":[{"id":9,"content":"x",\#(time)}"#,
    #"{"memories":[],"server_time":"2026-03-01T12:00:00Z"} and more"#,
    #"{"memories":[],"memories":[],"server_time":"2026-03-01T12:00:00Z"}"#,
  ]

  @Test("An answer that is none of this API's changes nothing", arguments: broken)
  func invalidResponse(body: String) throws {
    let client = try Client(server)
    for number in 0..<3 { server.add("m\(number)") }
    _ = try client.engine.pull()
    try client.storeOrphan("mine")
    let before = try client.memories()
    let watermark = try client.cache.counts().lastSync
    server.fail(.sync, with: .refuse(200, body: body))
    for operation in [SyncEngine.pull, { engine in { try engine.resync(force: true) } }] {
      let report = try operation(client.engine)()
      #expect(report.kinds == [.invalidResponse])
      #expect(report.problems.first?.hint != nil)
    }
    #expect(try client.memories() == before)
    #expect(try client.cache.counts().lastSync == watermark)
    #expect(!client.cache.database.connection.isInTransaction)
  }

  @Test("Who uses the cache while a transaction is open is told so, and nothing is lost")
  func nestedUse() throws {
    let client = try Client(server)
    for number in 0..<4_000 { server.add("m\(number)") }
    var kinds: Set<Problem.Kind> = []
    client.engine.activity = { activity in
      guard case .applying = activity else { return }
      do { _ = try client.cache.memoryCount() } catch { kinds.insert((error as! Problem).kind) }
    }
    #expect(try client.engine.pull().pull?.inserted == 4_000)
    #expect(kinds == [.bug])
    #expect(try client.cache.memoryCount() == 4_000)
  }

  @Test("An answer that is cut anywhere changes nothing")
  func truncated() throws {
    let client = try Client(server)
    let body = Array(
      #"{"memories":[{"id":9,"content":"x\n",\#(Self.time)}],"server_time":"2026-03-01T12:00:00Z"}"#
        .utf8)
    func apply(_ count: Int) throws {
      _ = try client.cache.database.write { transaction in
        let answer = SyncAnswer(
          ResponseBody(Array(body.prefix(count))), .changes(since: .epoch),
          askedAt: client.clock.now)
        return try answer.apply(force: false, client.engine.conditions, { _ in }, in: transaction)
      }
    }
    for count in 0..<body.count {
      #expect(try problem { try apply(count) }?.kind == .invalidResponse)
    }
    #expect(try client.contents() == [])
    try apply(body.count)
    #expect(try client.contents() == ["x\n"])
  }

  @Test(
    "A pull that fails says why and leaves the push alone",
    arguments: [
      (500, Problem.Kind.serverFailed), (503, .overloaded), (404, .invalidResponse),
      (401, .unauthorized),
    ])
  func failing(status: Int, kind: Problem.Kind) throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.sync, with: .refuse(status))
    let report = try client.engine.sync()
    #expect(report.kinds == [kind])
    #expect(report.push?.acknowledged == 1)
    #expect(report.pull == nil)
    #expect(server.contents == ["a"])
  }
}
