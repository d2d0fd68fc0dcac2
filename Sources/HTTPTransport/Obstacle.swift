/// What keeps a request from being sent and does not end by itself.
public enum Obstacle: Hashable, Sendable {
  /// The proxy that the variable names is not one that libcurl can use. Its value may hold a password,
  /// so it is not repeated.
  case unusableProxy(variable: String)
  case refusingProxy(ProxyRefusal)
  /// The server is host and port.
  case insecure(TLSProblem, server: String)
}

/// A proxy does not connect to the server.
public struct ProxyRefusal: Hashable, Sendable {
  /// What the proxy answered.
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
