/// Carries HTTP exchanges, several at a time, for a single thread.
///
/// Code that sends requests depends only on this protocol, so that a simulated network can replace
/// the real one.
public protocol Transport: AnyObject {
  /// Starts an exchange; `next` reports its end.
  func start(_ request: HTTPRequest) -> ExchangeID

  /// Waits until any exchange ends, and returns all that have; empty when none is under way.
  ///
  /// After a cancellation no exchange begins: those that wait for their turn end with `.notSent`. A
  /// read ends with `.lost` at once. A write may finish within `settleTime`; otherwise it ends with
  /// `.lost`, or with `.notSent` if it was not even connected.
  func next() -> [ExchangeEnd]

  /// The same, calling `progress` while the body of an answer to a GET arrives.
  func next(progress: (TransferProgress) -> Void) -> [ExchangeEnd]
}

extension Transport {
  /// A transport that does not tell how far it is.
  public func next(progress: (TransferProgress) -> Void) -> [ExchangeEnd] { next() }

  /// Runs one exchange while no other is under way.
  ///
  /// - Parameter progress: called while the body of the answer to a GET arrives.
  public func perform(
    _ request: HTTPRequest, progress: (TransferProgress) -> Void = { _ in }
  ) throws(TransportFailure) -> HTTPResponse {
    let id = start(request)
    guard let end = next(progress: progress).first, end.id == id else {
      preconditionFailure("another exchange is under way")
    }
    return try end.result.get()
  }
}

/// How much of an answer's body has arrived.
public struct TransferProgress: Hashable, Sendable {
  public let received: Int
  /// Counted like `received`; nil if the server does not say.
  public let total: Int?
  /// Whether the server only estimates the total.
  public let isEstimate: Bool

  public init(received: Int, total: Int?, isEstimate: Bool = false) {
    self.received = received
    self.total = total
    self.isEstimate = isEstimate
  }
}

public struct ExchangeID: Hashable, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
}

public struct ExchangeEnd {
  public let id: ExchangeID
  public let result: Result<HTTPResponse, TransportFailure>

  public init(id: ExchangeID, result: Result<HTTPResponse, TransportFailure>) {
    self.id = id
    self.result = result
  }
}

public struct HTTPRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  /// How long the exchange may take before it is given up.
  public enum Patience: Hashable, Sendable {
    /// Seconds for the whole exchange, from connecting to the last byte.
    case whole(Double)
    /// Seconds to the first byte of the answer; from then on the body must arrive at the
    /// `Transport`'s least rate, and may have any length.
    case firstByte(Double)
  }

  public var method: Method
  public var url: String
  /// Names and values as they are sent; `Authorization` is sent only to the origin of `url`.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]?
  public var patience: Patience
  /// The most bytes that the answer's body may have; nil for the limit of the transport.
  public var longestAnswer: Int?

  public init(
    _ method: Method, _ url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8]? = nil, patience: Patience
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.patience = patience
  }
}

public struct HTTPResponse {
  public let status: Int
  /// Names in lower case; of a repeated header the last value.
  public let headers: [String: String]
  public let body: ResponseBody

  public init(status: Int, headers: [String: String] = [:], body: ResponseBody) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no answer. The text is for people and never holds a key.
public enum TransportFailure: Error, Hashable, Sendable {
  /// The request did not reach the server: nothing has happened there.
  case notSent(String)
  /// The request did not reach the server, for a reason that a person has to resolve.
  case blocked(Obstacle)
  /// The request may have reached the server: whether it took effect is unknown.
  case lost(String)
  /// The response is not HTTP, or not in a form that memctl accepts. The request may have taken
  /// effect.
  case invalidResponse(String)
  /// The server redirects to another origin, which gets neither the key nor the request.
  case foreignRedirect(to: String)
  /// The answer is longer than memctl takes.
  case tooLarge(limit: Int)
  /// The answer cannot be kept on this machine while it is used.
  case noRoom(String)
}
