import MemoryStore

/// Puts the cache in order after whatever happened since the last run. The caller holds the sync lock.
enum Recovery {
  static func run(_ session: inout Session, _ mark: PushMark) throws {
    let conditions = session.conditions
    let timeout = session.api.requests.timeout
    let isCopy = try session.read { try mark.isMissing(in: $0) }
    try session.write { transaction in
      try perform(conditions, timeout: timeout, in: transaction)
      if isCopy { try transaction.queue.doubtStores(at: conditions.now()) }
    }
    if isCopy { try mark.renew(&session) { _ in } }
  }

  /// - Parameter timeout: seconds that a request may take.
  static func perform(
    _ conditions: SyncConditions, timeout: Double, in transaction: borrowing Transaction
  ) throws {
    let (now, policy) = (conditions.now(), conditions.policy)
    try transaction.queue.recover(
      at: now, longestWait: max(policy.longestDelay, policy.lateness),
      longestFlight: timeout * Double(Push.window / Push.width))
    try transaction.trash.tidy(at: now)
    try transaction.memories.tidyWithheld()
  }
}
