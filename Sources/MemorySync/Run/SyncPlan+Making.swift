import MemoryModel
import MemoryStore

extension SyncPlan {
  /// Finds out what an operation would do by performing it in a session whose transactions are
  /// undone.
  static func make(
    of operation: Rehearsed, _ session: inout Session, _ mark: PushMark,
    into report: inout SyncReport
  ) throws -> SyncPlan {
    var plan = SyncPlan()
    let rehearsal = PushRehearsal(session, mark)
    let lastTrashed = try session.read { try $0.trash.last() }
    var push = PushReport()
    switch operation {
    case .push(let limit):
      if session.takeover == nil {
        (push, plan.requests) = try session.write { try rehearsal.run(limit: limit, in: $0) }
      }
    case .pull:
      let pull = Pull { transaction in
        plan.losses = try transaction.trash.versions(since: lastTrashed)
      }
      try pull.run(&session, into: &report)
      return plan
    case .resync(let force):
      if session.takeover == nil {
        (push, plan.requests) = try session.write { try rehearsal.run(limit: nil, in: $0) }
      }
      var kept = try session.read { try plan.orphans(in: $0) }
      let pull = Pull { transaction in
        plan.losses = try transaction.trash.versions(since: lastTrashed)
        // Comparing with the server found the orphans, and they are queued now.
        (push, plan.requests) = try rehearsal.run(limit: nil, in: transaction)
        kept = try plan.orphans(in: transaction.snapshot)
      }
      try pull.pullEverything(&session, into: &report, force: force)
      report.kept = kept
    }
    report.push = try session.withQueueState(push)
    return plan
  }

  /// The number of memories that the server would still lack after the plan.
  private func orphans(in snapshot: borrowing Snapshot) throws -> Int {
    let stores = requests.count { request in
      if case .store(_, localID: _?) = request.operation { true } else { false }
    }
    return try snapshot.memories.countUnlinked() - stores
  }
}

/// Claims what a push would send, in a transaction that is undone.
private struct PushRehearsal {
  private let conditions: SyncConditions
  private let requests: Requests
  private let mark: PushMark

  init(_ session: borrowing Session, _ mark: PushMark) {
    conditions = session.conditions
    requests = session.requests
    self.mark = mark
  }

  func run(
    limit: Int?, in transaction: borrowing Transaction
  ) throws -> (PushReport, [SyncPlan.Request]) {
    _ = try Recovery.tidy(transaction, mark, conditions, timeout: requests.timeout)
    var push = try Push(
      limit: limit, only: nil, conditions, requests, in: transaction.snapshot)
    let plan = try push.rehearse(in: transaction)
    return (push.report, plan)
  }
}
