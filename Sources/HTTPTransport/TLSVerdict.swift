import CCurl
import Glibc
import System

/// What libcurl and OpenSSL say of a connection that was not secure enough.
struct TLSVerdict {
  let code: CURLcode
  /// libcurl's own words.
  let detail: String
  /// OpenSSL's verdict on the server's certificate.
  let verification: Int
  let settings: TLSSettings

  /// Nil if the failure is not about certificates or TLS, or may be temporary.
  var problem: TLSProblem? {
    switch code {
    case CURLE_SSL_CACERT_BADFILE: unusableAuthorities
    case CURLE_SSL_CERTPROBLEM: unusableClientCertificate
    case CURLE_PEER_FAILED_VERIFICATION: untrusted
    case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR: objection
    default: nil
    }
  }

  private var untrusted: TLSProblem {
    switch verification {
    case 9: .certificateNotYetValid  // X509_V_ERR_CERT_NOT_YET_VALID
    case 10: .certificateExpired  // X509_V_ERR_CERT_HAS_EXPIRED
    // The chain ends at an authority that is not among the trusted ones.
    case 2, 18, 19, 20, 21: .unknownAuthority(list: settings.authorities)
    case _ where detail.contains("match"): .certificateForOtherHost
    default: .untrustedCertificate(detail: detail)
    }
  }

  // MARK: Files of ours

  private var unusableAuthorities: TLSProblem {
    guard let file = settings.authorities ?? settings.authoritiesFolder else {
      return .unusableSystemAuthorities(detail: detail)
    }
    return .unusableAuthorities(file, reason: Self.unreadable(file))
  }

  private var unusableClientCertificate: TLSProblem {
    let files = [settings.clientCertificate, settings.clientKey].compactMap { $0 }
    for file in files {
      if let reason = Self.unreadable(file) { return .unreadableClientFile(file, reason: reason) }
    }
    return .unusableClientCertificate(files, detail: detail)
  }

  private static func unreadable(_ file: TLSSettings.File) -> String? {
    access(file.path, R_OK) == 0 ? nil : "\(SystemError())"
  }

  // MARK: What the server objects to

  /// The server's objection, according to its alert or to what it sent instead of TLS.
  ///
  /// In TLS 1.3 an alert may arrive after the handshake, when the request has already been written.
  /// A server that requires a certificate and got none does not read the request, so nothing has
  /// happened there in that case either.
  private var objection: TLSProblem? {
    let detail = detail.lowercased()
    func says(_ words: String...) -> Bool { words.contains(where: detail.contains) }

    if says(
      "wrong version number", "http request", "packet length too long", "unexpected tls packet")
    {
      return .speaksNoTLS
    }
    if says("certificate required", "certificate is required") { return .asksForClientCertificate }
    guard says("alert") else { return nil }
    if says(
      "bad certificate", "unknown ca", "certificate unknown", "certificate expired",
      "certificate revoked", "unsupported certificate", "access denied", "decrypt error")
    {
      guard let certificate = settings.clientCertificate else { return .asksForClientCertificate }
      let reason = detail.firstRange(of: "alert ").map { detail[$0.upperBound...] } ?? ""
      return .rejectsClientCertificate(certificate, reason: String(reason.prefix { $0 != "," }))
    }
    if says("handshake failure") {
      return .refusesConnection(hasClientCertificate: settings.clientCertificate != nil)
    }
    return says("protocol version") ? .noCommonVersion : nil
  }
}
