import MemoryModel
import MemoryStore

/// Puts the cache in order after whatever happened since the last run; needs the sync lock.
enum Recovery {
  static func run(_ session: inout Session, _ mark: PushMark) throws {
    let (conditions, timeout) = (session.conditions, session.requests.timeout)
    let isCopy = try session.write { try tidy($0, mark, conditions, timeout: timeout) }
    if isCopy { try mark.renew(&session) { _ in } }
  }

  /// - Parameter timeout: seconds that a request may take.
  /// - Returns: whether the cache is a copy whose original has pushed more. Then every pending
  ///   store is now in doubt.
  static func tidy(
    _ transaction: borrowing Transaction, _ mark: PushMark, _ conditions: SyncConditions,
    timeout: Double
  ) throws -> Bool {
    let (now, policy) = (conditions.now(), conditions.policy)
    let isCopy = try mark.isMissing(in: transaction.snapshot)
    try transaction.queue.recover(
      at: now, longestWait: max(policy.longestDelay, policy.lateness),
      longestFlight: timeout * Double(Push.window / Push.width))
    try transaction.trash.tidy(at: now)
    try transaction.journal.tidy(at: now)
    try transaction.memories.tidyWithheld()
    if isCopy { try transaction.queue.doubtStores(at: conditions.now()) }
    return isCopy
  }
}
