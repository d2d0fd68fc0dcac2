import Foundation
import HTTPTransport
import TestSupport
import Testing

@Suite struct TransportProgressTests {
  /// What is told while an answer arrives, without repetitions.
  private func progress(
    _ method: HTTPRequest.Method = .get, of behaviour: FaultyBehaviour
  ) throws -> [TransferProgress] {
    let server = FaultyServer(behaviour)
    var told: [TransferProgress] = []
    _ = try makeTransport().perform(HTTPRequest(method, server.url(), patience: .whole(10))) {
      if told.last != $0 { told.append($0) }
    }
    return told
  }

  @Test("The length in the head is the total, and the bytes on the way are counted")
  func length() throws {
    let told = try progress(of: .trickle([UInt8](repeating: 0x20, count: 300_000), size: 100_000))
    #expect(told.allSatisfy { $0.total == 300_000 && !$0.isEstimate })
    #expect(told.map(\.received) == told.map(\.received).sorted())
    #expect(told.contains { (1..<300_000).contains($0.received) })
  }

  @Test("Of a compressed answer the compressed bytes are counted, as its length does")
  func compressed() throws {
    let body = compressedZeros
    let head =
      "HTTP/1.1 200 -\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
    let told = try progress(
      of: .raw(Array(head.utf8))
        + FaultyBehaviour([.trickle(body, size: body.count / 2, everyMilliseconds: 50)]))
    #expect(told.contains(TransferProgress(received: body.count / 2, total: body.count)))
    #expect(told.allSatisfy { $0.received <= body.count })
  }

  @Test("Without a length, the server's estimate of the body is the total")
  func estimate() throws {
    let head = "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\nX-Estimated-Length: 9\r\n\r\n"
    let behaviour =
      FaultyBehaviour.raw(Array("\(head)4\r\n[1, \r\n".utf8))
      + FaultyBehaviour([
        .trickle(Array("4\r\n2 ] \r\n0\r\n\r\n".utf8), size: 3, everyMilliseconds: 20)
      ])
    let told = try progress(of: behaviour)
    #expect(told.contains(TransferProgress(received: 4, total: 9, isEstimate: true)))
  }

  @Test("An error, a redirect or the answer to a write tell nothing")
  func others() throws {
    #expect(try progress(of: .answer(404)) == [])
    #expect(try progress(.post, of: .answer()) == [])
  }
}
