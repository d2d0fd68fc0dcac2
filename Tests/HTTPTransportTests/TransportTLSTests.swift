import HTTPTransport
import Foundation
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
    TLSSettings.File(path: path, setting: "environment \(variable)")
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

  private enum Outcome: Equatable {
    case answered(Int)
    case insecure(TLSProblem)
    case failed(TransportFailure)
  }

  private func outcome(_ request: HTTPRequest, _ settings: TLSSettings) -> Outcome {
    do throws(TransportFailure) {
      let transport = makeTransport { $0.tls = settings }
      return .answered(try transport.perform(request).status)
    } catch {
      guard case .blocked(.insecure(let problem, let server)) = error else { return .failed(error) }
      #expect(request.url.contains("//\(server)/"))
      return .insecure(problem)
    }
  }

  @Test("A server is trusted when an authority from the settings vouches for it")
  func trusted() throws {
    let front = try TLSFront(authority.issue(), before: server.port)
    #expect(outcome(request(front), trusting) == .answered(200))
    #expect(outcome(request(front, host: "localhost"), trusting) == .answered(200))
    var folder = TLSSettings()
    let hashed = TemporaryFolder()
    folder.authoritiesFolder = file(hashed.path, "SSL_CERT_DIR")
    #expect(outcome(request(front), folder) == .insecure(.unknownAuthority(list: nil)))
    try FileManager.default.copyItem(atPath: authority.certificate, toPath: hashed.file("ca.pem"))
    try python(
      "import subprocess, sys; subprocess.run(['openssl', 'rehash', sys.argv[1]], check=True)",
      hashed.path)
    #expect(outcome(request(front), folder) == .answered(200))
  }

  @Test("The reason why a certificate cannot be trusted is told apart")
  func untrusted() throws {
    func outcome(
      of identity: CertificateAuthority.Identity, _ settings: TLSSettings? = nil
    ) throws -> Outcome {
      let front = try TLSFront(identity, before: server.port)
      return self.outcome(request(front), settings ?? trusting)
    }
    let valid = try authority.issue()
    #expect(try outcome(of: valid, TLSSettings()) == .insecure(.unknownAuthority(list: nil)))
    let stranger = try CertificateAuthority()
    #expect(
      try outcome(of: stranger.issue())
        == .insecure(.unknownAuthority(list: file(authority.certificate, "MEMCTL_CA_FILE"))))
    #expect(
      try outcome(of: authority.issue(dates: ("20200101000000Z", "20200201000000Z")))
        == .insecure(.certificateExpired))
    #expect(
      try outcome(of: authority.issue(dates: ("20980101000000Z", "20990201000000Z")))
        == .insecure(.certificateNotYetValid))
    #expect(
      try outcome(of: authority.issue("DNS:other.example")) == .insecure(.certificateForOtherHost))
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
        == .insecure(
          version == "TLSv1_3"
            ? .asksForClientCertificate : .refusesConnection(hasClientCertificate: false)))
    let strangers = try CertificateAuthority()
    let foreign = try strangers.issue()
    #expect(
      outcome(request(front), identified(foreign))
        == .insecure(
          .rejectsClientCertificate(
            file(foreign.certificate, "MEMCTL_CLIENT_CERT"), reason: "unknown ca")))
    #expect(server.requests.isEmpty)
    #expect(try outcome(request(front), identified(authority.issue())) == .answered(200))
  }

  @Test("Files that cannot be used for a secure connection are told by name, setting and reason")
  func unusableFiles() throws {
    let front = try TLSFront(
      authority.issue(), before: server.port, clients: authority.certificate)
    let folder = TemporaryFolder()
    try Data("no certificate\n".utf8).write(to: URL(fileURLWithPath: folder.file("text")))
    func authorities(_ name: String) -> Outcome {
      var settings = TLSSettings()
      settings.authorities = file(folder.file(name), "SSL_CERT_FILE")
      return outcome(request(front), settings)
    }
    let (none, text) = (folder.file("none"), folder.file("text"))
    #expect(
      authorities("none")
        == .insecure(
          .unusableAuthorities(file(none, "SSL_CERT_FILE"), reason: "No such file or directory")))
    #expect(
      authorities("text")
        == .insecure(.unusableAuthorities(file(text, "SSL_CERT_FILE"), reason: nil)))

    let identity = try authority.issue()
    var settings = identified(identity)
    settings.clientKey = file(none, "MEMCTL_CLIENT_KEY")
    #expect(
      outcome(request(front), settings)
        == .insecure(
          .unreadableClientFile(
            file(none, "MEMCTL_CLIENT_KEY"), reason: "No such file or directory")))
    let encrypted = file(try authority.encrypted(identity.key), "MEMCTL_CLIENT_KEY")
    settings.clientKey = encrypted
    guard
      case .insecure(.unusableClientCertificate(let files, _)) = outcome(request(front), settings)
    else {
      Issue.record("an encrypted key is not told as such")
      return
    }
    #expect(files == [file(identity.certificate, "MEMCTL_CLIENT_CERT"), encrypted])
    #expect(server.requests.isEmpty)
  }

  @Test("https to a port that speaks plain http is told apart")
  func plain() {
    let plain = FaultyServer(
      FaultyBehaviour([.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), .close]))
    let request = HTTPRequest(.get, "https://127.0.0.1:\(plain.port)/", patience: .whole(10))
    #expect(outcome(request, TLSSettings()) == .insecure(.speaksNoTLS))
  }
}
