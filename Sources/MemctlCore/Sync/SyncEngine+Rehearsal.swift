/// What an operation would do, found by doing it and undoing it.
extension SyncEngine {
  /// An entry that would be sent.
  public struct PlannedRequest: Sendable {
    public let entry: EntryID
    public let operation: Operation
  }

  /// What an operation would do, one by one.
  public struct Plan: Sendable {
    /// In the order in which they would be sent.
    public var requests: [PlannedRequest] = []
    /// The memories that would be overwritten or deleted, as they are now.
    public var losses: [TrashedMemory] = []

    /// Of an operation that would do nothing.
    public init() {}
  }

  public enum Rehearsed: Sendable { case push, pull, resync }

  /// Rehearses an operation on the present answer of the server; neither side is changed. What the
  /// report says of the queue is how it stands now.
  ///
  /// - Throws: as the operation.
  public func rehearse(
    _ operation: Rehearsed, limit: Int? = nil, force: Bool = false
  ) throws -> (SyncReport, Plan) {
    try withLock { try cache.rehearsing { try plan(operation, limit: limit, force: force) } }
  }

  private func plan(
    _ operation: Rehearsed, limit: Int?, force: Bool
  ) throws -> (SyncReport, Plan) {
    var report = SyncReport()
    var plan = Plan()
    let lastTrashed = try cache.lastTrashed()
    // What a push would send stands in the file; the others ask the server.
    if operation != .push, let problem = try reasonNotToCall(force: force) {
      report.endCalls(problem)
      report.push = try queueState(PushReport())
      return (report, plan)
    }
    defer { newOrigin = nil }
    if operation == .pull {
      try pull(into: &report) {
        plan.losses = try cache.trashed(since: lastTrashed)
      }
      return (report, plan)
    }
    var push = PushReport()
    if newOrigin == nil {
      (push, plan.requests) = try cache.write { try rehearsePush(limit: limit) }
    }
    if operation == .resync {
      var kept = try orphans(besides: plan.requests)
      try pullEverything(into: &report, force: force) {
        plan.losses = try cache.trashed(since: lastTrashed)
        // Orphans were found by comparing with the server, and are queued now.
        (push, plan.requests) = try rehearsePush(limit: nil)
        kept = try orphans(besides: plan.requests)
      }
      report.kept = kept
    }
    report.push = try queueState(push)
    return (report, plan)
  }

  /// Claims what a push would send, in a transaction of the caller's that is undone.
  private func rehearsePush(limit: Int?) throws -> (PushReport, [PlannedRequest]) {
    try recover()
    var push = try Push(self, limit: limit)
    let plan = try push.rehearse()
    return (push.report, plan)
  }

  /// How many memories the server would still lack after the plan.
  private func orphans(besides plan: [PlannedRequest]) throws -> Int {
    let stores = plan.count { request in
      if case .store(_, localID: _?) = request.operation { true } else { false }
    }
    return try cache.counts().orphans - stores
  }
}
