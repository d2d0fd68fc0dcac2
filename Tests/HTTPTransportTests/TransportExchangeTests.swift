import HTTPTransport
import Foundation
import System
import TestSupport
import Testing

func makeTransport(
  cancellation: Cancellation = Cancellation(),
  _ adjust: (inout CurlTransport.Options) -> Void = { _ in }
) -> CurlTransport {
  var options = CurlTransport.Options(userAgent: "memctl/test")
  adjust(&options)
  return CurlTransport(cancellation: cancellation, options: options)
}

extension HTTPResponse {
  var bytes: [UInt8] { body.withBytes { Array($0) } }
}

@Suite struct TransportExchangeTests {
  @Test("A request arrives as it was given, and nothing that libcurl would add comes with it")
  func requestIsFaithful() throws {
    let server = FaultyServer()
    let body = [UInt8](repeating: 0x61, count: 300_000)
    _ = try makeTransport().perform(
      HTTPRequest(
        .post, server.url("/api/memories?a=b"),
        headers: [("Authorization", "Bearer k"), ("X-Empty", "")], body: body, patience: .whole(10))
    )
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/memories?a=b")
    #expect(request.body == body)
    #expect(
      request.headers == [
        "host": "127.0.0.1:\(server.port)", "user-agent": "memctl/test", "accept": "*/*",
        "authorization": "Bearer k", "x-empty": "", "content-length": "300000",
      ])
  }

  @Test(
    "Each method is sent by its name, with a body or without",
    arguments: [HTTPRequest.Method.get, .post, .put, .delete], [nil, Array("{}".utf8)])
  func methods(method: HTTPRequest.Method, body: [UInt8]?) throws {
    let server = FaultyServer()
    _ = try makeTransport().perform(
      HTTPRequest(method, server.url(), body: body, patience: .whole(10)))
    #expect(server.requests.map(\.method) == [method.rawValue])
    #expect(server.requests.map(\.body) == [body ?? []])
  }

  @Test("An answer keeps its status, its body and its headers, the last of each name")
  func answerIsFaithful() throws {
    let head = "HTTP/1.1 429 -\r\nA: 1\r\nRETRY-After:  7 \r\na: 2\r\nContent-Length: 2\r\n\r\nhi"
    let server = FaultyServer(.raw(Array("HTTP/1.1 103 -\r\nB: 1\r\n\r\n\(head)".utf8)))
    let response = try makeTransport().perform(
      HTTPRequest(.get, server.url(), patience: .whole(10)))
    #expect(response.status == 429)
    #expect(response.headers == ["a": "2", "retry-after": "7", "content-length": "2"])
    #expect(response.bytes == Array("hi".utf8))
  }

  @Test("What follows the body of an answer is not taken for its headers")
  func trailers() throws {
    let head = "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
    let server = FaultyServer(.raw(Array("\(head)2\r\nhi\r\n0\r\nLocation: /\r\n\r\n".utf8)))
    let response = try makeTransport().perform(
      HTTPRequest(.get, server.url(), patience: .whole(10)))
    #expect(response.headers == ["transfer-encoding": "chunked"])
    #expect(response.bytes == Array("hi".utf8))
  }

  @Test("Many requests, one after the other, share a connection")
  func keepAlive() throws {
    let server = FaultyServer()
    let transport = makeTransport()
    for method in [HTTPRequest.Method.post, .get, .delete, .put, .post] {
      let body = method == .delete || method == .get ? nil : Array("{}".utf8)
      _ = try transport.perform(HTTPRequest(method, server.url(), body: body, patience: .whole(10)))
    }
    #expect(server.requests.map(\.connection) == [1, 1, 1, 1, 1])
  }

  @Test("A kept connection that the server has closed meanwhile is not used")
  func deadConnection() throws {
    let server = FaultyServer(.answer() + .closeUnread)
    let transport = makeTransport()
    for closed in [1, 0] {
      let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(10))
      #expect(try transport.perform(request).status == 200)
      server.awaitClosedConnections(closed)
    }
    #expect(server.requests.map(\.connection) == [1, 2])
  }

  @Test("Eight requests are under way at a time, and further ones wait for a connection")
  func inFlight() throws {
    let server = FaultyServer(thereafter: .awaitRequests(8) + .answer())
    let transport = makeTransport()
    var open = Set(
      (0..<20).map { _ in
        transport.start(HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(20)))
      })
    for end in ends(of: transport) {
      open.remove(end.id)
      #expect(try end.result.get().status == 200)
    }
    #expect(open.isEmpty)
    #expect(server.requests.count == 20)
    #expect(server.connectionCount == 8)
  }

  @Test("The time that a request waits for its turn does not count against its patience")
  func waitingIsFree() throws {
    let server = FaultyServer(.trickle([1, 2, 3, 4, 5, 6], everyMilliseconds: 100))
    let transport = makeTransport { $0.maximumConnections = 1 }
    _ = transport.start(HTTPRequest(.get, server.url(), patience: .whole(20)))
    _ = transport.start(HTTPRequest(.get, server.url(), patience: .whole(0.5)))
    for end in ends(of: transport) { #expect(try end.result.get().status == 200) }
  }

  @Test("A compressed answer is decompressed")
  func gzip() throws {
    let server = FaultyServer(
      .answer(headers: ["Content-Encoding": "gzip"], body: compressedZeros))
    let response = try makeTransport().perform(
      HTTPRequest(.get, server.url(), patience: .whole(10)))
    #expect(server.requests.first?.headers["accept-encoding"] == "gzip")
    #expect(response.bytes == [UInt8](repeating: 0, count: 100_000))
  }

  @Test(
    "An answer longer than the limit is refused, compressed or endless ones too",
    arguments: [
      .answer(body: [UInt8](repeating: 0x20, count: 50_001)), .endlessBody,
      .answer(headers: ["Content-Encoding": "gzip"], body: compressedZeros),
    ] as [FaultyBehaviour])
  func tooLarge(behaviour: FaultyBehaviour) throws {
    let server = FaultyServer(behaviour)
    let transport = makeTransport { $0.maximumAnswer = 50_000 }
    #expect(throws: TransportFailure.tooLarge(limit: 50_000)) {
      try transport.perform(HTTPRequest(.get, server.url(), patience: .firstByte(10)))
    }
  }

  @Test("A compressed answer that becomes out of all proportion is given up early")
  func bomb() throws {
    let packed = try python(
      """
      import base64, gzip, io
      out = io.BytesIO()
      with gzip.GzipFile(fileobj=out, mode="wb") as file:
        for _ in range(64): file.write(b" " * (1 << 20))
      print(base64.b64encode(out.getvalue()).decode())
      """)
    let body = Array(try #require(Data(base64Encoded: packed, options: .ignoreUnknownCharacters)))
    let server = FaultyServer(.answer(headers: ["Content-Encoding": "gzip"], body: body))
    #expect(
      failure(HTTPRequest(.get, server.url(), patience: .firstByte(10)))
        == #"invalidResponse("the answer expands to more than 100 times its compressed size")"#)
  }

  @Test("A long answer goes to a file that leaves no trace")
  func temporaryFile() throws {
    let folder = NSTemporaryDirectory() + "/memctl-test-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let body = (0..<200_000).map { UInt8($0 % 251) }
    let server = FaultyServer(.answer(body: body))
    let transport = makeTransport {
      $0.temporaryFolder = folder
      $0.memoryThreshold = 1000
    }
    let response = try transport.perform(HTTPRequest(.get, server.url(), patience: .whole(10)))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(response.bytes == body)
    response.body.release(before: 100_000)
    #expect(response.bytes == body)
  }

  @Test("Only an answer above the threshold needs the folder", arguments: [1000, 1001])
  func threshold(count: Int) throws {
    let server = FaultyServer(.answer(body: [UInt8](repeating: 0x20, count: count)))
    let missing = TemporaryFolder.unique()
    let transport = makeTransport {
      $0.temporaryFolder = missing
      $0.memoryThreshold = 1000
    }
    let request = HTTPRequest(.get, server.url(), patience: .whole(10))
    if count == 1000 {
      #expect(try transport.perform(request).body.count == 1000)
    } else {
      #expect(
        throws: TransportFailure.noRoom(
          "cannot keep the server's answer in \(missing): No such file or directory")
      ) { try transport.perform(request) }
    }
  }
}

/// 100,000 zero bytes.
let compressedZeros: [UInt8] = {
  let text =
    "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBXA32VEdSghgEA"
  return Array(Data(base64Encoded: text)!)
}()

/// Every exchange that is under way, in the order in which they end.
private func ends(of transport: CurlTransport) -> [ExchangeEnd] {
  Array(sequence(first: transport.next()) { $0.isEmpty ? nil : transport.next() }.joined())
}
