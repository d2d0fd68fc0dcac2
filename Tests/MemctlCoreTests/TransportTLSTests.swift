import Foundation
import MemctlCore
import TestSupport
import Testing

/// Certificates are made for the tests, and every connection is a real one.
@Suite struct TransportTLSTests {
  let server = FaultyServer()
  let authority: CertificateAuthority

  init() throws { authority = try CertificateAuthority() }

  private func request(_ front: TLSFront, host: String = "127.0.0.1") -> HTTPRequest {
    HTTPRequest(.post, front.url(host: host), body: [0x7B], patience: .whole(10))
  }

  private func file(_ path: String, _ variable: String) -> TLSSettings.File {
    TLSSettings.File(path: path, origin: .environment(variable))
  }

  private var trusting: TLSSettings {
    var settings = TLSSettings()
    settings.authorities = file(authority.certificate, "MEMCTL_CA_FILE")
    return settings
  }

  private func identified(_ identity: CertificateAuthority.Identity) -> TLSSettings {
    var settings = trusting
    settings.clientCertificate = file(identity.certificate, "MEMCTL_CLIENT_CERT")
    settings.clientKey = file(identity.key, "MEMCTL_CLIENT_KEY")
    return settings
  }

  /// What comes of a request: the problem that keeps it from being sent, with its hint.
  private func outcome(_ request: HTTPRequest, _ settings: TLSSettings) -> String {
    do throws(TransportFailure) {
      let transport = makeTransport { $0.tls = settings }
      return "answered \(try transport.perform(request).status)"
    } catch {
      guard case .blocked(let problem) = error, problem.kind == .certificate else {
        return "\(error)"
      }
      return "\(problem.message.replacing(#/127\.0\.0\.1:\d+/#, with: "SERVER")) / \(problem.hint!)"
    }
  }

  @Test("A server is trusted when an authority from the settings vouches for it")
  func trusted() throws {
    let front = try TLSFront(authority.issue(), before: server.port)
    #expect(outcome(request(front), trusting) == "answered 200")
    #expect(outcome(request(front, host: "localhost"), trusting) == "answered 200")
    var folder = TLSSettings()
    let hashed = TemporaryFolder()
    folder.authoritiesFolder = file(hashed.path, "SSL_CERT_DIR")
    #expect(outcome(request(front), folder).contains("issued by an authority"))
    try FileManager.default.copyItem(atPath: authority.certificate, toPath: hashed.file("ca.pem"))
    try python(
      "import subprocess, sys; subprocess.run(['openssl', 'rehash', sys.argv[1]], check=True)",
      hashed.path)
    #expect(outcome(request(front), folder) == "answered 200")
  }

  @Test("A certificate that cannot be trusted is told with its reason and a way out")
  func untrusted() throws {
    func outcome(
      of identity: CertificateAuthority.Identity, _ settings: TLSSettings? = nil
    ) throws -> String {
      let front = try TLSFront(identity, before: server.port)
      return self.outcome(request(front), settings ?? trusting)
    }
    let valid = try authority.issue()
    #expect(
      try outcome(of: valid, TLSSettings()) == """
        the certificate of SERVER was issued by an authority that is not in the list of authorities \
        on this machine / set MEMCTL_CA_FILE to a file that holds the authority's certificate in PEM \
        form
        """)
    let stranger = try CertificateAuthority()
    #expect(
      try outcome(of: stranger.issue()).hasPrefix(
        "the certificate of SERVER was issued by an authority that is not in "
          + "\(authority.certificate) (environment MEMCTL_CA_FILE) / "))
    #expect(
      try outcome(of: authority.issue(dates: ("20200101000000Z", "20200201000000Z"))) == """
        the certificate of SERVER has expired / the server needs a new one, unless this machine's \
        clock is wrong: date
        """)
    #expect(
      try outcome(of: authority.issue(dates: ("20980101000000Z", "20990201000000Z"))) == """
        the certificate of SERVER is not valid yet / compare this machine's clock with the right \
        time: date
        """)
    #expect(
      try outcome(of: authority.issue("DNS:other.example")) == """
        the certificate of SERVER is for another host name / use the name that the certificate has: \
        set MEMORY_API_URL or --api-url
        """)
    #expect(server.requests.isEmpty)
  }

  @Test(
    "A server that asks for a client certificate is told as such, and is content with the right one",
    arguments: ["TLSv1_2", "TLSv1_3"])
  func clientCertificate(version: String) throws {
    let front = try TLSFront(
      authority.issue(), before: server.port, clients: authority.certificate, version: version)
    let none = outcome(request(front), trusting)
    // TLS 1.2 has no alert of its own for this.
    #expect(
      none
        == (version == "TLSv1_3"
          ? "SERVER asks for a client certificate / set MEMCTL_CLIENT_CERT and MEMCTL_CLIENT_KEY"
          : """
          SERVER refuses the secure connection / it may ask for a client certificate: set \
          MEMCTL_CLIENT_CERT and MEMCTL_CLIENT_KEY
          """))
    let strangers = try CertificateAuthority()
    let foreign = try strangers.issue()
    #expect(
      outcome(request(front), identified(foreign)).hasPrefix(
        "SERVER does not accept the client certificate in \(foreign.certificate) "
          + "(environment MEMCTL_CLIENT_CERT): unknown ca / "))
    #expect(server.requests.isEmpty)
    #expect(try outcome(request(front), identified(authority.issue())) == "answered 200")
  }

  @Test("Files that cannot be used for a secure connection are told by name, setting and reason")
  func unusableFiles() throws {
    let front = try TLSFront(
      authority.issue(), before: server.port, clients: authority.certificate)
    let folder = TemporaryFolder()
    try Data("no certificate\n".utf8).write(to: URL(fileURLWithPath: folder.file("text")))
    func authorities(_ name: String) -> String {
      var settings = TLSSettings()
      settings.authorities = file(folder.file(name), "SSL_CERT_FILE")
      return outcome(request(front), settings)
    }
    let place = "\(folder.path)/none (environment SSL_CERT_FILE)"
    #expect(
      authorities("none").hasPrefix(
        "\(place) cannot be used as a list of authorities: No such file or directory / "))
    #expect(authorities("text").contains("it holds no certificate in PEM form / "))

    let identity = try authority.issue()
    var settings = identified(identity)
    settings.clientKey = file(folder.file("none"), "MEMCTL_CLIENT_KEY")
    #expect(
      outcome(request(front), settings).hasPrefix(
        "cannot read \(folder.path)/none (environment MEMCTL_CLIENT_KEY): No such file or"))
    settings.clientKey = file(try authority.encrypted(identity.key), "MEMCTL_CLIENT_KEY")
    #expect(outcome(request(front), settings).contains("the key without a pass phrase"))
    #expect(server.requests.isEmpty)
  }

  @Test("https to a port that speaks plain http is told in words")
  func plain() {
    let plain = FaultyServer(
      FaultyBehaviour([.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), .close]))
    let request = HTTPRequest(.get, "https://127.0.0.1:\(plain.port)/", patience: .whole(10))
    #expect(
      outcome(request, TLSSettings()) == """
        what answers at SERVER does not speak TLS / if the server is reached over plain http, its \
        address begins with http://
        """)
  }
}
