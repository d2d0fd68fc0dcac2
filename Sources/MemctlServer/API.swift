import JSON
import SQLite

/// What the server answers to each request, apart from how requests reach it.
struct API: Sendable {
  let store: ServerStore
  let keys: Keys

  /// What a request leads to.
  enum Outcome {
    case answer(Response)
    /// The answer of a change, once it is committed.
    case write(isLong: Bool = false, Writer.Work)
    /// To be performed again after the next commit.
    case afterCommit
  }

  /// What is known of a request before its body arrives.
  enum Admission {
    case refused(Response)
    case admitted(Endpoint, user: String, path: [Substring])
  }

  /// Judges a request by its method, path and key. Of its body, nothing is used.
  func admit(_ request: Request) -> Admission {
    switch Endpoint.find(method: request.method, path: request.path) {
    case .notFound: return .refused(.detail(404, "Not Found"))
    case .redirect:
      let response = Response(status: 307, contentType: nil, body: .bytes([]))
      return .refused(response.with("Location", request.withoutTrailingSlash))
    case .methodNotAllowed(let allowed):
      return .refused(
        .detail(405, "Method Not Allowed").with("Allow", allowed.joined(separator: ", ")))
    case .endpoint(let endpoint, let path):
      guard endpoint.needsKey else { return .admitted(endpoint, user: "", path: path) }
      guard let authorization = request.authorization else {
        return .refused(.invalid([.missing(["header", "authorization"], in: nil)]))
      }
      guard let user = keys.user(authorization: authorization) else {
        return .refused(.detail(401, "Invalid API key"))
      }
      return .admitted(endpoint, user: user, path: path)
    }
  }

  /// Runs an admitted request whose body is complete. Whatever goes wrong is its answer.
  func perform(_ endpoint: Endpoint, _ call: Call) -> Outcome {
    do {
      return try endpoint.handle(self, call)
    } catch let refusal as Refusal {
      return .answer(refusal.response)
    } catch let invalid as Invalid {
      return .answer(.invalid(invalid.problems))
    } catch {
      // By its pattern: what a client sends is not the log's.
      complain("\(endpoint.method) \(endpoint.path) failed: \(error)")
      return .answer(.failure(error))
    }
  }
}

/// A request that was let in.
struct Call: Sendable {
  let request: Request
  /// Whose key it came with; empty where none is needed.
  let user: String
  let path: [Substring]
  /// Whether it has waited for a commit: a request does so at most once.
  var hasWaited = false

  /// The id in the path.
  func id() throws -> Int64 {
    let text = String(path.last!)
    guard let id = Int64(text) else {
      throw Invalid([.notAnInteger(text, at: ["path", "memory_id"])])
    }
    return id
  }

  /// The body, which must be one JSON value.
  func json() throws -> JSONValue {
    try readBody { reader throws in try JSONValue(reading: &reader) }
  }

  /// The body as `read` takes it, which must be one JSON value.
  func readBody<Result>(_ read: (inout JSONReader) throws -> Result) throws -> Result {
    guard !request.body.isEmpty else { throw Invalid([.missing(["body"], in: nil)]) }
    guard request.isJSON else {
      // It is taken as one text, which is echoed as far as a store could be long.
      let isShort = request.body.count <= Endpoint.usualBody
      let text = isShort ? JSONValue.string(String(decoding: request.body, as: UTF8.self)) : .null
      throw Invalid([.notAnObject(text, at: ["body"])])
    }
    do {
      return try request.body.withUnsafeBufferPointer { bytes in
        var reader = JSONReader(bytes)
        let result = try read(&reader)
        try reader.readEnd()
        return result
      }
    } catch let error as JSONError {
      throw Invalid([.invalidJSON(error)])
    }
  }
}
