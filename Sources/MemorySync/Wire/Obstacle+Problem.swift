import HTTPTransport
import MemoryModel

/// Describes in the user's words what keeps a request from being sent, and how to resolve it.
extension Problem {
  init(_ obstacle: Obstacle) {
    switch obstacle {
    case .unusableProxy(let variable):
      self.init(
        .configuration, "the proxy in \(variable) cannot be used",
        hint: """
          a proxy looks like http://USER:PASSWORD@HOST:PORT, with % codes for special characters
          """)
    case .refusingProxy(let refusal): self.init(refusal)
    case .insecure(let problem, let server):
      self.init(.certificate, problem.message(server), hint: problem.hint(server))
    }
  }

  private init(_ refusal: ProxyRefusal) {
    let proxy = refusal.proxy.map { "the proxy at \($0)" } ?? "the proxy"
    switch refusal.status {
    case 407:
      self.init(
        .gateway, "\(proxy) requires a password (407)",
        hint: "nothing is lost; set \(refusal.variable) to http://USER:PASSWORD@HOST:PORT")
    case 502, 503, 504:
      self.init(
        .gateway, "\(proxy) cannot reach \(refusal.server) (\(refusal.status))",
        hint: "nothing is lost; \(.sync) sends what is queued once it can")
    default:
      self.init(
        .gateway, "\(proxy) does not let memctl through to \(refusal.server) (\(refusal.status))",
        hint: "nothing is lost; to go past the proxy, add \(refusal.host) to no_proxy")
    }
  }
}

extension TLSProblem {
  fileprivate func message(_ server: String) -> String {
    switch self {
    case .certificateNotYetValid: "the certificate of \(server) is not valid yet"
    case .certificateExpired: "the certificate of \(server) has expired"
    case .certificateForOtherHost: "the certificate of \(server) is for another host name"
    case .unknownAuthority(let list):
      "the certificate of \(server) was issued by an authority that is not in "
        + (list.map { "\($0)" } ?? "the list of authorities on this machine")
    case .untrustedCertificate(let detail):
      "the certificate of \(server) cannot be trusted: \(detail)"
    case .unusableAuthorities(let file, let reason):
      "\(file) cannot be used as a list of authorities: "
        + (reason ?? "it contains no certificate in PEM form")
    case .unusableSystemAuthorities(let detail):
      "the list of authorities on this machine cannot be used: \(detail)"
    case .unreadableClientFile(let file, let reason): "cannot read \(file): \(reason)"
    case .unusableClientCertificate(let files, let detail):
      "the client certificate in \(files.map(\.description).joined(separator: " and ")) "
        + "cannot be used: \(detail)"
    case .asksForClientCertificate: "\(server) asks for a client certificate"
    case .rejectsClientCertificate(let certificate, let reason):
      "\(server) does not accept the client certificate in \(certificate): \(reason)"
    case .refusesConnection: "\(server) refuses the secure connection"
    case .noCommonVersion: "\(server) and this machine have no TLS version in common"
    case .speaksNoTLS: "the server at \(server) does not speak https"
    }
  }

  fileprivate func hint(_ server: String) -> Hint {
    let client: Hint = "set \(.clientCertificate) and \(.clientKey)"
    return switch self {
    case .certificateNotYetValid: "check this machine's clock: date"
    case .certificateExpired:
      "the server needs a new one, unless this machine's clock is wrong: date"
    case .certificateForOtherHost:
      "use the name in the certificate: set \(.apiURL)"
    case .unknownAuthority:
      "set \(.caFile) to a file with the authority's certificate in PEM form"
    case .untrustedCertificate: "nothing was sent; ask whoever runs the server"
    case .unusableAuthorities: "\(.caFile) takes a file of certificates in PEM form"
    case .unusableSystemAuthorities:
      "install the package ca-certificates, or set \(.caFile)"
    case .unreadableClientFile, .asksForClientCertificate: client
    case .unusableClientCertificate:
      "memctl takes a certificate and its key in PEM form, the key without a pass phrase"
    case .rejectsClientCertificate:
      "ask whoever runs the server which certificates it takes; \(client)"
    case .refusesConnection(hasClientCertificate: false):
      "it may ask for a client certificate: \(client)"
    case .refusesConnection(hasClientCertificate: true):
      "ask whoever runs the server which certificates and ciphers it takes"
    case .noCommonVersion: "ask whoever runs the server for TLS 1.2 or newer"
    case .speaksNoTLS: "if it speaks plain http, its address is http://\(server)"
    }
  }
}
