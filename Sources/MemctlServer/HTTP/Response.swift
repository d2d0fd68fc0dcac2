import JSON
import ServerStore

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

  /// `{"detail":…}`: a text, or a list of what is wrong.
  init(_ refusal: Refusal) {
    let (status, detail) = refusal.answer
    self =
      switch refusal {
      case .invalid(let errors): .json(["detail": .array(errors.map(\.json))], status: status)
      case .redirect: Response(status: status, contentType: nil, body: .bytes([]))
      case .defect, .store(.defect):
        Response(
          status: status, contentType: "text/plain; charset=utf-8",
          body: .bytes(Array(detail.utf8)))
      default: .json(["detail": .string(detail)], status: status)
      }
    headers += refusal.headers
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

  /// What `source` gives: whole and with its length when the first piece is all of it, else streamed;
  /// compressed where the client accepts that and it is worth it.
  ///
  /// - Throws: what `source` throws for its first piece, while an error can still be answered.
  static func streaming(
    _ source: any ByteSource, tag: EntityTag, to request: Request
  ) throws -> Response {
    let first = try source.next() ?? []
    let isWhole = source.isAtEnd
    var response = Response(status: 200, body: .bytes(first)).with("ETag", tag.text)
      .with("Vary", "Accept-Encoding")
    // The length itself is not known before the end.
    if !isWhole, let length = source.estimatedLength {
      response = response.with("X-Estimated-Length", "\(length)")
    }
    var remaining: any ByteSource = PrefixedSource(first, source)
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
