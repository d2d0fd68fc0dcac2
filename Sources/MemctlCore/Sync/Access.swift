import HTTPTransport
import JSON

/// Whether the server accepts the key, as auth-check tells.
enum Access: Hashable {
  /// The key is that of this account, by its `user_id`.
  case accepted(account: String)
  /// The server has no auth-check, but it is a memory server.
  case unknown
  /// The key is refused, or there is no telling.
  case setback(Setback)
}

extension Access {
  /// `user_id` of auth-check; nil where that is unknown.
  var account: String? { if case .accepted(let account) = self { account } else { nil } }
}

extension SyncEngine {
  /// Asks auth-check, and where the server has none, `/health`; remembers a refusal and its end.
  func checkAccess() throws -> Access {
    let access = askAccess()
    switch access {
    case .accepted: try cache.set(.authFailed, nil)
    case .setback(.unauthorized): try cache.set(.authFailed, "1")
    case .unknown, .setback: break
    }
    return access
  }

  /// Bytes of a `user_id` above which it names no account.
  private static var longestAccount: Int { 256 }

  private func askAccess() -> Access {
    do throws(Setback) {
      // It is kept in the file and shown in messages.
      if let account = member("user_id", of: try answer(to: requests.authCheck()))?.string,
        account.utf8.count <= Self.longestAccount
      {
        return .accepted(account: account)
      }
    } catch {
      switch error {
      case .refused(404, _), .refused(405, _), .gateway(404), .gateway(405): break
      case .refused(_, let message): return .setback(.unauthorized(message: message))
      default: return .setback(error)
      }
    }
    do throws(Setback) {
      if member("status", of: try answer(to: requests.health()))?.string == "ok" { return .unknown }
    } catch {
      switch error {
      case .refused, .gateway(400..<500): break
      default: return .setback(error)
      }
    }
    return .setback(.invalidResponse("\(requests.baseURL) does not answer like a memory server"))
  }

  /// Whether the server has its database at hand, which auth-check does without. Nothing is applied.
  ///
  /// - Returns: nil where it answered.
  func askDatabase() throws -> Setback? {
    // What has changed since now is nothing, or little where a clock is wrong.
    let since = max(now(), try cache.watermark() ?? .epoch)
    do throws(Setback) {
      let response = try answer(to: requests.sync(since: since))
      return member("memories", of: response)?.array == nil
        ? .invalidResponse("asked for what changed, it answered something else") : nil
    } catch {
      return error
    }
  }

  /// The answer to a question; it has status 200.
  func answer(to request: HTTPRequest) throws(Setback) -> HTTPResponse {
    let response: HTTPResponse
    do throws(TransportFailure) {
      response = try transport.perform(request)
    } catch {
      throw Setback(error, behind: requests.veil)
    }
    guard response.status == 200 else { throw Setback(response, behind: requests.veil) }
    return response
  }

  private func member(_ name: String, of response: HTTPResponse) -> JSONValue? {
    response.body.withBytes { try? JSONValue(parsing: $0) }?[name]
  }
}

extension SyncEngine {
  /// The problem that a setback is for a run, once it is noted what it says of the time to come.
  ///
  /// - Parameter operation: nil for a question, which is simply asked again.
  func problem(of setback: Setback, to operation: Operation? = nil) throws -> Problem {
    switch setback {
    case .unauthorized(let message):
      try cache.set(.authFailed, "1")
      return .unauthorized(message)
    case .overloaded(_, let message, let retryAfter):
      return try noteOverload(message, retryAfter)
    case .unreachable where cancellation.isCancelled, .lost where cancellation.isCancelled:
      return .interrupted
    case .unreachable(let reason): return .unreachable(requests.baseURL, reason)
    case .blocked(let problem): return problem
    case .lost(let reason): return operation == nil ? .lostReply(reason) : .lostAnswer(reason)
    case .noRoom(let reason): return operation == nil ? .noRoom(reason) : .lostAnswer(reason)
    case .failed(let status, let message):
      return .serverFailed(status, message, isQueued: operation != nil)
    case .gateway(let status): return .gateway(setback.message, status: status)
    case .refused(403, let message): return .forbidden(message)
    case .refused(_, let message):
      return .invalidResponse("asked for what changed, it answered \(message)")
    case .invalidResponse(let reason): return .invalidResponse(reason, hint: requests.addressHint)
    }
  }
}
