/// A reason why a request cannot be sent, which does not go away by itself.
public enum Obstacle: Hashable, Sendable {
  /// libcurl cannot use the proxy that the variable names. The value may hold a password, so it is
  /// not repeated.
  case unusableProxy(variable: String)
  case refusingProxy(ProxyRefusal)
  /// The server is host and port.
  case insecure(TLSProblem, server: String)
}

/// A proxy's refusal to connect to the server.
public struct ProxyRefusal: Hashable, Sendable {
  /// The status that the proxy returned.
  public let status: Int
  /// Host and port of the proxy, where they are known.
  public let proxy: String?
  /// The environment variable that names the proxy.
  public let variable: String
  /// The server's host.
  public let host: String
  /// The server's host and port.
  public let server: String

  public init(status: Int, proxy: String?, variable: String, host: String, server: String) {
    self.status = status
    self.proxy = proxy
    self.variable = variable
    self.host = host
    self.server = server
  }
}
