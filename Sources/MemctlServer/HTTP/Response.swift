import JSON
import SQLite

/// What a request is answered with.
struct Response {
  enum Body {
    case bytes([UInt8])
    /// Sent piece by piece as the client takes it, without a `Content-Length`.
    case stream(any ByteSource)
  }

  let status: UInt32
  var headers: [(name: String, value: String)] = []
  var body: Body

  init(status: UInt32, contentType: String? = "application/json", body: Body) {
    self.status = status
    self.body = body
    if let contentType { headers = [("Content-Type", contentType)] }
  }

  static func json(_ value: JSONValue, status: UInt32 = 200) -> Response {
    Response(status: status, body: .bytes(Array(value.text.utf8)))
  }

  /// `{"detail":"…"}`, the form of every error but an invalid field.
  static func detail(_ status: UInt32, _ detail: String) -> Response {
    json(["detail": .string(detail)], status: status)
  }

  static func invalid(_ problems: [Problem]) -> Response {
    json(["detail": .array(problems.map(\.json))], status: 422)
  }

  static var internalError: Response {
    Response(
      status: 500, contentType: "text/plain; charset=utf-8",
      body: .bytes(Array("Internal Server Error".utf8)))
  }

  /// The answer to a request that could not be served: a 503 where the store is the reason, which
  /// says nothing about the request.
  static func failure(_ error: any Error) -> Response {
    if error is StoreIsGone { return .detail(503, "The store was removed or replaced") }
    guard let error = error as? SQLiteError else { return .internalError }
    switch error.kind {
    case .full: return .detail(503, "The server's disk is full")
    case .busy, .readOnly, .cannotOpen, .inputOutput, .corrupt, .notADatabase:
      return .detail(503, "The store cannot be used")
    case .constraint, .interrupted, .other: return .internalError
    }
  }

  /// The client has this version already.
  static func notModified(_ tag: EntityTag) -> Response {
    Response(status: 304, contentType: nil, body: .bytes([])).with("ETag", tag.text)
  }

  func with(_ name: String, _ value: String) -> Response {
    var response = self
    response.headers.append((name, value))
    return response
  }

  /// The same answer, with what `source` gives as its body: whole with its length when the first
  /// piece is all of it, else streamed; compressed where the client takes it and it is worth it.
  ///
  /// - Throws: what `source` throws for its first piece, while an error can still be answered.
  static func streaming(
    _ source: any ByteSource, tag: EntityTag, to request: Request
  ) throws -> Response {
    let first = try source.next() ?? []
    let isWhole = source.isAtEnd
    var response = Response(status: 200, body: .bytes(first)).with("ETag", tag.text)
      .with("Vary", "Accept-Encoding")
    var remaining: any ByteSource = Prefixed(first, source)
    if request.acceptsGzip && first.count >= 1024 {
      response = response.with("Content-Encoding", "gzip")
      remaining = try Gzip(remaining)
    } else if isWhole {
      return response
    }
    response.body = .stream(remaining)
    return response
  }
}

/// An answer that a request gets in place of what it asked for.
struct Refusal: Error {
  private let status: UInt32
  private let detail: String

  init(_ status: UInt32, _ detail: String) { (self.status, self.detail) = (status, detail) }

  var response: Response { .detail(status, detail) }
}

/// Bytes that are made as they are taken.
protocol ByteSource: AnyObject {
  /// The next piece, never empty; nil after the last.
  func next() throws -> [UInt8]?
  /// Whether the last piece was taken.
  var isAtEnd: Bool { get }
}

/// A source with the piece put back that was taken from it to have a look.
private final class Prefixed: ByteSource {
  private var first: [UInt8]?
  private let source: any ByteSource

  init(_ first: [UInt8], _ source: any ByteSource) {
    (self.first, self.source) = (first, source)
  }

  var isAtEnd: Bool { first == nil && source.isAtEnd }

  func next() throws -> [UInt8]? {
    defer { first = nil }
    return try first ?? source.next()
  }
}
