import MemoryModel

/// What the answers of a push mean for its entries, and for the server as a whole.
extension Push {
  /// Takes the end of an exchange. An entry whose answer may not be about it stays on its way until
  /// more is known.
  mutating func receive(_ outcome: Outcome, for sent: ClaimedEntry) {
    switch outcome {
    case .setback(.refused(let status, let message), _):
      refusals.append((sent, status, message))
    case .setback(.failed(let status, let message), _):
      failures.append((sent, status, message))
      setbacksInARow += 1
      note(.serverFailed(status, message, isQueued: true))
    default: ended.append((sent, outcome))
    }
  }

  /// Decides what refusals mean. A refusal concerns the entry if the server accepts the key, which
  /// is checked again for each batch, because the key may have been revoked meanwhile.
  mutating func judgeRefusals(_ session: inout Session) throws {
    var check = try session.checkAuth()
    // Without an auth-check, only another request that needs the key can tell.
    if check == .unknown, let setback = try session.checkDatabase() { check = .setback(setback) }
    if case .setback(let setback) = check {
      halt(try session.problem(of: setback))
      ended = refusals.map { ($0.0, .setback(setback, mayHaveArrived: false)) }
    } else {
      isServerThere = true
      ended = refusals.map { sent, status, message in
        (sent, Outcome(refusalOf: sent.operation, status: status, message: message))
      }
    }
    refusals = []
  }

  /// Decides what failures mean. A failure concerns the entry if the server works otherwise: it has
  /// its database, and accepted another entry, or there was no other entry to accept. A server that
  /// fails at several entries and accepts none is at fault itself, and no failure is counted,
  /// however often that happens.
  mutating func judgeFailures(_ session: inout Session) throws {
    let isSingular =
      report.acknowledged > 0
      || failures.count == 1 && problems.allSatisfy { $0.kind == .serverFailed }
    let isOfEntry = try isSingular && isServerWell(&session)
    if isOfEntry {
      setbacksInARow = 0
    } else {
      stop = stop ?? problems.first
    }
    ended = failures.map { sent, status, message in
      (
        sent,
        isOfEntry
          ? .failed(status: status, message: message)
          : Outcome(.failed(status: status, message: message))
      )
    }
    failures = []
  }

  private mutating func isServerWell(_ session: inout Session) throws -> Bool {
    var setback: Setback?
    if case .setback(let met) = try session.checkAuth() {
      setback = met
    } else {
      setback = try session.checkDatabase()
    }
    // A key that may not fetch cannot be used to find out.
    if case .refused = setback { return report.acknowledged > 0 }
    if let setback { halt(try session.problem(of: setback)) }
    return setback == nil
  }

  /// Decides what a setback means for the entries that have not been sent yet.
  mutating func noteEffect(of setback: Setback, _ problem: Problem) {
    switch setback {
    case .lost where problem.kind != .interrupted, .noRoom, .invalidResponse, .gateway:
      strike(problem)
    // Refusals and failures have been judged before.
    case .refused, .failed: break
    case .lost, .unauthorized, .overloaded, .unreachable, .blocked: halt(problem)
    }
  }

  private mutating func strike(_ problem: Problem) {
    setbacksInARow += 1
    note(problem)
    if isAway { stop = stop ?? problem }
  }

  private mutating func halt(_ problem: Problem) {
    note(problem)
    stop = stop ?? problem
  }

  mutating func note(_ problem: Problem) {
    if !problems.contains(where: { $0.kind == problem.kind }) { problems.append(problem) }
  }
}
