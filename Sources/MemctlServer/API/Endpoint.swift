/// One row of the table of endpoints.
struct Endpoint: Sendable {
  enum QueuedOperation: Sendable {
    case health, authCheck
    case list, store, sync, importAll, show, update, delete
  }

  let method: String
  /// `{id}` stands for any component.
  let path: String
  let operation: QueuedOperation
  var needsKey = true
  /// The most bytes that the body may have.
  var bodyLimit = usualBody
  /// Whether an `Idempotency-Key` is honoured, which its answers show by repeating it.
  var isIdempotent = false

  static let usualBody = 1 << 20
  /// The largest body of any request: a larger one is not even read to the end to be refused.
  static let largestBody = 64 << 20

  static let all: [Endpoint] = [
    Endpoint(method: "GET", path: "/health", operation: .health, needsKey: false),
    Endpoint(method: "GET", path: "/api/auth-check", operation: .authCheck),
    Endpoint(method: "GET", path: "/api/memories", operation: .list),
    Endpoint(method: "POST", path: "/api/memories", operation: .store, isIdempotent: true),
    Endpoint(method: "GET", path: "/api/memories/sync", operation: .sync),
    Endpoint(
      method: "POST", path: "/api/memories/import", operation: .importAll, bodyLimit: largestBody,
      isIdempotent: true),
    Endpoint(method: "GET", path: "/api/memories/{id}", operation: .show),
    Endpoint(method: "PUT", path: "/api/memories/{id}", operation: .update),
    Endpoint(method: "DELETE", path: "/api/memories/{id}", operation: .delete),
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
    let literal = all.filter { $0.path == path }
    let candidates = literal.isEmpty ? all.filter { $0.matches(path) } : literal
    let components = path.split(separator: "/")
    if let endpoint = candidates.first(where: { $0.method == method }) {
      return .endpoint(endpoint, path: components)
    }
    if !candidates.isEmpty {
      // A word in the place of an id may be an endpoint that this server does not have.
      let isWord = literal.isEmpty && components.last.flatMap { Int64($0) } == nil
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
