/// What the answers of a push say of its entries, and what of the server as a whole.
extension Push {
  /// Takes the end of an exchange. What may not be about the entry stays on its way until more is
  /// known.
  mutating func receive(_ outcome: Outcome, for shipment: Shipment) throws {
    switch outcome {
    case .setback(.refused(let status, let message), _):
      refusals.append((shipment, status, message))
    case .setback(.failed(let status, let message), _):
      failures.append((shipment, status, message))
      setbacksInARow += 1
      note(.serverFailed(status, message, isQueued: true))
    default: ended.append((shipment, outcome))
    }
  }

  /// A refusal is one of the entry if the server accepts the key, which is asked anew for each batch:
  /// it may have been revoked meanwhile.
  mutating func judgeRefusals() throws {
    var access = try engine.checkAccess()
    // Where there is no auth-check, only something else that needs the key can tell.
    if access == .unknown, let setback = try engine.askDatabase() { access = .setback(setback) }
    if case .setback(let setback) = access {
      halt(try engine.problem(of: setback))
      ended = refusals.map { ($0.0, .setback(setback, mayHaveArrived: false)) }
    } else {
      isServerThere = true
      ended = refusals.map { shipment, status, message in
        (shipment, Outcome(refusalOf: shipment.operation, status: status, message: message))
      }
    }
    refusals = []
  }

  /// A failure is one of the entry if the server is well otherwise: it has its database, and took
  /// something else, or there was nothing else to take.
  mutating func judgeFailures() throws {
    let isSingular =
      report.acknowledged > 0
      || failures.count == 1 && problems.allSatisfy { $0.kind == .serverFailed }
    let isOfEntry = try isSingular && isServerWell()
    if isOfEntry {
      setbacksInARow = 0
    } else {
      stop = stop ?? problems.first
    }
    ended = failures.map { shipment, status, message in
      (
        shipment,
        isOfEntry
          ? .failed(status: status, message: message)
          : Outcome(.failed(status: status, message: message))
      )
    }
    failures = []
  }

  private mutating func isServerWell() throws -> Bool {
    var setback: Setback?
    if case .setback(let met) = try engine.checkAccess() {
      setback = met
    } else {
      setback = try engine.askDatabase()
    }
    // A key that may not fetch cannot find out.
    if case .refused = setback { return report.acknowledged > 0 }
    if let setback { halt(try engine.problem(of: setback)) }
    return setback == nil
  }

  /// What a setback says of the entries that have not gone out yet.
  mutating func noteEffectOnRun(_ setback: Setback, of operation: Operation) throws {
    let problem = try engine.problem(of: setback, to: operation)
    switch setback {
    case .lost where problem.kind != .interrupted, .noRoom, .invalidResponse, .gateway:
      strike(problem)
    // What is refused or failed at was judged before.
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
