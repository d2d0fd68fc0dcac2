/// One row of the table of what the API can be asked.
struct Endpoint: Sendable {
  let method: String
  /// `{id}` stands for any component.
  let path: String
  var needsKey = true
  /// Bytes that the body may have.
  var bodyLimit = usualBody
  /// Whether an `Idempotency-Key` is honoured, which its answers tell by repeating it.
  var isIdempotent = false
  let handle: @Sendable (API, Call) throws -> API.Outcome

  static let usualBody = 1 << 20
  /// The body of the largest request: more is not even read to be refused.
  static let largestBody = 64 << 20

  static let all: [Endpoint] = [
    Endpoint(method: "GET", path: "/health", needsKey: false) { _, _ in
      .answer(.json(["status": "ok"]))
    },
    Endpoint(method: "GET", path: "/api/auth-check") { _, call in
      .answer(.json(["status": "ok", "user_id": .string(call.user)]))
    },
    Endpoint(method: "GET", path: "/api/memories") { try $0.list($1) },
    Endpoint(method: "POST", path: "/api/memories", isIdempotent: true) { try $0.store($1) },
    Endpoint(method: "GET", path: "/api/memories/sync") { try $0.sync($1) },
    Endpoint(
      method: "POST", path: "/api/memories/import", bodyLimit: largestBody, isIdempotent: true
    ) { try $0.importAll($1) },
    Endpoint(method: "GET", path: "/api/memories/{id}") { try $0.show($1) },
    Endpoint(method: "PUT", path: "/api/memories/{id}") { try $0.update($1) },
    Endpoint(method: "DELETE", path: "/api/memories/{id}") { try $0.delete($1) },
  ]

  enum Match {
    case endpoint(Endpoint, path: [Substring])
    /// The same path without its last slash exists.
    case redirect
    case methodNotAllowed([String])
    case notFound
  }

  /// The endpoint for a request. A path that is written out goes before one with `{id}`.
  static func find(method: String, path: String) -> Match {
    let written = all.filter { $0.path == path }
    let candidates = written.isEmpty ? all.filter { $0.matches(path) } : written
    let components = path.split(separator: "/")
    if let endpoint = candidates.first(where: { $0.method == method }) {
      return .endpoint(endpoint, path: components)
    }
    if !candidates.isEmpty {
      // A word in the place of an id may be an endpoint that this server does not have.
      let isWord = written.isEmpty && components.last.flatMap { Int64($0) } == nil
      return isWord ? .notFound : .methodNotAllowed(candidates.map(\.method))
    }
    let exists = path.last == "/" && all.contains { $0.matches(String(path.dropLast())) }
    return exists ? .redirect : .notFound
  }

  private func matches(_ path: String) -> Bool {
    let expected = self.path.split(separator: "/", omittingEmptySubsequences: false)
    let given = path.split(separator: "/", omittingEmptySubsequences: false)
    return expected.count == given.count
      && zip(expected, given).allSatisfy { $0 == $1 || $0 == "{id}" && !$1.isEmpty }
  }
}
