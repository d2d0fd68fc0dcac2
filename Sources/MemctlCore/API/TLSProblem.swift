import CCurl
import Glibc
import System

/// Why there is no secure connection to a server, where trying again does not help.
struct TLSProblem {
  /// Host and port.
  let server: String
  let settings: TLSSettings

  /// - Parameters:
  ///   - detail: libcurl's own words.
  ///   - verification: how OpenSSL judged the server's certificate.
  /// - Returns: nil where the failure is not one of certificates or TLS, or may pass.
  func problem(_ code: CURLcode, detail: String, verification: Int) -> Problem? {
    switch code {
    case CURLE_SSL_CACERT_BADFILE: return unusableAuthorities(detail)
    case CURLE_SSL_CERTPROBLEM: return unusableClientCertificate(detail)
    case CURLE_PEER_FAILED_VERIFICATION: return untrusted(detail, verification)
    case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR: return refused(detail)
    default: return nil
    }
  }

  // MARK: The server's certificate

  private func untrusted(_ detail: String, _ verification: Int) -> Problem {
    switch verification {
    case 9:  // X509_V_ERR_CERT_NOT_YET_VALID
      return problem(
        "the certificate of \(server) is not valid yet",
        "compare this machine's clock with the right time: date")
    case 10:  // X509_V_ERR_CERT_HAS_EXPIRED
      return problem(
        "the certificate of \(server) has expired",
        "the server needs a new one, unless this machine's clock is wrong: date")
    case 2, 18, 19, 20, 21:  // the chain ends at an authority that is not among the trusted ones
      let known = settings.authorities.map { "\($0)" } ?? "the list of authorities on this machine"
      return problem(
        "the certificate of \(server) was issued by an authority that is not in \(known)",
        "set MEMCTL_CA_FILE to a file that holds the authority's certificate in PEM form")
    case _ where detail.contains("match"):
      return problem(
        "the certificate of \(server) is for another host name",
        "use the name that the certificate has: set MEMORY_API_URL or --api-url")
    default:
      return problem(
        "the certificate of \(server) cannot be trusted: \(detail)",
        "nothing was sent; ask whoever runs the server")
    }
  }

  // MARK: Files of ours

  private func unusableAuthorities(_ detail: String) -> Problem {
    guard let file = settings.authorities ?? settings.authoritiesFolder else {
      return problem(
        "the list of authorities on this machine cannot be used: \(detail)",
        "install the package ca-certificates, or set MEMCTL_CA_FILE")
    }
    return problem(
      "\(file) cannot be used as a list of authorities: "
        + (unreadable(file) ?? "it holds no certificate in PEM form"),
      "MEMCTL_CA_FILE takes a file of certificates in PEM form")
  }

  private func unusableClientCertificate(_ detail: String) -> Problem {
    let files = [settings.clientCertificate, settings.clientKey].compactMap { $0 }
    for file in files {
      if let reason = unreadable(file) {
        return problem("cannot read \(file): \(reason)", Self.clientHint)
      }
    }
    let names = files.map(\.description).joined(separator: " and ")
    return problem(
      "the client certificate in \(names) cannot be used: \(detail)",
      "memctl takes a certificate and its key in PEM form, the key without a pass phrase")
  }

  private func unreadable(_ file: TLSSettings.File) -> String? {
    access(file.path, R_OK) == 0 ? nil : SystemError().description
  }

  // MARK: What the server objects to

  /// By the alert that the server sent, or what it sent instead of TLS.
  private func refused(_ detail: String) -> Problem? {
    let detail = detail.lowercased()
    func says(_ words: String...) -> Bool { words.contains(where: detail.contains) }

    if says(
      "wrong version number", "http request", "packet length too long", "unexpected tls packet")
    {
      return problem(
        "what answers at \(server) does not speak TLS",
        "if the server is reached over plain http, its address begins with http://")
    }
    if says("certificate required", "certificate is required") { return asksForCertificate }
    guard says("alert") else { return nil }
    if says(
      "bad certificate", "unknown ca", "certificate unknown", "certificate expired",
      "certificate revoked", "unsupported certificate", "access denied", "decrypt error")
    {
      guard let certificate = settings.clientCertificate else { return asksForCertificate }
      let reason = detail.firstRange(of: "alert ").map { detail[$0.upperBound...] } ?? ""
      return problem(
        "\(server) does not accept the client certificate in \(certificate): "
          + reason.prefix { $0 != "," },
        "ask whoever runs the server which certificates it takes; \(Self.clientHint)")
    }
    if says("handshake failure") {
      return problem(
        "\(server) refuses the secure connection",
        settings.clientCertificate == nil
          ? "it may ask for a client certificate: \(Self.clientHint)"
          : "ask whoever runs the server which certificates and ciphers it takes")
    }
    if says("protocol version") {
      return problem(
        "\(server) and this machine have no version of TLS in common",
        "ask whoever runs the server for TLS 1.2 or newer")
    }
    return nil
  }

  private var asksForCertificate: Problem {
    problem("\(server) asks for a client certificate", Self.clientHint)
  }

  private static let clientHint = "set MEMCTL_CLIENT_CERT and MEMCTL_CLIENT_KEY"

  private func problem(_ message: String, _ hint: String) -> Problem {
    Problem(.certificate, message, hint: hint)
  }
}
