import JSON

/// Whether the server accepts the key, as auth-check tells.
enum Access: Hashable {
  case accepted
  /// The server has no auth-check, but it is a memory server.
  case unknown
  case refused(message: String)
  /// The server is there, but what answers is not this API, or it fails.
  case unclear(message: String)
  case unreachable(String)
}

extension Access {
  /// What an answer with 403, 404 or 405 means, which by itself could be about the operation, the
  /// key or the address.
  func meaning(of operation: Operation, status: Int, _ message: String) -> Outcome {
    switch self {
    case .accepted: Self.definite(operation, status, message)
    case .unknown where status != 403: Self.definite(operation, status, message)
    case .unknown: .unauthorized(message: message)
    case .refused(let message): .unauthorized(message: message)
    case .unclear(let reason):
      .overloaded(
        status: status, message: reason, retryAfter: nil, mayHaveArrived: false)
    case .unreachable(let reason): .unreachable(reason)
    }
  }

  private static func definite(_ operation: Operation, _ status: Int, _ message: String) -> Outcome
  {
    // What is gone on the server already need not be deleted, and cannot be changed.
    if case .store = operation { return .rejected(status: status, message: message) }
    return status == 404 ? .acknowledged(nil) : .rejected(status: status, message: message)
  }

  /// The problem that keeps a sync from going on; nil when there is none.
  func problem(_ baseURL: String) -> Problem? {
    switch self {
    case .accepted, .unknown: nil
    case .refused(let message): .unauthorized(message)
    case .unclear(let message): .nonsense(message)
    case .unreachable(let reason): .unreachable(baseURL, reason)
    }
  }
}

extension SyncEngine {
  /// Asks auth-check, and where the server has none, `/health`; remembers a refusal and its end.
  func checkAccess() throws -> Access {
    let access = askAccess()
    switch access {
    case .accepted: try cache.set(.authFailed, nil)
    case .refused: try cache.set(.authFailed, "1")
    case .unknown, .unclear, .unreachable: break
    }
    return access
  }

  private func askAccess() -> Access {
    switch answer(to: requests.authCheck()) {
    case .failure(let access): return access
    case .success(let response):
      switch response.status {
      case 200 where member("user_id", of: response)?.string != nil: return .accepted
      case 401, 403: return .refused(message: ServerMessage.text(of: response))
      case 429, 500...:
        return .unclear(message: "auth-check failed: \(ServerMessage.text(of: response))")
      default: break
      }
    }
    switch answer(to: requests.health()) {
    case .failure(let access): return access
    case .success(let response):
      guard response.status == 200, member("status", of: response)?.string == "ok" else {
        return .unclear(message: "\(requests.baseURL) does not answer like a memory server")
      }
      return .unknown
    }
  }

  private enum Answer {
    case success(HTTPResponse)
    case failure(Access)
  }

  private func answer(to request: HTTPRequest) -> Answer {
    do throws(TransportFailure) {
      return .success(try transport.perform(request))
    } catch {
      switch Outcome(error) {
      case .unreachable(let reason), .lost(let reason): return .failure(.unreachable(reason))
      case .nonsense(let reason): return .failure(.unclear(message: reason))
      default: return .failure(.unclear(message: "\(error)"))
      }
    }
  }

  private func member(_ name: String, of response: HTTPResponse) -> JSONValue? {
    response.body.withBytes { try? JSONValue(parsing: $0) }?[name]
  }
}
