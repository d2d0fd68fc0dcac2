/// The proxies that the environment names. libcurl reads them by itself; messages take their names
/// from here, because libcurl's own repeat a password.
package struct ProxySettings: Sendable {
  private let environment: [String: String]

  package init(environment: [String: String] = [:]) {
    self.environment = environment.filter { $0.key.lowercased().hasSuffix("_proxy") }
  }

  /// The variable that libcurl uses for addresses with this scheme; nil if none is set.
  func variable(for scheme: String) -> String? {
    // A web server passes the `Proxy` header of a request as HTTP_PROXY, so libcurl ignores it.
    let names =
      ["\(scheme)_proxy"] + (scheme == "http" ? [] : ["HTTPS_PROXY"]) + ["all_proxy", "ALL_PROXY"]
    return names.first { environment[$0]?.isEmpty == false }
  }

  /// The variables in effect, each with host and port of the proxy.
  package var inEffect: [(variable: String, server: String)] {
    ["http", "https"].compactMap { scheme in
      guard let variable = variable(for: scheme), let server = server(for: scheme) else {
        return nil
      }
      return (variable, server)
    }
  }

  /// Host and port of that proxy as they are written, without the user and the password.
  func server(for scheme: String) -> String? {
    guard let value = variable(for: scheme).flatMap({ environment[$0] }) else { return nil }
    // A password may hold any character.
    let start =
      value.lastIndex(of: "@").map(value.index(after:))
      ?? value.firstRange(of: "://")?.upperBound ?? value.startIndex
    return String(value[start...].prefix { $0 != "/" })
  }
}
