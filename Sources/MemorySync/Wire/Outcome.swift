import HTTPTransport
import JSON
import MemoryModel

/// What the end of an exchange means for the operation that it carried.
package enum Outcome: Hashable, Sendable {
  /// The server has done it; a store comes with its new id.
  case acknowledged(ServerID?)
  /// The server will not do it, however often it is asked.
  case rejected(status: Int, message: String)
  /// The server failed at this operation, but works otherwise. Whether the operation took effect is
  /// unknown.
  case failed(status: Int, message: String)
  /// The operation's fate is unknown, except that it took no effect if `mayHaveArrived` is false.
  case setback(Setback, mayHaveArrived: Bool)
}

extension Outcome {
  /// Judges the end of an exchange that carried `operation`.
  ///
  /// - Parameter key: the server's API key, which no message may repeat.
  init(
    of operation: QueuedOperation, _ result: Result<HTTPResponse, TransportFailure>,
    key: String = ""
  ) {
    switch result {
    case .failure(let failure):
      self.init(Setback(failure, behind: Veil(key: key, operation: operation)))
    case .success(let response):
      switch response.status {
      case 200, 201: self = Self.acknowledgement(of: operation, response)
      default: self.init(Setback(response, behind: Veil(key: key, operation: operation)))
      }
    }
  }

  init(_ setback: Setback) { self = .setback(setback, mayHaveArrived: setback.mayHaveArrived) }

  /// Judges an operation that this API refuses although it accepts the key.
  init(refusalOf operation: QueuedOperation, status: Int, message: String) {
    switch operation {
    // What the server no longer has need not be deleted, and cannot be changed.
    case .delete where status == 404, .update where status == 404: self = .acknowledged(nil)
    default: self = .rejected(status: status, message: message)
    }
  }

  private static func invalidResponse(_ reason: String) -> Outcome {
    Outcome(.invalidResponse(reason))
  }

  private static func acknowledgement(
    of operation: QueuedOperation, _ response: HTTPResponse
  ) -> Outcome {
    let answer = response.body.withBytes { try? JSONValue(parsing: $0) }
    guard let answer, answer.object != nil else {
      return .invalidResponse(
        "the server answered \(response.status) with something that is not a JSON object")
    }
    switch operation {
    case .store:
      guard let id = answer["id"]?.int64, id > 0 else {
        return .invalidResponse("the server answered \(response.status) without an id")
      }
      return .acknowledged(ServerID(rawValue: id))
    case .delete(let id): return confirmation(answer["deleted"], of: id, response)
    case .update(_, let id): return confirmation(answer["updated"], of: id, response)
    }
  }

  /// The API's only documented example is of memory 1, so its 1 may be an id or a count.
  private static func confirmation(
    _ value: JSONValue?, of id: ServerID, _ response: HTTPResponse
  ) -> Outcome {
    guard let value = value?.int64, value == id.rawValue || value == 1 else {
      return .invalidResponse("the server answered \(response.status) without confirming anything")
    }
    return .acknowledged(nil)
  }
}
