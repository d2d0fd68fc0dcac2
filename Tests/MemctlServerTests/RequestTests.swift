import Testing

@testable import MemctlServer

/// Requests whose end another program could see elsewhere (RFC 9112).
@Suite struct RequestTests {
  private let server: LocalServer

  init() throws { server = try LocalServer() }

  private static let body = #"{"content":"a"}"#
  private static let chunks = "f\r\n\(body)\r\n0\r\n\r\n"

  /// The status of the one answer to a store with these header lines; what follows is to be dropped.
  private func status(
    _ lines: [String], _ body: String, line: String = "POST /api/memories HTTP/1.1"
  ) throws -> Int {
    let connection = try server.connect()
    let head = ([line, "Authorization: key-a"] + lines).joined(separator: "\r\n")
    try connection.send(Array("\(head)\r\n\r\n\(body)GET /health HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    let status = try connection.receive().status
    #expect(connection.isAtEnd())
    return status
  }

  @Test(arguments: [
    ["Content-Length: 15", "Content-Length: 3"], ["Content-Length: 15", "Content-Length: 15"],
    ["Content-Length: 15", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 15"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding : chunked"], ["Content-Length : 15"], ["Content Length: 15"],
    ["X Y: z", "Content-Length: 15"],
    ["X: a\rb", "Content-Length: 15"], ["X: a\u{1}b", "Content-Length: 15"],
  ])
  func `A request whose length is ambiguous is refused, and nothing after it is read`(
    lines: [String]
  ) throws {
    let isChunked = lines.contains { $0.hasPrefix("Transfer-Encoding") }
    let body = isChunked ? Self.chunks : Self.body
    #expect(try status(["Host: x"] + lines, body) == 400)
    #expect(try stored() == 0)
  }

  @Test(arguments: ["gzip", "gzip, chunked", "identity", "xchunked", "chunked, chunked"])
  func `A transfer coding that is not known is refused`(coding: String) throws {
    #expect(try status(["Host: x", "Transfer-Encoding: \(coding)"], Self.chunks) == 501)
    #expect(try stored() == 0)
  }

  @Test(arguments: [[], ["Host: x", "Host: y"], ["Host: x", "Host: x"]])
  func `A request needs one host`(lines: [String]) throws {
    #expect(try status(lines + ["Content-Length: 15"], Self.body) == 400)
    #expect(try stored() == 0)
  }

  @Test func `HTTP 1.0 needs no host, and has no chunks`() throws {
    let line = "POST /api/memories HTTP/1.0"
    #expect(try status(["Content-Length: 15"], Self.body, line: line) == 200)
    #expect(try status(["Transfer-Encoding: chunked"], Self.chunks, line: line) == 400)
    #expect(try stored() == 1)
  }

  @Test(arguments: ["chunked", "Chunked"])
  func `A body in chunks is taken`(coding: String) throws {
    let connection = try server.connect()
    let head = "POST /api/memories HTTP/1.1\r\nHost: x\r\nAuthorization: key-a\r\n"
    try connection.send(
      Array("\(head)Transfer-Encoding: \(coding)\r\n\r\n\(Self.chunks)".utf8))
    #expect(try connection.receive().status == 200)
    #expect(try stored() == 1)
  }

  private func stored() throws -> Int64 { try server.store.number("SELECT count(*) FROM memories") }
}
