import Foundation
import MemctlCore
import TestSupport
import Testing

/// Each test runs in a process of its own, because a proxy is a matter of the environment.
@Suite struct TransportProxyTests {
  @Test("A proxy from the environment is used")
  func used() async {
    await #expect(processExitsWith: .success) {
      let proxy = FaultyServer()
      setenv("http_proxy", proxy.url(), 1)
      let response = try makeTransport().perform(
        HTTPRequest(.post, "http://memctl.invalid/api", body: [0x7B], patience: .whole(10)))
      #expect(response.status == 200)
      #expect(proxy.requests.map(\.path) == ["http://memctl.invalid/api"])
    }
  }

  @Test("A proxy that refuses to connect means that nothing was sent, and never sees the key")
  func refusing() async {
    await #expect(processExitsWith: .success) {
      let proxy = FaultyServer(.answer(403))
      setenv("https_proxy", proxy.url(), 1)
      let request = HTTPRequest(
        .post, "https://memctl.invalid/api", headers: [("Authorization", "Bearer k")],
        body: [0x7B], patience: .whole(10))
      #expect(failure(request).hasPrefix("notSent"))
      #expect(proxy.requests.map(\.method) == ["CONNECT"])
      #expect(proxy.requests.first?.headers["authorization"] == nil)
    }
  }

  @Test("A proxy that is not there is named instead of the server")
  func missing() async {
    await #expect(processExitsWith: .success) {
      let port = FaultyServer().port
      setenv("http_proxy", "http://127.0.0.1:\(port)", 1)
      let request = HTTPRequest(
        .post, "http://memctl.invalid/", body: [0x7B], patience: .whole(10))
      #expect(failure(request).hasPrefix("notSent(\"Failed to connect to 127.0.0.1 port \(port)"))
    }
  }
}
