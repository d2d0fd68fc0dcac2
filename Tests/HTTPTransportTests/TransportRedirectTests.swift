import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct TransportRedirectTests {
  private static let page = CurlURL("http://Example.org/api/memories?x=1")!

  private static func decide(
    _ status: Int, _ location: String?, _ method: HTTPRequest.Method = .post, hops: Int = 0
  ) -> Redirect {
    .decide(status: status, location: location, at: page, method: method, hops: hops)
  }

  @Test(
    "An address of the same origin is followed",
    arguments: [
      ("http://example.org/new", "http://example.org/new"),
      ("HTTP://EXAMPLE.ORG:80/new", "http://EXAMPLE.ORG:80/new"),
      ("//example.org/new", "http://example.org/new"),
      ("/new", "http://Example.org/new"),
      ("new", "http://Example.org/api/new"),
      ("../new", "http://Example.org/new"),
      ("memories/", "http://Example.org/api/memories/"),
      ("?y=2", "http://Example.org/api/memories?y=2"),
    ])
  func sameOrigin(location: String, target: String) {
    #expect(Self.decide(307, location) == .follow(CurlURL(target)!))
  }

  @Test(
    "An address of another origin is not followed",
    arguments: [
      ("http://evil.example/", "http://evil.example"),
      ("//evil.example/", "http://evil.example"),
      ("http://example.org.evil.example/", "http://example.org.evil.example"),
      ("http://sub.example.org/", "http://sub.example.org"),
      ("http://example.org:8080/", "http://example.org:8080"),
      ("https://example.org/", "https://example.org"),
      ("https://example.org:80/", "https://example.org:80"),
      ("http://[::1]:8080/", "http://[::1]:8080"),
    ])
  func otherOrigin(location: String, origin: String) throws {
    guard case .foreign(let found) = Self.decide(307, location) else {
      Issue.record("\(location) is not seen as foreign")
      return
    }
    #expect(found.description == origin)
  }

  @Test(
    "An address that cannot be trusted is an error",
    arguments: [
      "http://user@example.org/", "http://a:b@example.org/", "http://example.org@evil.example/",
      "ftp://example.org/", "file:///etc/passwd", "http://", "http://exa mple.org/",
      "http://example.org:99999/", "javascript://example.org/",
    ])
  func broken(location: String) {
    #expect(
      Self.decide(307, location)
        == .broken("the server redirects to an address that memctl does not follow"))
  }

  @Test(
    "Which answers redirect",
    arguments: [
      (200, .post, false), (300, .post, false), (301, .post, true), (302, .post, true),
      (303, .post, false), (303, .put, false), (303, .delete, false), (303, .get, true),
      (304, .get, false), (305, .get, false), (306, .get, false), (307, .delete, true),
      (308, .put, true), (401, .get, false),
    ] as [(Int, HTTPRequest.Method, Bool)])
  func statuses(status: Int, method: HTTPRequest.Method, redirects: Bool) {
    #expect((Self.decide(status, "/new", method) != .none) == redirects)
  }

  @Test("An answer that does not say where to is the answer")
  func noLocation() {
    #expect(Self.decide(307, nil) == .none)
  }

  @Test("Five redirects are followed, not six")
  func hops() {
    #expect(Self.decide(307, "/new", hops: 4) == .follow(CurlURL("http://Example.org/new")!))
    #expect(Self.decide(307, "/new", hops: 5) == .broken("the server redirects more than 5 times"))
  }

  @Test("A redirected write arrives whole, by its method", arguments: [301, 302, 307, 308])
  func write(status: Int) throws {
    let server = FaultyServer(.redirect(status, to: "/api/memories"))
    let response = try makeTransport().perform(
      HTTPRequest(
        .post, server.url("/api/memories/"), headers: [("Authorization", "Bearer k")],
        body: Array("{\"a\":1}".utf8), patience: .whole(10)))
    #expect(response.status == 200)
    #expect(response.bytes == Array("{}".utf8))
    #expect(server.requests.map(\.method) == ["POST", "POST"])
    #expect(server.requests.map(\.path) == ["/api/memories/", "/api/memories"])
    #expect(server.requests.map(\.body) == [Array("{\"a\":1}".utf8), Array("{\"a\":1}".utf8)])
    #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer k", "Bearer k"])
  }

  @Test("A circle of redirects ends")
  func circle() {
    let server = FaultyServer(thereafter: .redirect(to: "/"))
    let request = HTTPRequest(.get, server.url(), patience: .whole(10))
    #expect(failure(request) == #"invalidResponse("the server redirects more than 5 times")"#)
    #expect(server.requests.count == 6)
  }

  @Test("Another origin gets neither the key nor the request")
  func foreign() {
    let thief = FaultyServer()
    let server = FaultyServer(.redirect(to: thief.url("/take")))
    let request = HTTPRequest(
      .post, server.url(), headers: [("Authorization", "Bearer k")], body: [0x7B],
      patience: .whole(10))
    #expect(throws: TransportFailure.foreignRedirect(to: "http://127.0.0.1:\(thief.port)")) {
      try makeTransport().perform(request)
    }
    #expect(thief.connectionCount == 0)
  }
}
