import HTTPTransport
import Foundation
import TestSupport
import Testing

/// Each test runs in a process of its own, because a proxy is a matter of the environment.
@Suite struct TransportProxyTests {
  /// The failure of a request to a host that only a proxy could reach, at a proxy as the environment
  /// names it.
  private static func failure(at proxy: String, scheme: String = "https") -> TransportFailure? {
    setenv("\(scheme)_proxy", proxy, 1)
    let transport = makeTransport {
      $0.proxies = ProxySettings(environment: ProcessInfo.processInfo.environment)
    }
    let request = HTTPRequest(
      .post, "\(scheme)://memctl.invalid/api", headers: [("Authorization", "Bearer k")],
      body: [0x7B], patience: .whole(10))
    do throws(TransportFailure) {
      _ = try transport.perform(request)
      return nil
    } catch {
      return error
    }
  }

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

  @Test(
    "A proxy that refuses to connect is told as what it is, and never sees the key",
    arguments: [407, 403, 503])
  func refusing(status: Int) async {
    await #expect(processExitsWith: .success) { [status] in
      let proxy = FaultyServer(.answer(status))
      let failure = Self.failure(at: "http://u:hunter2@127.0.0.1:\(proxy.port)/")
      let refusal = ProxyRefusal(
        status: status, proxy: "127.0.0.1:\(proxy.port)", variable: "https_proxy",
        host: "memctl.invalid", server: "memctl.invalid:443")
      #expect(failure == .blocked(.refusingProxy(refusal)))
      #expect(proxy.requests.map(\.method) == ["CONNECT"])
      #expect(proxy.requests.first?.headers["authorization"] == nil)
    }
  }

  @Test("A proxy that is not there is named instead of the server")
  func missing() async {
    await #expect(processExitsWith: .success) {
      let port = FaultyServer().port
      let failure = Self.failure(at: "http://u:hunter2@127.0.0.1:\(port)", scheme: "http")
      #expect(
        failure
          == .notSent("cannot connect to the proxy at 127.0.0.1:\(port): Connection refused"))
      #expect(
        Self.failure(at: "http://u:hunter2@memctl-proxy.invalid:1")
          == .notSent("cannot find the host of the proxy at memctl-proxy.invalid:1"))
    }
  }

  @Test(
    "A proxy that cannot be used is told by its variable, and its password by nobody",
    arguments: [
      "foo://u:hunter2@127.0.0.1:1", "socks9://u:hunter2@h", "http://u:hunter2@127.0.0.1:99999",
      "http://u:hun ter2@127.0.0.1:1", "http://u:hunter2@", "http://u:hunter#2@127.0.0.1:9",
      "http://u:hunter2/@127.0.0.1:9", "http://u:hunter2@[::1", "u:hunter2@127.0.0.1:x",
    ])
  func unusable(proxy: String) async {
    await #expect(processExitsWith: .success) { [proxy] in
      let failure = Self.failure(at: proxy)
      #expect(failure == .blocked(.unusableProxy(variable: "https_proxy")))
    }
  }
}
