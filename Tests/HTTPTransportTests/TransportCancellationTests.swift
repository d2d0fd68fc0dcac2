import HTTPTransport
import System
import TestSupport
import Testing

@Suite struct TransportCancellationTests {
  @Test("After a cancellation what is under way may end, and nothing else begins")
  func settles() throws {
    let cancellation = Cancellation()
    let server = FaultyServer(
      .decide { _ in
        cancellation.cancel()
        return .answer()
      })
    let transport = makeTransport(cancellation: cancellation) { $0.maximumConnections = 1 }
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(10))
    _ = transport.start(request)
    _ = transport.start(request)
    let results = (transport.next() + transport.next()).map(\.result)
    #expect(try results[0].get().status == 200)
    #expect(throws: TransportFailure.notSent("interrupted")) { try results[1].get() }
    #expect(transport.next().isEmpty)
    #expect(throws: TransportFailure.notSent("interrupted")) { try transport.perform(request) }
    #expect(server.requests.count == 1)
  }

  @Test("A read is given up at once by a cancellation")
  func givesUpReads() {
    let cancellation = Cancellation()
    let server = FaultyServer(
      thereafter: .decide { _ in
        cancellation.cancel()
        return .silence
      })
    let transport = makeTransport(cancellation: cancellation) { $0.settleTime = 3_600 }
    let request = HTTPRequest(.get, server.url(), patience: .whole(3_600))
    #expect(failure(request, over: transport) == #"lost("interrupted")"#)
  }

  @Test("What does not end in time after a cancellation is given up")
  func givesUp() {
    let cancellation = Cancellation()
    let server = FaultyServer(
      thereafter: .decide { _ in
        cancellation.cancel()
        return .silence
      })
    let transport = makeTransport(cancellation: cancellation) { $0.settleTime = 0.2 }
    let request = HTTPRequest(.post, server.url(), body: [0x7B], patience: .whole(60))
    #expect(failure(request, over: transport) == #"lost("interrupted")"#)
  }
}
