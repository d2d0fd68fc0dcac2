import JSON

/// What the end of an exchange means for the operation that it carried.
public enum Outcome: Hashable, Sendable {
  /// The server has done it; a store comes with the new id.
  case acknowledged(ServerID?)
  /// The server will not do it, however often it is asked.
  case rejected(status: Int, message: String)
  /// A rejection that may be about the key or the address instead of this operation: auth-check
  /// tells.
  case ambiguous(status: Int, message: String)
  /// The server does not accept the key.
  case unauthorized(message: String)
  /// The server failed at this operation; whether it took effect is unknown.
  case failed(status: Int, message: String)
  /// The server or something before it asks to come back later. Whether it took effect is unknown
  /// where `mayHaveArrived`.
  case overloaded(status: Int, message: String, retryAfter: RetryAfter?, mayHaveArrived: Bool)
  /// The request did not reach the server.
  case unreachable(String)
  /// The answer was lost: whether the operation took effect is unknown.
  case lost(String)
  /// The answer is none that this API gives: whether the operation took effect is unknown.
  case nonsense(String)
}

extension Outcome {
  /// Judges the end of an exchange that carried `operation`.
  public init(of operation: Operation, _ result: Result<HTTPResponse, TransportFailure>) {
    switch result {
    case .failure(let failure): self.init(failure)
    case .success(let response):
      switch response.status {
      case 200, 201: self = Self.acknowledgement(of: operation, response)
      case 404:
        if case .delete = operation {
          // Gone already, or an address where there is no such API: auth-check tells.
          self = .ambiguous(status: 404, message: "the server does not know this memory")
        } else {
          self.init(status: 404, response)
        }
      case let status: self.init(status: status, response)
      }
    }
  }

  init(_ failure: TransportFailure) {
    switch failure {
    case .notSent(let reason): self = .unreachable(reason)
    case .blocked(let problem): self = .unreachable(problem.message)
    case .lost(let reason): self = .lost(reason)
    case .nonsense(let reason): self = .nonsense(reason)
    case .foreignRedirect(let origin):
      self = .nonsense("the server redirects to \(origin), which gets neither key nor memories")
    case .tooLarge(let limit):
      self = .nonsense("the answer is longer than \(grouped(limit)) bytes")
    case .noRoom(let reason): self = .lost(reason)
    }
  }

  private init(status: Int, _ response: HTTPResponse) {
    let message = ServerMessage.text(of: response)
    let retryAfter = response.headers["retry-after"].flatMap(RetryAfter.init)
    switch status {
    case 401: self = .unauthorized(message: message)
    case 403, 404, 405: self = .ambiguous(status: status, message: message)
    case 408, 425, 429:
      self = .overloaded(
        status: status, message: message, retryAfter: retryAfter, mayHaveArrived: false)
    case 502, 503, 504:
      self = .overloaded(
        status: status, message: message, retryAfter: retryAfter, mayHaveArrived: true)
    case 400..<500: self = .rejected(status: status, message: message)
    case 500..<600: self = .failed(status: status, message: message)
    default: self = .nonsense("the server answered with status \(status)")
    }
  }

  private static func acknowledgement(
    of operation: Operation, _ response: HTTPResponse
  ) -> Outcome {
    let answer = response.body.withBytes { try? JSONValue(parsing: $0) }
    guard let answer, answer.object != nil else {
      return .nonsense(
        "the server answered \(response.status) with something that is no JSON object")
    }
    switch operation {
    case .store:
      guard let id = answer["id"]?.int64, id > 0 else {
        return .nonsense("the server answered \(response.status) without an id")
      }
      return .acknowledged(ServerID(rawValue: id))
    case .delete(let id): return confirmation(answer["deleted"], of: id, response)
    case .update(_, let id): return confirmation(answer["updated"], of: id, response)
    }
  }

  /// The API's only documented example names memory 1, so both the id and a count are understood.
  private static func confirmation(
    _ value: JSONValue?, of id: ServerID, _ response: HTTPResponse
  ) -> Outcome {
    guard let value = value?.int64, value == id.rawValue || value == 1 else {
      return .nonsense("the server answered \(response.status) without confirming anything")
    }
    return .acknowledged(nil)
  }
}

/// The server's own words in an answer that is an error, fit to be shown.
enum ServerMessage {
  private static let limit = 300
  /// Bytes of an answer above which it is no message.
  private static let longestAnswer = 1 << 20

  /// The `detail` of the answer; of a list of validation errors, where and what, but never the
  /// `input`, which repeats the memory.
  static func text(of response: HTTPResponse) -> String {
    if response.body.count > longestAnswer { return "status \(response.status)" }
    let detail = response.body.withBytes { try? JSONValue(parsing: $0) }?["detail"]
    if let text = detail?.string { return clean(text) }
    let errors = (detail?.array ?? []).compactMap { error -> String? in
      guard let message = error["msg"]?.string else { return nil }
      let place = (error["loc"]?.array ?? []).dropFirst().map { $0.string ?? $0.text }
      return place.isEmpty ? message : "\(place.joined(separator: ".")): \(message)"
    }
    return errors.isEmpty ? "status \(response.status)" : clean(errors.joined(separator: "; "))
  }

  private static func clean(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(limit).map { scalar in
      scalar.properties.generalCategory == .control ? " " : String(scalar)
    }
    return shown.joined() + (text.unicodeScalars.count > limit ? "…" : "")
  }
}
