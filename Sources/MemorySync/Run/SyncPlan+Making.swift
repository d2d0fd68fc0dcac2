import MemoryModel
import MemoryStore

extension SyncPlan {
  /// Finds what an operation would do, by doing it in a session whose transactions are undone.
  static func make(
    of operation: Rehearsed, limit: Int?, force: Bool, _ session: inout Session,
    _ report: inout SyncReport
  ) throws -> (SyncReport, SyncPlan) {
    var plan = SyncPlan()
    let lastTrashed = try session.read { try $0.trash.last() }
    if operation == .pull {
      let pull = Pull { transaction in
        plan.losses = try transaction.trash.versions(since: lastTrashed)
      }
      try pull.run(&session, into: &report)
      return (report, plan)
    }
    var push = PushReport()
    let rehearsal = PushRehearsal(session)
    if session.takeover == nil {
      (push, plan.requests) = try session.write { try rehearsal.run(limit: limit, in: $0) }
    }
    if operation == .resync {
      var kept = try session.read { try plan.orphans(in: $0) }
      let pull = Pull { transaction in
        plan.losses = try transaction.trash.versions(since: lastTrashed)
        // Orphans were found by comparing with the server, and are queued now.
        (push, plan.requests) = try rehearsal.run(limit: nil, in: transaction)
        kept = try plan.orphans(in: transaction.snapshot)
      }
      try pull.pullEverything(&session, into: &report, force: force)
      report.kept = kept
    }
    report.push = try session.withQueueState(push)
    return (report, plan)
  }

  /// How many memories the server would still lack after the plan.
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

  init(_ session: borrowing Session) {
    conditions = session.conditions
    requests = session.api.requests
  }

  func run(
    limit: Int?, in transaction: borrowing Transaction
  ) throws -> (PushReport, [SyncPlan.Request]) {
    try Recovery.perform(conditions, timeout: requests.timeout, in: transaction)
    var push = try Push(
      limit: limit, only: nil, conditions, requests, in: transaction.snapshot)
    let plan = try push.rehearse(in: transaction)
    return (push.report, plan)
  }
}
