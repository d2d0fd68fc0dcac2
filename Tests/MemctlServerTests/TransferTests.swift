import Foundation
import JSON
import Testing

/// Conditional requests, compression and limits.
@Suite struct TransferTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  @Test(arguments: ["/api/memories/sync", "/api/memories", "/api/memories/1"])
  func `What the client has already is not sent again until it changes`(target: String) throws {
    try fixture.store("a")
    let tag = try #require(try fixture.ask("GET", target).headers["etag"])
    let has = ["If-None-Match": "\"other\", \(tag)"]
    let same = try fixture.ask("GET", target, headers: has)
    #expect(same.status == 304)
    #expect(same.body.isEmpty)
    #expect(same.headers["etag"] == tag)
    _ = try fixture.ask("PUT", "/api/memories/1", #"{"tags":"t"}"#)
    let changed = try fixture.ask("GET", target, headers: has)
    #expect(changed.status == 200)
    #expect(changed.headers["etag"] != tag)
  }

  @Test(arguments: ["/api/memories/sync", "/api/memories"])
  func `A deletion is a change`(target: String) throws {
    for content in ["a", "b"] { try fixture.store(content) }
    let tag = try #require(try fixture.ask("GET", target).headers["etag"])
    _ = try fixture.ask("DELETE", "/api/memories/1")
    #expect(try fixture.ask("GET", target, headers: ["If-None-Match": tag]).status == 200)
  }

  @Test func `Another user's change leaves a sync as it was`() throws {
    try fixture.store("a")
    let tag = try #require(try fixture.ask("GET", "/api/memories/sync").headers["etag"])
    try fixture.store("b", key: "key-b")
    let answer = try fixture.ask("GET", "/api/memories/sync", headers: ["If-None-Match": tag])
    #expect(answer.status == 304)
  }

  @Test(arguments: [10, 1000])
  func `A client that asks for it gets a long answer compressed`(count: Int) throws {
    let element = #"{"content":"\#(String(repeating: "lorem ", count: 50))"}"#
    let body = "[\(repeatElement(element, count: count).joined(separator: ","))]"
    #expect(try fixture.ask("POST", "/api/memories/import", body).status == 200)
    let plain = try fixture.ask("GET", "/api/memories")
    #expect(plain.headers["content-encoding"] == nil)
    #expect(plain.headers["vary"] == "Accept-Encoding")
    let packed = try fixture.ask("GET", "/api/memories", headers: ["Accept-Encoding": "br, gzip"])
    #expect(packed.headers["content-encoding"] == "gzip")
    #expect(packed.body.count < plain.body.count / 4)
    #expect(try gunzip(packed.body) == plain.body)
  }

  @Test func `An answer in pieces says about how long it is, one in a piece exactly`() throws {
    let element = #"{"content":"\#(String(repeating: "lorem ", count: 50))"}"#
    let body = "[\(repeatElement(element, count: 1000).joined(separator: ","))]"
    #expect(try fixture.ask("POST", "/api/memories/import", body).status == 200)
    for headers in [[:], ["Accept-Encoding": "gzip"]] {
      let answer = try fixture.ask("GET", "/api/memories/sync", headers: headers)
      let length = try fixture.ask("GET", "/api/memories/sync").body.count
      let estimate = try #require(answer.headers["x-estimated-length"].flatMap { Int($0) })
      #expect(abs(estimate - length) * 10 < length)
    }
    let short = try fixture.ask("GET", "/api/memories/1")
    #expect(short.headers["x-estimated-length"] == nil)
    #expect(short.headers["content-length"] == "\(short.body.count)")
  }

  @Test func `A short answer is not compressed`() throws {
    try fixture.store("a")
    let answer = try fixture.ask("GET", "/api/memories", headers: ["Accept-Encoding": "gzip"])
    #expect(answer.headers["content-encoding"] == nil)
    #expect(answer.headers["content-length"] == "\(answer.body.count)")
  }

  @Test(arguments: [("POST", "/api/memories"), ("PUT", "/api/memories/1")])
  func `A body over one MiB is refused, and the connection stays`(method: String, target: String)
    throws
  {
    let connection = try fixture.connect()
    let headers = ["Authorization": "key-a"]
    let body = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
    try connection.sendHead(method, target, headers: headers, length: body.count)
    try connection.send(body)
    let answer = try connection.receive()
    #expect(answer.status == 413)
    #expect(answer.text == #"{"detail":"Request body too large"}"#)
    try connection.sendHead("GET", "/health", headers: [:], length: 0)
    #expect(try connection.receive().status == 200)
  }

  @Test func `An import over one MiB is taken, and one over 64 refused before it is sent`() throws {
    let space = String(repeating: " ", count: 2 << 20)
    #expect(try fixture.ask("POST", "/api/memories/import", "[\(space)]").status == 200)
    let connection = try fixture.connect()
    try connection.sendHead(
      "POST", "/api/memories/import", headers: ["Authorization": "key-a"], length: (64 << 20) + 1)
    #expect(try connection.receive().status == 413)
    #expect(connection.isAtEnd())
  }

  @Test func `A body in chunks has the same bounds`() throws {
    let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + [13, 10]
    let head = "HTTP/1.1\r\nHost: x\r\nAuthorization: key-a\r\nTransfer-Encoding: chunked\r\n\r\n"
    let store = try fixture.connect()
    try store.send(Array("POST /api/memories \(head)".utf8) + chunk)
    try store.send(Array("1\r\n \r\n0\r\n\r\n".utf8))
    #expect(try store.receive().status == 413)
    let endless = try fixture.connect()
    try endless.send(Array("POST /api/memories/import \(head)".utf8))
    #expect(throws: HTTPConnection.Failure.self) {
      for _ in 0..<1000 { try endless.send(chunk) }
    }
  }

  private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = fixture.folder.appendingPathComponent("answer.gz")
    try Data(bytes).write(to: file)
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", file.path]
    process.standardOutput = output
    try process.run()
    defer { process.waitUntilExit() }
    return Array(output.fileHandleForReading.readDataToEndOfFile())
  }
}
