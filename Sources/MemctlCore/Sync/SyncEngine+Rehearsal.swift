/// What an operation would do, found by doing it and undoing it.
extension SyncEngine {
  /// An entry that would be sent.
  public struct PlannedRequest: Sendable {
    public let entry: EntryID
    public let operation: Operation
  }

  public enum Rehearsed: Sendable { case push, pull, resync }

  /// Rehearses an operation on the present answer of the server; neither side is changed.
  ///
  /// - Throws: as the operation.
  public func rehearse(
    _ operation: Rehearsed, limit: Int? = nil, force: Bool = false
  ) throws -> (SyncReport, [PlannedRequest]) {
    try withLock {
      var report = SyncReport()
      var plan: [PlannedRequest] = []
      if operation != .pull {
        plan = try cache.rehearse {
          try recover()
          var push = try Push(self, limit: limit)
          let plan = try push.rehearse()
          report.push = try queueState(push.report)
          return plan
        }
      }
      switch operation {
      case .push: break
      case .pull: try pull(into: &report, rehearse: true)
      case .resync:
        try pullEverything(into: &report, force: force, rehearse: true)
        report.kept = try cache.counts().orphans
      }
      return (report, plan)
    }
  }
}
