import Foundation
import JSON
import TestSupport
import Testing

/// What an import may cost.
@Suite struct ImportTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func importing(_ body: [UInt8]) throws -> HTTPAnswer {
    let connection = try fixture.connect()
    try connection.sendHead(
      "POST", "/api/memories/import", headers: ["Authorization": "key-a"], length: body.count)
    try connection.send(body)
    return try connection.receive()
  }

  /// The most memory that the server ever had, in bytes.
  private func peak() throws -> Int {
    let path = "/proc/\(fixture.server.processIdentifier)/status"
    let line = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .first { $0.hasPrefix("VmHWM:") }
    return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 1024
  }

  private static let mebibyte = 1 << 20
  private static let size = 16 * mebibyte
  private static let empties = Array(repeatElement(Array("[],".utf8), count: size / 3).joined())

  @Test(arguments: [
    ("[", "[]]", "model_attributes_type"), ("[[", "[]]]", "value_error"),
    (#"{"a":["#, "[]]}", "list_type"), (#"[{"content":["#, "[]]}]", "value_error"),
  ])
  func `A body that is all wrong takes little more memory than it has bytes`(
    beginning: String, end: String, type: String
  ) throws {
    let answer = try importing(Array(beginning.utf8) + Self.empties + Array(end.utf8))
    #expect(answer.status == 422)
    #expect(answer.problem["type"] == .string(type))
    #expect((answer.json["detail"]?.array?.count ?? 0) <= 100)
    #expect(answer.body.count < 4 * Self.mebibyte)
    #expect(try peak() < 4 * Self.size)
  }

  @Test func `An import has a bound, and all of it or nothing is stored`() throws {
    let body = { (count: Int) in
      Array("[\(repeatElement(#"{"content":""}"#, count: count).joined(separator: ","))]".utf8)
    }
    let refused = try importing(body(100_001))
    #expect(refused.status == 413)
    #expect(refused.json["detail"] == "An import has at most 100000 memories")
    #expect(try fixture.ask("GET", "/api/memories").memories.isEmpty)
    let taken = try importing(body(100_000))
    #expect(taken.json.array?.count == 100_000)
    #expect(taken.json.array?.last?["id"] == 100_000)
    #expect(try fixture.ask("GET", "/api/memories?limit=1").json["total"] == 100_000)
  }

  @Test func `Only so many large bodies are in memory at a time`() throws {
    let half = [UInt8](repeating: 0x20, count: 8 * Self.mebibyte)
    let connections = try (0..<5).map { _ in try fixture.connect() }
    for connection in connections {
      try connection.sendHead(
        "POST", "/api/memories/import", headers: ["Authorization": "key-a"],
        length: half.count + 2)
      // More than the kernel takes by itself, so the server has begun with it.
      try connection.send(half)
    }
    for connection in connections { try connection.send(Array("[]".utf8)) }
    let answers = try connections.map { try $0.receive() }
    #expect(answers.map(\.status).sorted() == [200, 200, 200, 200, 503])
    #expect(answers.first { $0.status == 503 }?.headers["retry-after"] == "1")
    #expect(try importing(half + Array("[]".utf8)).status == 200)
  }
}
