import ClientSupport
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

/// Entries that cannot be sent as they are (promise G7), and answers that acknowledge nothing (G18).
@Suite("Rejections") struct RejectionTests {
  let server = ModelServer()

  @Test(
    "A rejected store becomes a dead letter with the server's answer, and the others go on",
    arguments: [400, 404, 405, 409, 410, 413, 422])
  func rejected(status: Int) throws {
    let client = try Client(server)
    for content in ["bad", "b", "c"] { try client.store(content) }
    server.change {
      $0.fault = { call, _, request in
        call == .store && request.body.contains(Array("bad".utf8))
          ? .refuse(status, body: #"{"detail":"because"}"#) : nil
      }
    }
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    #expect(report.push?.acknowledged == 2)
    #expect(report.push?.dead == 1)
    #expect(server.contents.sorted() == ["b", "c"])
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.state == .dead)
    #expect(entry.attempts == 1)
    #expect(entry.lastError == .init(kind: .rejected, status: status, message: "because"))
    #expect(try client.pendingOps() == [])
    _ = try client.engine.sync()
    #expect(server.count(.store) == 3)
    #expect(try client.contents() == ["b", "bad", "c"])
  }

  private static let malformed: [(String, String)] = [
    ("store", "{"), ("store", "[]"), ("store", "{}"), ("store", #"{"content":5}"#),
    ("store", #"{"content":"x","local_id":-1}"#), ("store", #"{"content":"\ud800"}"#),
    ("store", #"{"content":"x","importance":NaN}"#),
    ("store", #"{"content":"x","importance":1e999}"#),
    ("delete", "{}"),
    ("delete", #"{"server_id":null}"#), ("delete", #"{"server_id":0}"#),
    ("frobnicate", #"{"content":"x"}"#), ("", "{}"),
  ]

  @Test(
    "An entry that cannot be understood is a dead letter and stops nothing", arguments: malformed)
  func unreadable(name: String, payload: String) throws {
    let client = try Client(server)
    try Connection(path: client.path).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES (?, ?, 'x')", name, payload)
    try client.store("a")
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    #expect(server.contents == ["a"])
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.state == .dead)
    #expect(entry.payload == payload)
    #expect(entry.operationName == name)
    #expect(entry.lastError?.kind == .invalidInput)
    #expect(try client.pendingOps() == [])
  }

  @Test("An entry that cannot be read holds its memory back until the user decides")
  func unreadableStore() throws {
    let client = try Client(server)
    let id = try client.storeOrphan("a")
    try Connection(path: client.path).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('store', ?, 'x')",
      #"{"local_id": \#(id.rawValue), "content": 5}"#)
    for _ in 1...2 { _ = try client.engine.resync() }
    #expect(server.contents == [])
    #expect(try client.states() == [.dead])
    #expect(try client.contents() == ["a"])
  }

  @Test("An entry that the server fails at for ever holds up nothing and is given up in the end")
  func failsForEver() throws {
    let client = try Client(server)
    server.add("theirs")
    _ = try client.engine.sync()
    try client.store("bad")
    try client.delete("theirs")
    server.change {
      $0.fault = { call, _, request in
        call == .delete || call == .store && request.body.contains(Array("bad".utf8))
          ? .refuse(500) : nil
      }
    }
    for number in 0..<8 {
      try client.store("m\(number)")
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == (0..<8).map { "m\($0)" } + ["theirs"])
    #expect(try client.states() == [.dead, .dead])
    #expect(server.count(.delete) == 5)
    #expect(try client.cache.queue.entries().allSatisfy { $0.lastError?.status == 500 })
  }

  @Test("A dead letter stays until the user retries or drops it")
  func userDecides() throws {
    let client = try Client(server)
    for content in ["a", "b"] { try client.store(content) }
    server.fail(.store, 1...2, with: .refuse(422))
    _ = try client.engine.sync()
    #expect(try client.cache.counts().deadLetters == 2)
    #expect(try client.cache.counts().pending == 0)
    #expect(try client.cache.queue.retry(EntryID(rawValue: 1)))
    #expect(try client.cache.queue.drop(EntryID(rawValue: 2)) == .withheld(LocalID(rawValue: 2)))
    #expect(try client.cache.queue.retry(EntryID(rawValue: 3)) == false)
    #expect(try client.cache.queue.drop(EntryID(rawValue: 3)) == nil)
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a", "b"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A memory whose store is dead can be deleted, and its entry goes with it")
  func deletedWhileDead() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, with: .refuse(422))
    _ = try client.engine.sync()
    #expect(try client.delete("a") == .cancelled)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A rejection never repeats what the user wrote")
  func noEcho() throws {
    let client = try Client(server)
    let secret = String(repeating: "hunter2", count: 300)
    try client.store(secret, isSensitive: true)
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    let message = try #require(try client.cache.queue.entries().first?.lastError?.message)
    #expect(message == "content: content too long")
    #expect(!report.problems[0].message.contains("hunter2"))
  }

  @Test(
    "Whatever a server repeats of the key or of the entry is neither told nor kept",
    arguments: [
      #"{"detail":"ECHO is not allowed"}"#, #"{"detail":[{"loc":["body","ECHO"],"msg":"no"}]}"#,
      #"{"detail":[{"loc":["body","content"],"msg":"Value error: 'ECHO'","input":"ECHO"}]}"#,
    ])
  func echoes(body: String) throws {
    for echo in ["hunter2 is the password of host a", "hunter2 is the pass", "Bearer secret-key"] {
      let body = body.replacing("ECHO", with: echo)
      for (call, status) in [(ModelServer.Call.store, 422), (.authCheck, 401), (.sync, 403)] {
        let client = try Client(server)
        try client.store("hunter2 is the password of host a", isSensitive: true)
        server.fail(call, with: .refuse(status, body: body))
        let report = try client.engine.sync()
        let told = report.problems.map(\.message) + report.problems.compactMap(\.hint?.description)
        let kept = try Connection(path: client.path).query(
          """
          SELECT value FROM memctl_meta
          UNION ALL SELECT error_message FROM memctl_entries WHERE error_message IS NOT NULL
          """
        ) { $0.text(0) }
        for text in told + kept {
          #expect(!text.contains("secret-key") && (call != .store || !text.contains("hunter2")))
        }
      }
    }
  }

  // MARK: What is no acknowledgement

  private static let empty = [
    "", "{}", "[]", "null", "true", "5", "\"ok\"", "<html></html>", #"{"id":null}"#, #"{"id":"5"}"#,
    #"{"id":0}"#, #"{"id":-5}"#, #"{"id":1.5}"#, #"{"id":9223372036854775808}"#, #"{"id":[1]}"#,
    #"{"deleted":1}"#, #"{"id":5"#, #"{"id":5} x"#,
  ]

  @Test("A store is done when its answer names an id, not before", arguments: empty)
  func store(body: String) throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, 1...1, with: .refuse(200, body: body))
    let report = try client.engine.push()
    #expect(report.kinds == [.invalidResponse])
    #expect(try client.states() == [.inDoubt])
    #expect(try client.cache.memory(id)?.serverID == nil)
    client.waitLongEnough()
    _ = try client.engine.push()
    #expect(server.contents == ["a"])
    #expect(try client.cache.memory(id)?.serverID?.rawValue == 1)
  }

  @Test("What a file from before 0.1.0 remembers of such an answer keeps its meaning")
  func earlierName() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(200, body: "{}"))
    _ = try client.engine.push()
    let connection = try Connection(path: client.path)
    try connection.execute(
      """
      UPDATE memctl_entries SET error_kind = 'nonsense' WHERE error_kind = 'invalid_response';
      UPDATE memctl_meta SET value = replace(value, 'invalid_response', 'nonsense')
      """)
    #expect(try client.cache.queue.entries().map(\.lastError?.kind) == [.invalidResponse])
    #expect(try client.cache.syncState().lastError == .invalidResponse)
    #expect(try client.cache.counts().lastError?.json["kind"] == "invalid_response")
  }

  private static let unconfirmed = [
    "", "{}", "[]", "<html></html>", #"{"deleted":null}"#, #"{"deleted":0}"#, #"{"deleted":77}"#,
    #"{"deleted":"2"}"#, #"{"id":2}"#, #"{"deleted":true}"#,
  ]

  @Test("A delete is done when its answer says so, not before", arguments: unconfirmed)
  func delete(body: String) throws {
    let client = try Client(server)
    for content in ["a", "other"] { server.add(content) }
    _ = try client.engine.pull()
    try client.delete("a")
    server.fail(.delete, 1...1, with: .refuse(200, body: body))
    #expect(try client.engine.push().kinds == [.invalidResponse])
    #expect(try client.states() == [.pending])
    _ = try client.engine.sync()
    #expect(server.contents == ["other"])
    #expect(try client.contents() == ["other"])
  }

  @Test("Entries whose answers are always lost keep the others waiting once at most")
  func poison() throws {
    let client = try Client(server)
    for number in 0..<12 { server.add("m\(number)") }
    _ = try client.engine.pull()
    for number in 0..<12 { try client.delete("m\(number)") }
    server.fail(.delete, with: .loseRequest)
    _ = try client.engine.push()
    try client.store("a")
    _ = try client.engine.push()
    #expect(server.contents.contains("a"))
  }

  @Test("The id of another memory is no acknowledgement")
  func foreignID() throws {
    let client = try Client(server)
    server.add("other")
    _ = try client.engine.pull()
    let id = try client.store("a")
    server.fail(.store, 1...1, with: .refuse(200, body: #"{"id":1}"#))
    #expect(try client.engine.push().kinds == [.invalidResponse])
    #expect(try client.cache.memory(id)?.serverID == nil)
    #expect(try client.memory("other")?.serverID?.rawValue == 1)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a", "other"])
    #expect(try client.contents() == ["a", "other"])
  }

  @Test("Who lets an entry be sent again forgets how often the server failed at it")
  func retryForgets() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).run(
      "UPDATE memctl_entries SET attempts = 4, next_attempt_at = '2999-01-01T00:00:00+00:00'")
    #expect(try client.cache.queue.retry(EntryID(rawValue: 1)))
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.attempts == 0)
    #expect(entry.nextAttemptAt == nil)
  }

  @Test("Nor is the id of one that is blacked out from end to end, which could be anything")
  func redactedForeignID() throws {
    let client = try Client(server)
    let redacted = "[REDACTED:password]"
    let id = try client.store("a")
    server.add(redacted) { $0.isSensitive = true }
    _ = try client.engine.pull()
    server.fail(.store, 1...1, with: .refuse(200, body: #"{"id":1}"#))
    #expect(try client.engine.push().kinds == [.invalidResponse])
    #expect(try client.cache.memory(id)?.serverID == nil)
    #expect(try client.memory(redacted)?.serverID?.rawValue == 1)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == [redacted, "a"])
    #expect(try client.contents() == [redacted, "a"])
  }
}

extension [UInt8] {
  func contains(_ other: [UInt8]) -> Bool { firstRange(of: other) != nil }
}
