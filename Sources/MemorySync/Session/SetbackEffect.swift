import MemoryAPI
import MemoryModel
import MemoryStore

/// What a setback means for a run.
struct SetbackEffect {
  let problem: Problem
  /// What has to be noted for later calls.
  let note: (Note, String?)?

  /// - Parameter operation: what the request asked for; nil for a question, which is simply
  ///   repeated.
  init(
    _ setback: Setback, of operation: QueuedOperation?, _ requests: Requests,
    _ conditions: SyncConditions
  ) {
    let isQuestion = operation == nil
    var note: (Note, String?)?
    switch setback {
    case .unauthorized(let message):
      note = (.authFailed, "1")
      problem = .unauthorized(message)
    case .overloaded(_, let message, let retryAfter):
      let until = retryAfter?.time(from: conditions.now())
      note = (.notBefore, until?.description)
      problem = .overloaded(message, until: until)
    case .unreachable where conditions.isCancelled, .lost where conditions.isCancelled:
      problem = .interrupted
    case .unreachable(let reason): problem = .unreachable(requests.baseURL, reason)
    case .blocked(let blockage): problem = blockage
    case .lost(let reason): problem = isQuestion ? .lostReply(reason) : .lostAnswer(reason)
    case .noRoom(let reason): problem = isQuestion ? .noRoom(reason) : .lostAnswer(reason)
    case .failed(let status, let message):
      problem = .serverFailed(status, message, isQueued: !isQuestion)
    case .gateway(let status): problem = .gateway(setback.message, status: status)
    case .refused(403, let message): problem = .forbidden(message)
    case .refused(_, let message):
      problem = .invalidResponse("it answered a sync request with \(message)")
    case .invalidResponse(let reason):
      problem = .invalidResponse(reason, hint: requests.addressHint)
    }
    self.note = note
  }
}
