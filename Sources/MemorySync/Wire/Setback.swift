import HTTPTransport
import MemoryModel

/// Why a request did not get what it asked for; shared by writes, pulls and auth-check.
///
/// An answer counts as this API's own only if it looks like one. Any other answer, whatever its
/// status, came from something in between, and says nothing about the request.
package enum Setback: Error, Hashable, Sendable {
  /// This API does not accept the key.
  case unauthorized(message: String)
  /// This API refused the request, perhaps because of the key; auth-check tells.
  case refused(status: Int, message: String)
  /// This API failed at the request.
  case failed(status: Int, message: String)
  /// The answer, from whatever sent it, asks the client to come back later.
  case overloaded(status: Int, message: String, retryAfter: RetryAfter?)
  /// Something between here and the server answered in its place.
  case gateway(status: Int)
  /// The request did not reach the server.
  case unreachable(String)
  /// The request did not reach the server either, for a reason that is shown to the user as it is.
  case blocked(Problem)
  /// The answer was lost.
  case lost(String)
  /// This machine has no room to keep the answer while it is used.
  case noRoom(String)
  /// The answer is not one of this API.
  case invalidResponse(String)
}

extension Setback {
  /// Judges an answer whose status does not indicate success.
  ///
  /// - Parameter veil: hides what no message may repeat.
  init(_ response: HTTPResponse, behind veil: Veil = Veil()) {
    let status = response.status
    let message = ServerMessage.text(of: response, behind: veil)
    switch status {
    case 200..<300: self = .invalidResponse("the server answered with status \(status)")
    case 408, 425, 429, 502, 503, 504:
      self = .overloaded(
        status: status, message: message,
        retryAfter: response.headers["retry-after"].flatMap(RetryAfter.init))
    case 407: self = .gateway(status: status)
    case _ where !ServerMessage.isOfThisAPI(response): self = .gateway(status: status)
    case 401: self = .unauthorized(message: message)
    case 400..<500: self = .refused(status: status, message: message)
    case 500..<600: self = .failed(status: status, message: message)
    default: self = .gateway(status: status)
    }
  }

  init(_ failure: TransportFailure, behind veil: Veil = Veil()) {
    switch failure {
    case .notSent(let reason): self = .unreachable(veil.over(reason))
    case .blocked(let obstacle): self = .blocked(Problem(obstacle))
    case .lost(let reason): self = .lost(veil.over(reason))
    case .invalidResponse(let reason): self = .invalidResponse(veil.over(reason))
    case .foreignRedirect(let origin):
      self = .invalidResponse(
        "the server redirects to \(veil.over(origin)), which gets neither key nor memories")
    case .tooLarge(let limit):
      self = .invalidResponse("the answer is longer than \(grouped(limit)) bytes")
    case .noRoom(let reason): self = .noRoom(reason)
    }
  }

  /// Whether the request may still have taken effect.
  var mayHaveArrived: Bool {
    switch self {
    case .unauthorized, .refused, .unreachable, .blocked: false
    case .failed, .lost, .noRoom, .invalidResponse: true
    case .overloaded(let status, _, _): status >= 500
    // A proxy that asks for a password of its own has let nothing pass.
    case .gateway(let status): ![401, 407, 511].contains(status)
    }
  }

  /// What happened, without the consequences for the user.
  var message: String {
    switch self {
    case .unauthorized(let message), .refused(_, let message), .failed(_, let message),
      .overloaded(_, let message, _), .unreachable(let message), .lost(let message),
      .noRoom(let message), .invalidResponse(let message):
      message
    case .blocked(let problem): problem.message
    case .gateway(407): "a proxy on the way to the server requires a password (407)"
    case .gateway(511): "the network requires a sign-in first (511)"
    case .gateway(401): "something between here and the server requires a password (401)"
    case .gateway(let status): "something between here and the server answered \(status)"
    }
  }

  /// The error that a queue entry remembers.
  var lastError: QueueEntry.LastError {
    switch self {
    case .unauthorized: .init(kind: .unauthorized, status: 401, message: message)
    case .refused(let status, _): .init(kind: .rejected, status: status, message: message)
    case .failed(let status, _): .init(kind: .serverFailed, status: status, message: message)
    case .overloaded(let status, _, _): .init(kind: .overloaded, status: status, message: message)
    case .gateway(let status): .init(kind: .gateway, status: status, message: message)
    case .unreachable, .lost, .noRoom: .init(kind: .offline, message: message)
    case .blocked(let problem): .init(kind: problem.kind, message: message)
    case .invalidResponse: .init(kind: .invalidResponse, message: message)
    }
  }
}
