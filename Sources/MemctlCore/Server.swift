import HTTPTransport
import MemoryAPI
import MemoryModel
import MemorySync

/// A server that memories are kept on, and how it is reached.
public struct Server {
  let requests: Requests
  private let options: CurlTransport.Options

  /// A server that is reached as it is, without a proxy, and judged by the system's certificates;
  /// `Configuration.server` knows of others.
  ///
  /// - Parameters:
  ///   - address: begins with `https://`, or with `http://` on this machine.
  ///   - timeout: seconds for a whole exchange; for a large answer, to its first byte.
  ///   - hosts: those besides this machine that may get the key over plain http, in lower case.
  /// - Throws: `Problem` of kind `.configuration` for an address that the key must not be sent to.
  public init(
    _ address: String, key: String, timeout: Double = 15, allowingHTTPTo hosts: Set<String> = []
  ) throws {
    try self.init(
      address, key: key, timeout: timeout, allowingHTTPTo: hosts,
      CurlTransport.Options(userAgent: "memctl/\(Version.text)"))
  }

  /// - Parameter options: the time limit, and whether to compress, follow from the rest.
  init(
    _ address: String, key: String, timeout: Double, allowingHTTPTo hosts: Set<String>,
    _ options: CurlTransport.Options
  ) throws {
    requests = try Requests(
      address: address, key: key, timeout: timeout, allowingHTTPTo: hosts)
    var options = options
    options.leastRateWindow = timeout
    // To compress on one machine costs more than it saves.
    options.acceptsGzip = !requests.isLoopback
    self.options = options
  }

  /// Scheme, host and path, without a slash at the end.
  public var address: String { requests.baseURL }

  func client(_ cancellation: Cancellation) -> APIClient {
    APIClient(requests, over: CurlTransport(cancellation: cancellation, options: options))
  }
}
