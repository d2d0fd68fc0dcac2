import Foundation
import TestSupport
import Testing

/// Real certificates, in front of the real server.
@Suite("A problem with a certificate")
struct CertificateTests {
  private let home: Home
  private let authority: CertificateAuthority
  /// The port of the server, which speaks plain http.
  private let port: UInt16

  init() throws {
    home = try Home.withServer()
    authority = try CertificateAuthority()
    port = UInt16(home.environment["MEMORY_API_URL"]!.split(separator: ":").last!)!
  }

  private func front(
    names: String = "IP:127.0.0.1", clients: String? = nil
  ) throws -> TLSFront {
    let front = try TLSFront(authority.issue(names), before: port, clients: clients)
    home.environment["MEMORY_API_URL"] = front.url("")
    return front
  }

  @Test("is 78 and told with what to set; the queue waits, and goes out once that is set")
  func unknownAuthority() throws {
    let front = try front()
    try home.enqueue("mine")
    for _ in 1...6 {
      let ended = try home.memctl("sync")
      #expect(ended.status == 78)
      #expect(
        ended.message == """
          the certificate of 127.0.0.1:\(front.port) was issued by an authority that is not in the \
          list of authorities on this machine
          """)
      #expect(ended.hint?.hasPrefix("set MEMCTL_CA_FILE to a file with") == true)
    }
    #expect(try home.queue() == ["store: pending"])
    let errors = try #require(
      home.memctl("sync", "--json").json.first?["errors"] as? [[String: String]])
    #expect(errors.first?["kind"] == "certificate")

    try home.write(".config/memctl/config", "ca-file = \(authority.certificate)")
    #expect(try home.memctl("sync").status == 0)
    #expect(try home.queue() == [])
  }

  @Test("of this side is told when the server asks for one")
  func clientCertificate() throws {
    let front = try front(clients: authority.certificate)
    home.environment["SSL_CERT_FILE"] = authority.certificate
    let refused = try home.memctl("sync")
    #expect(refused.status == 78)
    #expect(refused.message == "127.0.0.1:\(front.port) asks for a client certificate")
    #expect(refused.hint == "set MEMCTL_CLIENT_CERT and MEMCTL_CLIENT_KEY")
    let own = try authority.issue()
    home.environment["MEMCTL_CLIENT_CERT"] = own.certificate
    home.environment["MEMCTL_CLIENT_KEY"] = own.key
    #expect(try home.memctl("sync").status == 0)
  }

  @Test("is seen at the prompt, and not as being offline")
  func prompt() throws {
    let front = try front(names: "DNS:other.example")
    home.environment["CURL_CA_BUNDLE"] = authority.certificate
    let prompt = try home.prompt(adding: ["MEMORY_SYNC_INTERVAL": "1"])
    try prompt.wait(forCursorAfter: "memctl (certificate refused)> ")
    #expect(
      prompt.transcript.contains("the certificate of 127.0.0.1:\(front.port) is for another host"))
    #expect(try prompt.leave() == 0)
  }

  @Test("is none where https is sent to a port that speaks plain http")
  func plainPort() throws {
    let plain = FaultyServer(
      FaultyBehaviour([.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), .close]))
    home.environment["MEMORY_API_URL"] = "https://127.0.0.1:\(plain.port)"
    let ended = try home.memctl("sync")
    #expect(ended.status == 78)
    #expect(ended.message == "the server at 127.0.0.1:\(plain.port) does not speak https")
    #expect(
      ended.hint == "if it speaks plain http, its address is http://127.0.0.1:\(plain.port)")
  }
}
