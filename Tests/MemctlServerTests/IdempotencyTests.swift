import Foundation
import JSON
import SQLite
import Testing

@Suite struct IdempotencyTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func store(
    _ body: String, key idempotencyKey: String, to target: String = "/api/memories",
    as key: String = "key-a"
  ) throws -> HTTPAnswer {
    try fixture.ask("POST", target, body, headers: ["Idempotency-Key": idempotencyKey], key: key)
  }

  private func count() throws -> Int { try fixture.ask("GET", "/api/memories").memories.count }

  @Test(arguments: [
    ("/api/memories", #"{"content":"a"}"#), ("/api/memories/import", #"[{"content":"a"}]"#),
    (
      "/api/memories/import",
      #"[{"content":"a"},{"content":"b","category":"bug","importance":0.7}]"#
    ),
  ])
  func `A request with a key happens once, over a kill too`(target: String, body: String) throws {
    let first = try store(body, key: "k", to: target)
    #expect(first.status == 200)
    #expect(first.headers["idempotency-key"] == "k")
    try fixture.store("between")
    let again = try store(body, key: "k", to: target)
    #expect((again.status, again.text) == (first.status, first.text))
    #expect(again.headers["idempotency-key"] == "k")
    fixture.server.kill()
    try fixture.relaunch()
    #expect(try store(body, key: "k", to: target).text == first.text)
    #expect(try count() == 1 + (first.json.array?.count ?? 1))
  }

  @Test func `Requests with one key at the same time happen once together`() throws {
    let connections = try (0..<16).map { _ in try fixture.connect() }
    let body = Array(#"{"content":"a"}"#.utf8)
    let headers = ["Authorization": "key-a", "Idempotency-Key": "k"]
    for connection in connections {
      try connection.sendHead("POST", "/api/memories", headers: headers, length: body.count)
      try connection.send(Array(body.dropLast()))
    }
    for connection in connections { try connection.send(Array(body.suffix(1))) }
    let answers = try connections.map { try $0.receive().text }
    #expect(Set(answers).count == 1)
    #expect(try count() == 1)
  }

  @Test func `A key belongs to its user and to one request`() throws {
    let body = #"{"content":"a"}"#
    _ = try store(body, key: "k")
    #expect(try store(body, key: "k", as: "key-b").status == 200)
    #expect(try count() == 2)
    let other = try store(#"{"content":"b"}"#, key: "k")
    #expect(other.status == 422)
    #expect(other.json["detail"] == "Idempotency-Key was already used for a different request")
    #expect(other.headers["idempotency-key"] == "k")
    #expect(try count() == 2)
  }

  @Test func `A refused request does not use its key up`() throws {
    let refused = try store(#"{"content":7}"#, key: "k")
    #expect(refused.status == 422)
    #expect(refused.headers["idempotency-key"] == "k")
    #expect(try store(#"{"content":"a"}"#, key: "k").status == 200)
  }

  @Test(arguments: [
    String(repeating: "k", count: 256), String(repeating: "k", count: 60_000),
    "k\r\nIdempotency-Key: l",
  ])
  func `A key that is long or not alone is refused, and not repeated`(key: String) throws {
    let answer = try store(#"{"content":"a"}"#, key: key)
    #expect(answer.status == 422)
    #expect(answer.problem["loc"] == ["header", "idempotency-key"])
    #expect(answer.headers["idempotency-key"] == nil)
    #expect(answer.body.count < 1000)
    #expect(try count() == 0)
    let longest = String(repeating: "é", count: 127) + "k"
    #expect(try store(#"{"content":"a"}"#, key: longest).headers["idempotency-key"] == longest)
  }

  @Test func `Two keys that are no UTF-8 are not taken for one`() throws {
    let body = #"{"content":"a"}"#
    for byte: UInt8 in [0xe4, 0xf6] {
      let connection = try fixture.connect()
      let head = "POST /api/memories HTTP/1.1\r\nHost: x\r\nAuthorization: key-a\r\n"
      try connection.send(
        Array("\(head)Content-Length: \(body.utf8.count)\r\nIdempotency-Key: k".utf8) + [byte])
      try connection.send(Array("\r\n\r\n\(body)".utf8))
      #expect(try connection.receive().status == 422)
    }
    #expect(try count() == 0)
  }

  @Test(arguments: [(6, 1), (8, 2)])
  func `A key is remembered for seven days`(age: Int, memories: Int) throws {
    let body = #"{"content":"a"}"#
    _ = try store(body, key: "k")
    #expect(fixture.server.stop() == 0)
    try Connection(path: fixture.storePath).run(
      "UPDATE idempotency_keys SET created_at = created_at - ?", age * 24 * 3600 * 1_000_000)
    try fixture.relaunch()
    #expect(try store(body, key: "k").status == 200)
    #expect(try count() == memories)
  }

  @Test func `A store that was answered survives a kill`() throws {
    for number in 0..<20 { try fixture.store("memory \(number)") }
    fixture.server.kill()
    try fixture.relaunch()
    #expect(try count() == 20)
  }
}
