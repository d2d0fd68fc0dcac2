import CCurl
import Glibc
import System

/// An exchange that ended without an answer, and what people are told of it.
struct CurlFailure {
  let code: CURLcode
  /// libcurl's own words, which say more than its code while a connection is made.
  let detail: String
  let origin: CurlURL.Origin
  let options: CurlTransport.Options
  /// The `errno` of the last attempt to connect.
  let systemError: Int32
  /// OpenSSL's verdict on the server's certificate.
  let verification: Int
  /// The status of a proxy's answer to CONNECT; 0 if no proxy was asked.
  let proxyStatus: Int
  /// Whether any of the answer had arrived.
  let answerBegan: Bool

  /// Whether something answered that does not speak HTTP.
  static func isNoHTTP(_ code: CURLcode) -> Bool {
    code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY
  }

  /// Nil if another attempt may succeed.
  var obstacle: Obstacle? {
    if detail.hasPrefix("Unsupported proxy") { return .unusableProxy(variable: proxyVariable) }
    if proxyStatus != 0, !(200..<300).contains(proxyStatus) { return refusingProxy }
    let verdict = TLSVerdict(
      code: code, detail: detail, verification: verification, settings: options.tls)
    return verdict.problem.map { .insecure($0, server: origin.server) }
  }

  var text: String {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "cannot find the host \(origin.host)"
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "cannot find the host of \(proxy)"
    case CURLE_COULDNT_CONNECT where !detail.contains(origin.host):
      return "cannot connect to \(proxy): \(SystemError(systemError))"
    case CURLE_COULDNT_CONNECT where systemError == ECONNREFUSED:
      return "connection refused by \(origin.server)"
    case CURLE_COULDNT_CONNECT:
      return "cannot connect to \(origin.server): \(SystemError(systemError))"
    case CURLE_SSL_CONNECT_ERROR where detail.contains("SSL_ERROR_SYSCALL"):
      return
        "no secure connection to \(origin.server): it broke off, so the server may not speak https"
    case CURLE_SSL_CONNECT_ERROR:
      return "no secure connection to \(origin.server): \(detail)"
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_ABORTED_BY_CALLBACK,
      CURLE_PARTIAL_FILE:
      let moment = answerBegan ? "was complete" : "began"
      return "the connection to \(origin.server) broke before the answer \(moment)"
    default:
      return detail
    }
  }

  // MARK: Proxies

  private var proxy: String {
    options.proxies.server(for: origin.scheme).map { "the proxy at \($0)" } ?? "the proxy"
  }

  private var proxyVariable: String {
    options.proxies.variable(for: origin.scheme) ?? "\(origin.scheme)_proxy"
  }

  private var refusingProxy: Obstacle {
    .refusingProxy(
      ProxyRefusal(
        status: proxyStatus, proxy: options.proxies.server(for: origin.scheme),
        variable: proxyVariable, host: origin.host, server: origin.server))
  }
}
