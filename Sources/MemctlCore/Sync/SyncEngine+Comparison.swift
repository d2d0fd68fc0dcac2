/// When what changed is not enough, and everything has to be compared.
extension SyncEngine {
  /// Whether the next pull is to compare everything: nothing was compared for long, or an answer
  /// showed that changes alone cannot be trusted.
  func isComparisonDue() throws -> Bool {
    guard try cache.watermark() != nil, try cache.note(.comparisonOwed) == nil,
      let comparedAt = try cache.note(.comparedAt).flatMap(Timestamp.init),
      // A time that is far ahead comes from a clock that was set back.
      abs(now().seconds(since: comparedAt)) < policy.comparisonInterval
    else { return true }
    return try startOfUnread().map { $0 <= .epoch } ?? false
  }

  /// Pulls before an update goes out that has waited: where the server was restored meanwhile, its id
  /// may be another memory's, which a pull tells.
  func pullBeforeOldChanges(into report: inout SyncReport) throws {
    let hasWaited = try cache.entries().contains { entry in
      guard entry.state == .pending, entry.operationName == "update",
        let createdAt = Timestamp(entry.createdAt)
      else { return false }
      return now().seconds(since: createdAt) >= policy.lateness
    }
    if hasWaited { try pull(into: &report) }
  }

  /// Notes what an answer says of the need to compare everything.
  ///
  /// A watermark means something only as long as the server's clock runs on. So a clock that was set,
  /// the server's or this machine's, leads to a comparison. It shows in a `server_time` before the
  /// watermark, or in a distance between both clocks that is not what it was.
  ///
  /// - Parameter hasLostIDs: memories are without an id now, and the server may lack them.
  /// - Returns: whether everything is to be compared now.
  func noteComparison(
    _ extent: RowApplier.Extent, serverTime: Timestamp, askedAt: Timestamp, hasLostIDs: Bool
  ) throws -> Bool {
    let tolerance = policy.lateness / 2
    let lead = serverTime.seconds(since: askedAt)
    let lastLead = try cache.note(.serverLead).flatMap(Double.init)
    let leadIsKept = lastLead.map { abs(lead - $0) <= tolerance }
    if leadIsKept != true { try cache.set(.serverLead, "\(lead)") }
    let isBack =
      try cache.watermark().map { $0.seconds(since: serverTime) > tolerance } ?? false
    switch extent {
    case .changes:
      let isNeeded = hasLostIDs || isBack || leadIsKept == false
      if isNeeded { try cache.set(.comparisonOwed, "1") }
      return isNeeded
    case .everything:
      try cache.set(.comparedAt, askedAt.description)
      try cache.set(.comparisonOwed, nil)
      return false
    }
  }

  /// From when on the server has to be asked so that it tells again what could not be read; the epoch
  /// where only everything has that, nil where nothing is to be asked for now.
  ///
  /// The longer a record is waited for, the less often it is asked for: after a day about every two
  /// hours.
  func startOfUnread() throws -> Timestamp? {
    let unread = try cache.unread().values
    guard let first = unread.map(\.firstAt).min() else { return nil }
    let lastAsked = try cache.note(.unreadAskedAt).flatMap(Timestamp.init) ?? first
    let pause = abs(lastAsked.seconds(since: first)) / 10
    if abs(now().seconds(since: lastAsked)) < pause { return nil }
    return unread.map { $0.updatedAt?.advanced(bySeconds: -1) ?? .epoch }.min()
  }
}
