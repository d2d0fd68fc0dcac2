import JSON
import ServerStore

/// What the server answers to each request, apart from how requests reach it.
struct API: Sendable {
  let store: any Store
  let keys: Keys

  /// Judges a request by its method, path and key, before its body arrives.
  func admit(_ request: Request) throws(Refusal) -> Call {
    switch Endpoint.find(method: request.method, path: request.path) {
    case .notFound: throw .unknownPath
    case .redirect: throw .redirect(to: request.withoutTrailingSlash)
    case .methodNotAllowed(let allowed): throw .methodNotAllowed(allowed)
    case .endpoint(let endpoint, let path):
      var user = ""
      if endpoint.needsKey {
        guard let authorization = request.authorization else {
          throw .invalid([.missing(["header", "authorization"], in: nil)])
        }
        guard let owner = keys.user(authorization: authorization) else { throw .invalidKey }
        user = owner
      }
      return Call(request: request, endpoint: endpoint, user: user, path: path)
    }
  }

  /// Runs a call whose body is complete.
  func perform(_ call: Call) -> Reply {
    do {
      return try run(call)
    } catch {
      return .now(Response(refusal(for: error, at: call.endpoint)))
    }
  }

  /// What `answer` makes. Whatever goes wrong is the answer.
  func respond(to endpoint: Endpoint, with answer: Reply.Answer) -> Response {
    do { return try answer() } catch { return Response(refusal(for: error, at: endpoint)) }
  }

  private func run(_ call: Call) throws -> Reply {
    let changes = ChangeRoutes(store: store)
    let reads = ReadRoutes(store: store)
    return switch call.endpoint.operation {
    case .health: .now(.json(["status": "ok"]))
    case .authCheck: .now(.json(["status": "ok", "user_id": .string(call.user)]))
    case .list: .now(try reads.list(call))
    case .store: try changes.store(call)
    case .sync: try reads.sync(call)
    case .importAll: try changes.importAll(call)
    case .show: .now(try reads.show(call))
    case .update: try changes.update(call)
    case .delete: try changes.delete(call)
    }
  }

  private func refusal(for error: any Error, at endpoint: Endpoint) -> Refusal {
    if let refusal = error as? Refusal { return refusal }
    let failure = error as? StoreFailure
    if failure?.kind != .closed {
      // By its pattern: what a client sends does not belong in the log.
      complain("\(endpoint.method) \(endpoint.path) failed: \(error)")
    }
    return failure.map { .store($0.kind) } ?? .defect
  }
}
