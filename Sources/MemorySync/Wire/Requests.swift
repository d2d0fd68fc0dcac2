import HTTPTransport
import JSON
import MemoryAPI
import MemoryModel

/// The requests that the remote API understands, for one server and one key.
package struct Requests: Sendable {
  /// The scheme, host and path, without a slash at the end; equal for all spellings of one address.
  package let baseURL: String
  /// Whether the server is on this machine.
  package let isLoopback: Bool
  private let key: String
  /// Seconds for a whole exchange; for a sync answer, to its first byte.
  let timeout: Double
  /// The largest short answer, in bytes; only a sync answer, which is read from a file, may be
  /// larger.
  private static let longestShortAnswer = 1 << 20

  /// - Parameters:
  ///   - address: begins with `http://` or `https://`.
  ///   - timeout: seconds for a whole exchange; for a sync answer, to its first byte.
  ///   - hosts: hosts other than this machine that may get the key over plain http, in lower case.
  /// - Throws: `Problem` of kind `.configuration` if the key must not be sent to this address.
  package init(
    address: String, key: String, timeout: Double, allowingHTTPTo hosts: Set<String> = []
  ) throws {
    guard let url = CurlURL(address), !address.contains(where: { $0 == "?" || $0 == "#" }) else {
      throw Problem(
        .configuration, "'\(Self.withoutSecrets(address))' is not the address of a server",
        hint: Self.hint(for: address))
    }
    let host = url.origin.host
    guard url.origin.scheme == "https" || url.origin.isLoopback || hosts.contains(host) else {
      throw Problem(
        .configuration, "plain http would let anyone on the way to \(host) read the key",
        hint: """
          put a proxy that speaks TLS in front of the server and use https://\(host); in a network that \
          you trust, \(.allowHTTP)=\(host) allows this host
          """)
    }
    baseURL = url.base
    isLoopback = url.origin.isLoopback
    self.key = key
    self.timeout = timeout
  }

  /// The address without the secrets in `http://user:password@host?key=…`, so that it may be shown.
  package static func withoutSecrets(_ address: String) -> String {
    var address = address
    if let end = address.lastIndex(of: "@") {
      let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
      if start <= end { address = address[..<start] + "…" + address[end...] }
    }
    guard let end = address.firstIndex(where: { $0 == "?" || $0 == "#" }) else { return address }
    return address[...end] + "…"
  }

  private static func hint(for address: String) -> Hint {
    if !address.contains("://"), !address.contains(where: { $0 == "?" || $0 == "#" }),
      let url = CurlURL("https://" + address)
    {
      return "did you mean \(url.origin.isLoopback ? "http" : "https")://\(address)?"
    }
    if address.contains("@") {
      return "the key is not part of the address: set \(.apiKey) or \(.apiKeyFile)"
    }
    return "an address looks like https://memory.example.org"
  }

  /// What may be wrong with the address if nothing there answers like a memory server.
  var addressHint: Hint {
    let paths = ["/api/memories", "/api"]
    guard let path = paths.first(where: baseURL.hasSuffix) else {
      return "check that the address is that of a memory server"
    }
    return "memctl adds \(path) by itself: did you mean \(baseURL.dropLast(path.count))?"
  }

  /// The same address with the other of the two schemes, and a request that needs no key there.
  var otherScheme: (address: String, health: HTTPRequest) {
    let isSecure = baseURL.hasPrefix("https:")
    let address = (isSecure ? "http" : "https") + baseURL.drop { $0 != ":" }
    var request = HTTPRequest(.get, address + "/health", patience: .whole(timeout))
    request.longestAnswer = Self.longestShortAnswer
    return (address, request)
  }

  func authCheck() -> HTTPRequest { request(.get, "/api/auth-check", .whole(timeout)) }

  /// The only request that needs no key, and is sent without one.
  func health() -> HTTPRequest {
    var request = HTTPRequest(.get, baseURL + "/health", patience: .whole(timeout))
    request.longestAnswer = Self.longestShortAnswer
    return request
  }

  /// Asks for what changed after `since`, including tombstones, or without it for every live
  /// memory.
  func sync(since: Timestamp?) -> HTTPRequest {
    let query = since.map { "?since=" + $0.description.replacing("+", with: "%2B") } ?? ""
    return request(.get, "/api/memories/sync" + query, .firstByte(timeout))
  }

  func perform(_ operation: QueuedOperation, idempotencyKey: String) -> HTTPRequest {
    switch operation {
    case .store(let fields, localID: _):
      var request = request(.post, "/api/memories", .whole(timeout), body: fields.members)
      request.headers.append(("Idempotency-Key", idempotencyKey))
      return request
    case .delete(let id):
      return request(.delete, "/api/memories/\(id.rawValue)", .whole(timeout))
    case .update(let fields, let id):
      let members = fields.members { $0.isChangeable }
      return request(.put, "/api/memories/\(id.rawValue)", .whole(timeout), body: members)
    }
  }

  /// Judges the end of an exchange that carried `operation`.
  func outcome(
    of operation: QueuedOperation, _ result: Result<HTTPResponse, TransportFailure>
  ) -> Outcome {
    Outcome(of: operation, result, key: key)
  }

  /// Hides the key in the server's answers to questions.
  var veil: Veil { Veil(key: key) }

  private func request(
    _ method: HTTPRequest.Method, _ path: String, _ patience: HTTPRequest.Patience,
    body: [JSONValue.Member]? = nil
  ) -> HTTPRequest {
    var request = HTTPRequest(
      method, baseURL + path, headers: [("Authorization", "Bearer \(key)")], patience: patience)
    if case .whole = patience { request.longestAnswer = Self.longestShortAnswer }
    if let body {
      request.headers.append(("Content-Type", "application/json"))
      request.body = Array(JSONValue.object(body).text.utf8)
    }
    return request
  }
}
