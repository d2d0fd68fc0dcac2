import CCurl
import Glibc

/// What people are told of an exchange that ended without an answer.
enum CurlFailure {
  /// Whether something answered that does not speak HTTP.
  static func isNoHTTP(_ code: CURLcode) -> Bool {
    code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY
  }

  /// - Parameters:
  ///   - detail: libcurl's own words, which say more than its code while a connection is made.
  ///   - systemError: the `errno` of the last attempt to connect.
  ///   - answerBegan: whether any of the answer had arrived.
  static func text(
    _ code: CURLcode, detail: String, systemError: Int32, answerBegan: Bool, origin: CurlURL.Origin
  ) -> String {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "cannot find the host \(origin.host)"
    case CURLE_COULDNT_CONNECT where !detail.contains(origin.host):
      return detail  // it speaks of a proxy
    case CURLE_COULDNT_CONNECT where systemError == ECONNREFUSED:
      return "connection refused by \(origin.server)"
    case CURLE_COULDNT_CONNECT:
      return "cannot connect to \(origin.server): \(String(cString: strerror(systemError)))"
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION:
      return "no secure connection to \(origin.server): \(detail)"
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_ABORTED_BY_CALLBACK,
      CURLE_PARTIAL_FILE:
      let moment = answerBegan ? "was complete" : "began"
      return "the connection to \(origin.server) broke before the answer \(moment)"
    default:
      return detail
    }
  }
}
