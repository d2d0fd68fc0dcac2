import JSON

/// Whether the server accepts the key, as auth-check tells.
enum Access: Hashable {
  /// The key is that of this account, by its `user_id`.
  case accepted(account: String)
  /// The server has no auth-check, but it is a memory server.
  case unknown
  case refused(message: String)
  /// The server or something before it asks to come back later.
  case overloaded(status: Int, message: String, retryAfter: RetryAfter?)
  case failed(status: Int, message: String)
  /// The server is there, but what answers is not this API.
  case unclear(message: String)
  case unreachable(String)
  /// What the server answered did not arrive.
  case lost(String)
}

extension Access {
  /// `user_id` of auth-check; nil where that is unknown.
  var account: String? { if case .accepted(let account) = self { account } else { nil } }

  /// What an answer with 403, 404 or 405 means, which by itself could be about the operation, the
  /// key or the address.
  func meaning(of operation: Operation, status: Int, _ message: String) -> Outcome {
    switch self {
    case .accepted: Self.definite(operation, status, message)
    case .unknown where status != 403: Self.definite(operation, status, message)
    case .unknown: .unauthorized(message: message)
    case .refused(let message): .unauthorized(message: message)
    case .overloaded(let status, let reason, let retryAfter):
      .overloaded(status: status, message: reason, retryAfter: retryAfter, mayHaveArrived: false)
    case .failed(_, let reason), .unclear(let reason):
      .overloaded(status: status, message: reason, retryAfter: nil, mayHaveArrived: false)
    case .unreachable(let reason), .lost(let reason): .unreachable(reason)
    }
  }

  private static func definite(_ operation: Operation, _ status: Int, _ message: String) -> Outcome
  {
    // What is gone on the server already need not be deleted, and cannot be changed.
    if case .store = operation { return .rejected(status: status, message: message) }
    return status == 404 ? .acknowledged(nil) : .rejected(status: status, message: message)
  }
}

extension SyncEngine {
  /// Asks auth-check, and where the server has none, `/health`; remembers a refusal and its end.
  func checkAccess() throws -> Access {
    let access = askAccess()
    switch access {
    case .accepted: try cache.set(.authFailed, nil)
    case .refused: try cache.set(.authFailed, "1")
    case .unknown, .overloaded, .failed, .unclear, .unreachable, .lost: break
    }
    return access
  }

  /// The problem that keeps a run from going on; nil when there is none.
  func problem(of access: Access) throws -> Problem? {
    switch access {
    case .accepted, .unknown: nil
    case .refused(let message): .unauthorized(message)
    case .overloaded(_, let message, let retryAfter): try noteOverload(message, retryAfter)
    case .failed(let status, let message): .serverFailed(status, message)
    case .unclear(let message): .nonsense(message)
    case .unreachable where cancellation.isCancelled, .lost where cancellation.isCancelled:
      .interrupted
    case .unreachable(let reason): .unreachable(requests.baseURL, reason)
    case .lost(let reason): .lostReply(reason)
    }
  }

  /// Bytes of a `user_id` above which it names no account.
  private static var longestAccount: Int { 256 }

  private func askAccess() -> Access {
    switch answer(to: requests.authCheck()) {
    case .failure(let access): return access
    case .success(let response):
      let message = ServerMessage.text(of: response)
      switch response.status {
      case 200:
        // It is kept in the file and shown in messages.
        if let account = member("user_id", of: response)?.string,
          account.utf8.count <= Self.longestAccount
        {
          return .accepted(account: account)
        }
      case 401, 403: return .refused(message: message)
      case 408, 425, 429, 502, 503, 504:
        return .overloaded(
          status: response.status, message: message,
          retryAfter: response.headers["retry-after"].flatMap(RetryAfter.init))
      case 500...: return .failed(status: response.status, message: message)
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
      case .unreachable(let reason): return .failure(.unreachable(reason))
      case .lost(let reason): return .failure(.lost(reason))
      case .nonsense(let reason): return .failure(.unclear(message: reason))
      default: return .failure(.unclear(message: "\(error)"))
      }
    }
  }

  private func member(_ name: String, of response: HTTPResponse) -> JSONValue? {
    response.body.withBytes { try? JSONValue(parsing: $0) }?[name]
  }
}
