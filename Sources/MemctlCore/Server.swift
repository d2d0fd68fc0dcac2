import HTTPTransport
import MemoryAPI
import MemoryModel
import MemorySync
import System

/// A server that stores memories, and how it is reached.
public struct Server {
  let requests: Requests
  private let options: CurlTransport.Options

  /// Creates a server that is reached without a proxy and verified with the system's certificates.
  ///
  /// `Configuration.server` creates one with other settings.
  ///
  /// - Parameters:
  ///   - address: begins with `https://`, or with `http://` for this machine or one of `hosts`.
  ///   - key: the API key that is sent with each request.
  ///   - timeout: seconds for a whole exchange; for a large answer, to its first byte.
  ///   - hosts: other hosts that may get the key over plain http, in lower case.
  /// - Throws: `Problem` of kind `.configuration` if the key must not be sent to this address.
  public init(
    _ address: String, key: String, timeout: Double = 15, allowingHTTPTo hosts: Set<String> = []
  ) throws {
    try self.init(
      address, key: key, timeout: timeout, allowingHTTPTo: hosts,
      CurlTransport.Options(userAgent: "memctl/\(Version.text)"))
  }

  /// - Parameter options: the time limit and the compression are replaced by what the rest implies.
  init(
    _ address: String, key: String, timeout: Double, allowingHTTPTo hosts: Set<String>,
    _ options: CurlTransport.Options
  ) throws {
    requests = try Requests(
      address: address, key: key, timeout: timeout, allowingHTTPTo: hosts)
    var options = options
    options.leastRateWindow = timeout
    // On one machine, compression costs more than it saves.
    options.acceptsGzip = !requests.isLoopback
    self.options = options
  }

  /// The scheme, host and path, without a slash at the end.
  public var address: String { requests.baseURL }

  /// Asks the server whether it accepts the key, which takes one or two short requests. Nothing is
  /// written, here or there.
  public func check(_ cancellation: Cancellation = Cancellation()) -> ServerCheck {
    client(cancellation).check(cancellation)
  }

  func client(_ cancellation: Cancellation) -> APIClient {
    APIClient(requests, over: CurlTransport(cancellation: cancellation, options: options))
  }
}
