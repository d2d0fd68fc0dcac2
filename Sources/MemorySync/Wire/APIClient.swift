import HTTPTransport
import JSON
import MemoryAPI

/// Asks one server questions, with one key and over one transport.
package struct APIClient {
  let requests: Requests
  let transport: any Transport

  package init(_ requests: Requests, over transport: any Transport) {
    self.requests = requests
    self.transport = transport
  }

  /// Returns the answer to a question; its status is 200.
  func answer(
    to request: HTTPRequest, progress: (TransferProgress) -> Void = { _ in }
  ) throws(Setback) -> HTTPResponse {
    let response: HTTPResponse
    do throws(TransportFailure) {
      response = try transport.perform(request, progress: progress)
    } catch {
      throw Setback(error, behind: requests.veil)
    }
    guard response.status == 200 else { throw Setback(response, behind: requests.veil) }
    return response
  }

  /// Calls auth-check, or `/health` if the server has no auth-check.
  ///
  /// - Parameter notice: gets the answer of auth-check.
  func checkAuth(_ notice: (HTTPResponse) -> Void = { _ in }) -> AuthCheck {
    do throws(Setback) {
      let response = try answer(to: requests.authCheck())
      notice(response)
      // The account is kept in the file and shown in messages.
      if let account = response.member("user_id")?.string,
        account.utf8.count <= AuthCheck.longestAccount
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
      if try answer(to: requests.health()).member("status")?.string == "ok" { return .unknown }
    } catch {
      switch error {
      case .refused, .gateway(400..<500): break
      default: return .setback(error)
      }
    }
    return .setback(.invalidResponse("\(requests.baseURL) does not answer like a memory server"))
  }

  /// Asks for what changed since `time`, for which the server needs its database, unlike
  /// auth-check.
  ///
  /// - Returns: nil if the server answered properly.
  func checkDatabase(since time: Timestamp) -> Setback? {
    do throws(Setback) {
      let response = try answer(to: requests.sync(since: time))
      return response.member("memories")?.array == nil
        ? .invalidResponse("it answered a sync request with something else") : nil
    } catch {
      return error
    }
  }
}

/// Whether the server accepts the key, according to auth-check.
enum AuthCheck: Hashable {
  /// The key belongs to this account, which is the server's `user_id`.
  case accepted(account: String)
  /// The server has no auth-check, but it is a memory server.
  case unknown
  /// The key is refused, or the check did not succeed.
  case setback(Setback)

  /// The longest `user_id`, in bytes, that counts as the name of an account.
  static let longestAccount = 256

  /// The `user_id` of auth-check; nil if it is unknown.
  var account: String? { if case .accepted(let account) = self { account } else { nil } }
}

extension HTTPResponse {
  /// A member of the JSON object in the body; nil if there is no object, or no such member.
  fileprivate func member(_ name: String) -> JSONValue? {
    body.withBytes { try? JSONValue(parsing: $0) }?[name]
  }
}
