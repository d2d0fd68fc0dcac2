import CCurl

/// An http or https address as libcurl parses it, so that the compared address is the connected
/// one.
package struct CurlURL: Hashable {
  /// Scheme, host and port: the part of an address that decides where a key may be sent.
  package struct Origin: Hashable, CustomStringConvertible {
    package let scheme: String
    /// The host in lower case; an IPv6 address in brackets.
    package let host: String
    package let port: String

    /// Whether it is on this machine.
    package var isLoopback: Bool {
      host == "localhost" || host == "[::1]" || isLoopbackAddress
    }

    private var isLoopbackAddress: Bool {
      let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
      return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Host and port, as failures name the server.
    var server: String { "\(host):\(port)" }

    /// The origin without a port that the scheme implies.
    package var description: String {
      let implied = scheme == "https" ? "443" : "80"
      return "\(scheme)://\(host)" + (port == implied ? "" : ":\(port)")
    }
  }

  /// The address in a form that is the same for all ways to write it: scheme and host in lower
  /// case, dot segments resolved, no port that the scheme implies.
  package let text: String
  package let origin: Origin

  /// `text` without slashes at its end, for further paths to be appended.
  package var base: String {
    text.lastIndex(where: { $0 != "/" }).map { String(text[...$0]) } ?? ""
  }

  /// Nil for an address that is malformed, holds a user name or password, or is not http or https.
  package init?(_ text: String) { self.init([text]) }

  /// The address that `reference`, absolute or relative, means on a page at this one.
  func resolving(_ reference: String) -> CurlURL? { CurlURL([text, reference]) }

  /// Each of `references` is relative to the one before.
  private init?(_ references: [String]) {
    guard let url = ccurl_url() else { return nil }
    defer { ccurl_url_cleanup(url) }
    for reference in references {
      guard ccurl_url_set(url, CURLUPART_URL, reference, 0) == CURLUE_OK else { return nil }
    }
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard ccurl_url_get(url, part, &value, UInt32(flags)) == CURLUE_OK, let value else {
        return nil
      }
      defer { ccurl_free(value) }
      return String(cString: value)
    }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil,
      let text = part(CURLUPART_URL, CURLU_NO_DEFAULT_PORT), let scheme = part(CURLUPART_SCHEME),
      scheme == "http" || scheme == "https",
      let host = part(CURLUPART_HOST), let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT)
    else { return nil }
    // libcurl writes the scheme in lower case, so the first match of a host with capitals is the
    // host.
    self.text = text.replacing(host, with: host.lowercased(), maxReplacements: 1)
    origin = Origin(scheme: scheme, host: host.lowercased(), port: port)
  }
}
