import HTTPTransport
import MemoryModel
import Testing

@testable import MemctlCore
@testable import MemorySync

private let listOfAuthorities = TLSSettings.File(path: "/ca", setting: "environment MEMCTL_CA_FILE")
private let ownCertificate = TLSSettings.File(path: "/c", setting: "option --client-cert")
private let ownKey = TLSSettings.File(path: "/k", setting: "file /config")
private let clientHint = "set client-cert and client-key"

@Suite("What keeps a request from being sent")
struct ObstacleTests {
  private func told(_ obstacle: Obstacle, _ kind: Problem.Kind) -> String {
    let problem = Problem(obstacle)
    #expect(problem.kind == kind)
    return "\(problem.message) / \(problem.hint ?? "no hint")"
  }

  @Test(
    "A certificate that cannot be trusted is told with its reason and a way out",
    arguments: [
      (
        .certificateNotYetValid,
        "the certificate of h:1 is not valid yet / "
          + "check this machine's clock: date"
      ),
      (
        .certificateExpired,
        "the certificate of h:1 has expired / "
          + "the server needs a new one, unless this machine's clock is wrong: date"
      ),
      (
        .certificateForOtherHost,
        "the certificate of h:1 is for another host name / "
          + "use the name in the certificate: set api-url"
      ),
      (
        .unknownAuthority(list: nil),
        "the certificate of h:1 was issued by an authority that is not in the list of authorities on "
          + "this machine / set ca-file to a file with the authority's certificate in PEM "
          + "form"
      ),
      (
        .unknownAuthority(list: listOfAuthorities),
        "the certificate of h:1 was issued by an authority that is not in /ca (environment "
          + "MEMCTL_CA_FILE) / set ca-file to a file with the authority's certificate in PEM "
          + "form"
      ),
      (
        .untrustedCertificate(detail: "it is odd"),
        "the certificate of h:1 cannot be trusted: it is odd / "
          + "nothing was sent; ask whoever runs the server"
      ),
    ] as [(TLSProblem, String)])
  func certificate(problem: TLSProblem, text: String) {
    #expect(told(.insecure(problem, server: "h:1"), .certificate) == text)
  }

  @Test(
    "A file for secure connections that cannot be used is told by name, setting and reason",
    arguments: [
      (
        .unusableAuthorities(listOfAuthorities, reason: "No such file or directory"),
        "/ca (environment MEMCTL_CA_FILE) cannot be used as a list of authorities: No such file or "
          + "directory / ca-file takes a file of certificates in PEM form"
      ),
      (
        .unusableAuthorities(listOfAuthorities, reason: nil),
        "/ca (environment MEMCTL_CA_FILE) cannot be used as a list of authorities: it contains no "
          + "certificate in PEM form / ca-file takes a file of certificates in PEM form"
      ),
      (
        .unusableSystemAuthorities(detail: "it is odd"),
        "the list of authorities on this machine cannot be used: it is odd / "
          + "install the package ca-certificates, or set ca-file"
      ),
      (
        .unreadableClientFile(ownKey, reason: "Permission denied"),
        "cannot read /k (file /config): Permission denied / \(clientHint)"
      ),
      (
        .unusableClientCertificate([ownCertificate, ownKey], detail: "it is odd"),
        "the client certificate in /c (option --client-cert) and /k (file /config) cannot be used: "
          + "it is odd / memctl takes a certificate and its key in PEM form, the key without a pass "
          + "phrase"
      ),
    ] as [(TLSProblem, String)])
  func file(problem: TLSProblem, text: String) {
    #expect(told(.insecure(problem, server: "h:1"), .certificate) == text)
  }

  @Test(
    "What a server objects to is told with a way out",
    arguments: [
      (.asksForClientCertificate, "h:1 asks for a client certificate / \(clientHint)"),
      (
        .rejectsClientCertificate(ownCertificate, reason: "unknown ca"),
        "h:1 does not accept the client certificate in /c (option --client-cert): unknown ca / "
          + "ask whoever runs the server which certificates it takes; \(clientHint)"
      ),
      (
        .refusesConnection(hasClientCertificate: false),
        "h:1 refuses the secure connection / it may ask for a client certificate: \(clientHint)"
      ),
      (
        .refusesConnection(hasClientCertificate: true),
        "h:1 refuses the secure connection / "
          + "ask whoever runs the server which certificates and ciphers it takes"
      ),
      (
        .noCommonVersion,
        "h:1 and this machine have no TLS version in common / "
          + "ask whoever runs the server for TLS 1.2 or newer"
      ),
      (
        .speaksNoTLS,
        "the server at h:1 does not speak https / "
          + "if it speaks plain http, its address is http://h:1"
      ),
    ] as [(TLSProblem, String)])
  func objection(problem: TLSProblem, text: String) {
    #expect(told(.insecure(problem, server: "h:1"), .certificate) == text)
  }

  @Test(
    "A proxy that refuses to connect is told as what it is, with a way out",
    arguments: [
      (
        407, "p:2",
        "the proxy at p:2 requires a password (407) / "
          + "nothing is lost; set https_proxy to http://USER:PASSWORD@HOST:PORT"
      ),
      (
        503, "p:2",
        "the proxy at p:2 cannot reach h:1 (503) / "
          + "nothing is lost; sync sends what is queued once it can"
      ),
      (
        403, nil,
        "the proxy does not let memctl through to h:1 (403) / "
          + "nothing is lost; to go past the proxy, add h to no_proxy"
      ),
    ] as [(Int, String?, String)])
  func refusingProxy(status: Int, proxy: String?, text: String) {
    let refusal = ProxyRefusal(
      status: status, proxy: proxy, variable: "https_proxy", host: "h", server: "h:1")
    #expect(told(.refusingProxy(refusal), .gateway) == text)
  }

  @Test("A proxy that cannot be used is told by its variable, with the form that it should have")
  func unusableProxy() {
    #expect(
      told(.unusableProxy(variable: "all_proxy"), .configuration)
        == "the proxy in all_proxy cannot be used / a proxy looks like "
        + "http://USER:PASSWORD@HOST:PORT, with % codes for special characters")
  }
}
