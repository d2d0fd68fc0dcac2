import MemoryAPI
import MemoryModel
import MemoryStore

/// Which entries may go out as they stand at one moment.
struct SendGate {
  let now: Timestamp
  private let policy: RetryPolicy
  /// Whether the server is known to act once on a repeated idempotency key.
  private let isIdempotent: Bool

  /// - Parameter baseURL: the server's.
  init(
    for baseURL: String, _ conditions: SyncConditions, in snapshot: borrowing Snapshot
  ) throws {
    now = conditions.now()
    policy = conditions.policy
    isIdempotent = try snapshot.notes.value(of: .idempotentServer) == baseURL
  }

  /// Whether nothing is in doubt of an entry, or the server acts once on its key and cannot have
  /// forgotten it. What goes out in doubt stays claimed until an answer settles it, since another
  /// program would send it without the key.
  func maySend(_ entry: QueueEntry) -> Bool {
    switch entry.state {
    case .pending: return true
    case .sending, .dead: return false
    case .inDoubt:
      guard isIdempotent, !entry.deleteWhenKnown, !entry.isRejected,
        entry.attempts < policy.attempts, !entry.isDropped, !entry.wasSentWithoutKey,
        // A cache that was never pulled has no watermark; no key is older than its entry.
        let sentAfter = entry.sentAfter ?? Timestamp(entry.createdAt)
      else { return false }
      return now.seconds(since: sentAfter) < policy.keyLifetime
    }
  }

  /// Whether it may go out now.
  func isOpen(for entry: QueueEntry) -> Bool { maySend(entry) && !entry.isDeferred(at: now) }
}
