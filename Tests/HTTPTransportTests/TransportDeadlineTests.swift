import HTTPTransport
import TestSupport
import Testing

@Suite struct TransportDeadlineTests {
  private static let slowHead = Array("HTTP/1.1 200 It is going to be all right".utf8)
  private static let slowBody = [UInt8](repeating: 0x20, count: 10_000)

  @Test(
    "The deadline is for the whole exchange, also while the answer drips",
    arguments: [
      (.silence, "no answer"), (.trickle(slowBody), "no complete answer"),
      (FaultyBehaviour([.read, .trickle(slowHead, size: 1, everyMilliseconds: 20)]), "no answer"),
    ] as [(FaultyBehaviour, String)])
  func whole(behaviour: FaultyBehaviour, text: String) {
    let server = FaultyServer(behaviour)
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(0.2))
    #expect(failure(request) == "lost(\"\(text) from SERVER within 0.2 s\")")
  }

  @Test("Redirects share one deadline")
  func redirects() {
    let server = FaultyServer(.redirect(to: "/a"), .redirect(to: "/b"), thereafter: .silence)
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(0.5))
    #expect(failure(request) == #"lost("no answer from SERVER within 0.5 s")"#)
    #expect(server.requests.map(\.path) == ["/", "/a", "/b"])
  }

  @Test("An answer that does not begin is given up")
  func firstByte() {
    let server = FaultyServer(.silence)
    let request = HTTPRequest(.get, server.url(), patience: .firstByte(0.2))
    #expect(failure(request) == #"lost("no answer from SERVER within 0.2 s")"#)
  }

  @Test("An answer that began and then drips is given up")
  func drip() {
    // It would end by itself, so that a test without a least rate fails and does not hang.
    let body = Array(Self.slowBody.prefix(100))
    let server = FaultyServer(.trickle(body, everyMilliseconds: 20))
    let request = HTTPRequest(.get, server.url(), patience: .firstByte(10))
    let transport = makeTransport { $0.leastRateWindow = 0.3 }
    #expect(
      failure(request, over: transport)
        == #"lost("the answer from SERVER arrived at less than 1024 bytes a second")"#)
  }

  @Test("An answer that flows may take longer than it had time to begin")
  func flow() throws {
    let server = FaultyServer(.trickle(Self.slowBody, size: 500, everyMilliseconds: 50))
    let transport = makeTransport { $0.leastRateWindow = 0.3 }
    let response = try transport.perform(
      HTTPRequest(.get, server.url(), patience: .firstByte(0.5)))
    #expect(response.bytes == Self.slowBody)
  }
}
