import Foundation
import Testing

@testable import MemctlServer

/// How long the server waits for clients, and for how many of them.
@Suite struct PatienceTests {
  private static let head = "GET /health HTTP/1.1\r\nHost: x\r\n"
  private static let store =
    "POST /api/memories HTTP/1.1\r\nHost: x\r\nAuthorization: key-a\r\n"
    + "Expect: 100-continue\r\n"

  /// Sends byte after byte until the server ends the connection.
  private func drip(_ connection: HTTPConnection) {
    while !connection.isAtEnd(within: 10) {
      if (try? connection.send([UInt8(ascii: "x")])) == nil { return }
    }
  }

  @Test(arguments: ["", "GET /hea", Self.head])
  func `A head that never ends is given up, whether or not bytes come`(beginning: String) throws {
    let server = try LocalServer(limits: .init(patience: 0.2))
    let silent = try server.connect()
    try silent.send(Array(beginning.utf8))
    #expect(silent.isAtEnd())
    let dripping = try server.connect()
    try dripping.send(Array(beginning.utf8))
    drip(dripping)
  }

  @Test(arguments: ["Content-Length: 100000\r\n", "Transfer-Encoding: chunked\r\n"])
  func `A body that drips is given up, with a key and without`(length: String) throws {
    let server = try LocalServer(limits: .init(patience: 0.2))
    let admitted = try server.connect()
    try admitted.send(Array("\(Self.store)\(length)\r\n".utf8))
    #expect(try admitted.receiveHead().status == 100)
    try admitted.send(Array("186a0\r\n".utf8))
    drip(admitted)
    let stranger = try server.connect()
    try stranger.send(Array("\(Self.head)\(length)\r\n186a0\r\n".utf8))
    drip(stranger)
  }

  @Test func `A connection that asks nothing more is ended`() throws {
    let server = try LocalServer(limits: .init(patience: 0.2))
    let connection = try server.connect()
    for _ in 0..<3 {
      try connection.sendHead("GET", "/health", headers: [:], length: 0)
      #expect(try connection.receive().status == 200)
    }
    #expect(connection.isAtEnd())
  }

  @Test func `A body has time by its length`() throws {
    let server = try LocalServer(limits: .init(patience: 0.2, rate: 0.001))
    let connection = try server.connect()
    let body = #"{"content":"slow"}"#
    try connection.send(Array("\(Self.store)Content-Length: \(body.utf8.count)\r\n\r\n".utf8))
    #expect(try connection.receiveHead().status == 100)
    try connection.send(Array(body.utf8.prefix(1)))
    // Far longer than the patience; but the byte was worth a thousand seconds.
    #expect(!connection.isAtEnd(within: 600))
    try connection.send(Array(body.utf8.dropFirst()))
    #expect(try connection.receive().status == 200)
  }

  @Test(arguments: ["", Self.head])
  func `When all places are taken, those who wait longest make room`(beginning: String) throws {
    let server = try LocalServer(limits: .init(count: 8, patience: 1000))
    let crowd = try (0..<200).map { _ in
      let connection = try server.connect()
      try? connection.send(Array(beginning.utf8))
      return connection
    }
    #expect(try server.isHealthy())
    #expect(crowd[0].isAtEnd())
    #expect(!crowd[199].isAtEnd(within: 0))
  }

  @Test func `Who is being served keeps the place`() throws {
    let server = try LocalServer(limits: .init(count: 8, patience: 1000))
    let served = try server.connect()
    let body = #"{"content":"a"}"#
    try served.send(Array("\(Self.store)Content-Length: \(body.utf8.count)\r\n\r\n".utf8))
    #expect(try served.receiveHead().status == 100)
    let crowd = try (0..<40).map { _ in try server.connect() }
    #expect(try server.isHealthy())
    try served.send(Array(body.utf8))
    #expect(try served.receive().status == 200)
    _ = crowd
  }

  @Test func `A crowd from one address takes no place from another's`() throws {
    let server = try LocalServer(limits: .init(count: 8, patience: 1000))
    let first = try server.connect(from: "127.0.0.2")
    let crowd = try (0..<40).map { _ in try server.connect() }
    #expect(try server.isHealthy())
    #expect(crowd[0].isAtEnd())
    try first.sendHead("GET", "/health", headers: [:], length: 0)
    #expect(try first.receive().status == 200)
  }

  @Test(arguments: [
    "GET /hea", Self.head, "\(Self.store)Content-Length: 9\r\n\r\n{}",
    "\(Self.store)Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
  ])
  func `A client that ends in mid-request is not waited for`(beginning: String) throws {
    let server = try LocalServer(limits: .init(patience: 1000))
    let connection = try server.connect()
    try connection.send(Array(beginning.utf8))
    connection.finishSending()
    while (try? connection.receiveHead().status) == 100 {}
    #expect(connection.isAtEnd())
  }

  @Test func `A client that ends after its request gets the answer`() throws {
    let server = try LocalServer(limits: .init(patience: 1000))
    let connection = try server.connect()
    try connection.send(Array("\(Self.head)\r\n".utf8))
    connection.finishSending()
    #expect(try connection.receive().status == 200)
    #expect(connection.isAtEnd())
  }
}
