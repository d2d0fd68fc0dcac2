import HTTPTransport
import TestSupport
import Testing

/// The failure of a request, without the server's address, which differs from run to run.
func failure(_ request: HTTPRequest, over transport: CurlTransport = makeTransport()) -> String {
  do throws(TransportFailure) {
    return "answered \(try transport.perform(request).status)"
  } catch {
    return "\(error)".replacing(#/127\.0\.0\.1:\d+/#, with: "SERVER")
  }
}

@Suite struct TransportFailureTests {
  static let broken: [(FaultyBehaviour, String)] = [
    (.closeUnread, "the connection to SERVER broke before the answer began"),
    (.closeUnanswered, "the connection to SERVER broke before the answer began"),
    (.resetUnanswered, "the connection to SERVER broke before the answer began"),
    (.closeInHead, "the connection to SERVER broke before the answer was complete"),
    (interimOnly, "the connection to SERVER broke before the answer was complete"),
    (.closeInBody, "the connection to SERVER broke before the answer was complete"),
    (.resetInBody, "the connection to SERVER broke before the answer was complete"),
    (.closeInChunk, "the connection to SERVER broke before the answer was complete"),
  ]
  static let invalidResponses: [(FaultyBehaviour, String)] = [
    (.garbage, "what answers at SERVER is not HTTP"),
    (
      .raw(Array("HTTP/9.9 200 OK\r\n\r\n".utf8)) + .closeUnread,
      "what answers at SERVER is not HTTP"
    ),
    (
      .answer(headers: Dictionary(uniqueKeysWithValues: (0..<4000).map { ("h\($0)", bulk) })),
      "the answer has too many headers"
    ),
    (.raw(endlessHeader) + .closeUnread, "the answer has too many headers"),
  ]
  /// One line of 10 MB: libcurl calls that "Out of memory".
  private static let endlessHeader =
    Array("HTTP/1.1 200 OK\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: 10_000_000)
  private static let interimOnly: FaultyBehaviour =
    .raw(Array("HTTP/1.1 103 -\r\nA: 1\r\n\r\n".utf8)) + .closeUnread
  private static let bulk = String(repeating: "v", count: 100)

  @Test(
    "When a connection breaks, whether the request took effect is unknown", arguments: broken,
    [HTTPRequest.Method.get, .post])
  func lost(broken: (behaviour: FaultyBehaviour, text: String), method: HTTPRequest.Method) {
    let server = FaultyServer(broken.behaviour)
    let request = HTTPRequest(
      method, server.url(), body: method == .post ? [0x7B] : nil, patience: .whole(10))
    #expect(failure(request) == "lost(\"\(broken.text)\")")
    #expect(server.connectionCount == 1)
  }

  @Test(
    "What answers, but not as a server of this API could, is told apart",
    arguments: invalidResponses)
  func noServer(behaviour: FaultyBehaviour, text: String) {
    let server = FaultyServer(behaviour)
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(10))
    #expect(failure(request) == "invalidResponse(\"\(text)\")")
  }

  @Test(
    "A write that a kept connection swallowed is never sent twice",
    arguments: [HTTPRequest.Method.post, .put],
    [FaultyBehaviour.closeUnanswered, .resetUnanswered])
  func noSecondSending(method: HTTPRequest.Method, behaviour: FaultyBehaviour) {
    let server = FaultyServer(.answer(), behaviour)
    let transport = makeTransport()
    let request = HTTPRequest(method, server.url(), body: [0x7B], patience: .whole(10))
    #expect(failure(request, over: transport) == "answered 200")
    #expect(
      failure(request, over: transport)
        == #"lost("the connection to SERVER broke before the answer began")"#)
    #expect(server.requests.map(\.connection) == [1, 1])
  }

  @Test("A large write that a kept connection swallowed in part is never sent twice")
  func noSecondSendingOfALargeBody() {
    let server = FaultyServer(.answer(), .closeUnread)
    let transport = makeTransport()
    let body = [UInt8](repeating: 0x61, count: 4 << 20)
    let request = HTTPRequest(.post, server.url(), body: body, patience: .whole(10))
    #expect(failure(request, over: transport) == "answered 200")
    #expect(failure(request, over: transport).hasPrefix("lost"))
    #expect(server.requests.count == 1)
  }

  @Test(
    "A write without a body is never sent twice either",
    arguments: [HTTPRequest.Method.post, .put])
  func noSecondSendingOfNothing(method: HTTPRequest.Method) {
    let server = FaultyServer(.answer(), .closeUnanswered)
    let transport = makeTransport()
    let request = HTTPRequest(method, server.url(), patience: .whole(10))
    #expect(failure(request, over: transport) == "answered 200")
    #expect(failure(request, over: transport).hasPrefix("lost"))
    #expect(server.requests.map(\.connection) == [1, 1])
  }

  @Test(
    "What can be repeated is, on a fresh connection, when a kept one swallowed it",
    arguments: [HTTPRequest.Method.get, .delete])
  func harmlessSecondSending(method: HTTPRequest.Method) {
    let server = FaultyServer(.answer(), .closeUnanswered)
    let transport = makeTransport()
    let request = HTTPRequest(method, server.url(), patience: .whole(10))
    #expect(failure(request, over: transport) == "answered 200")
    #expect(failure(request, over: transport) == "answered 200")
    #expect(server.requests.map(\.connection) == [1, 1, 2])
  }

  @Test("A refused connection means that nothing was sent")
  func refused() {
    // Nobody listens on the port of a server that is gone.
    let url = FaultyServer().url()
    #expect(
      failure(HTTPRequest(.post, url, body: [0x7B], patience: .whole(10)))
        == #"notSent("connection refused by SERVER")"#)
  }

  @Test("A host without an address means that nothing was sent")
  func unknownHost() {
    let request = HTTPRequest(
      .post, "http://memctl.invalid/", body: [0x7B], patience: .whole(60))
    #expect(failure(request) == #"notSent("cannot find the host memctl.invalid")"#)
  }

  @Test("A connection that is never made means that nothing was sent")
  func deaf() {
    let server = DeafPort()
    let request = HTTPRequest(
      .post, "http://127.0.0.1:\(server.port)/", body: [0x7B], patience: .whole(0.3))
    #expect(failure(request) == #"notSent("no answer from SERVER within 0.3 s")"#)
  }

  @Test(
    "A failed handshake means that nothing was sent",
    arguments: [FaultyBehaviour.closeUnread, FaultyBehaviour([.hold])])
  func handshake(behaviour: FaultyBehaviour) {
    let server = FaultyServer(thereafter: behaviour)
    let request = HTTPRequest(
      .post, "https://127.0.0.1:\(server.port)/", body: [0x7B], patience: .whole(0.5))
    #expect(
      failure(request).hasPrefix("notSent(\"no ") && !failure(request).contains("SSL_"))
  }

  @Test(
    "An address that is not plainly http or https is not used",
    arguments: [
      "", "nonsense", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/",
      "http://user:secret@127.0.0.1/", "http://key@127.0.0.1/", "http://127.0.0.1:99999/",
    ])
  func badAddress(url: String) {
    let text = "the address is not an http or https address, or contains a user name"
    #expect(failure(HTTPRequest(.get, url, patience: .whole(10))) == "notSent(\"\(text)\")")
  }

  @Test("A line break in a header is not sent", arguments: [("A\r\nB", "1"), ("A", "1\nB: 2")])
  func headerInjection(header: (String, String)) {
    let server = FaultyServer()
    let request = HTTPRequest(.get, server.url(), headers: [header], patience: .whole(10))
    #expect(failure(request) == #"notSent("a header contains a line break")"#)
    #expect(server.requests.isEmpty)
  }

  @Test("A transport works on after a failure")
  func recovers() {
    let server = FaultyServer(.closeInBody, .garbage)
    let transport = makeTransport()
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(10))
    let outcomes = (0..<3).map { _ in failure(request, over: transport).prefix(4) }
    #expect(outcomes == ["lost", "inva", "answ"])
  }
}
