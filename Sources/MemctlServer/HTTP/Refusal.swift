import ServerStore

/// Why a request does not get what it asks for. This is the only place that knows the status and the
/// words of each reason.
enum Refusal: Error, Equatable {
  // A request whose end another program could see elsewhere.
  case malformedHeader
  case notOneHost
  case ambiguousLength
  case unknownTransferCoding
  case transferCodingInHTTP10

  // What is asked for, and by whom.
  case unknownPath
  case methodNotAllowed([String])
  /// The path has a slash too many; `to` is without it.
  case redirect(to: String)
  case invalidKey
  case invalid([ValidationError])

  // Size.
  case bodyTooLarge
  case tooManyLargeBodies
  case tooManyMemories(limit: Int)

  // The memories that it is about.
  case memoryNotFound
  case updateNotPermitted
  case deletionNotPermitted
  case nothingToUpdate
  case keyReused

  // The server: the request is not to blame. Clients take a 503 for an outage and not for a rejection.
  case store(StoreFailure.Kind)
  case defect

  /// The status, and the `detail` where it is a single text.
  var answer: (status: UInt32, detail: String) {
    switch self {
    case .malformedHeader: (400, "A header field is malformed")
    case .notOneHost: (400, "A request must have exactly one Host")
    case .ambiguousLength: (400, "The length of the request is ambiguous")
    case .unknownTransferCoding: (501, "Unknown transfer coding")
    case .transferCodingInHTTP10: (400, "HTTP/1.0 has no transfer codings")
    case .unknownPath: (404, "Not Found")
    case .methodNotAllowed: (405, "Method Not Allowed")
    case .redirect: (307, "")
    case .invalidKey: (401, "Invalid API key")
    case .invalid: (422, "")
    case .bodyTooLarge: (413, "Request body too large")
    case .tooManyLargeBodies: (503, "Too many large requests")
    case .tooManyMemories(let limit): (413, "An import has at most \(limit) memories")
    case .memoryNotFound: (404, "Memory not found")
    case .updateNotPermitted: (403, "Write permission required")
    case .deletionNotPermitted: (403, "Only the owner can delete a memory")
    case .nothingToUpdate: (400, "No fields to update")
    case .keyReused: (422, "Idempotency-Key was already used for a different request")
    case .store(.lost): (503, "The store was removed or replaced")
    case .store(.full): (503, "The server's disk is full")
    case .store(.unavailable): (503, "The store cannot be used")
    case .store(.closed): (503, "The server is shutting down")
    case .store(.defect), .defect: (500, "Internal Server Error")
    }
  }

  var headers: [(name: String, value: String)] {
    switch self {
    case .methodNotAllowed(let allowed): [("Allow", allowed.joined(separator: ", "))]
    case .redirect(let target): [("Location", target)]
    case .tooManyLargeBodies: [("Retry-After", "1")]
    default: []
    }
  }
}
