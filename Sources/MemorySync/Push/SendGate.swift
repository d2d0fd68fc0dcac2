import MemoryAPI
import MemoryModel
import MemoryStore

/// Decides which entries may be sent in the state that they have at one moment.
struct SendGate {
  let now: Timestamp
  private let policy: RetryPolicy
  /// Whether the server is known to act once on a repeated idempotency key.
  private let isIdempotent: Bool

  /// - Parameter baseURL: the address of the server.
  init(
    for baseURL: String, _ conditions: SyncConditions, in snapshot: borrowing Snapshot
  ) throws {
    now = conditions.now()
    policy = conditions.policy
    isIdempotent = try snapshot.notes.value(of: .idempotentServer) == baseURL
  }

  /// Whether an entry is not in doubt, or the server acts once on its key and cannot have forgotten
  /// it. An entry that is sent while in doubt stays claimed until an answer settles it, since
  /// another program would send it without the key.
  func maySend(_ entry: QueueEntry) -> Bool {
    switch entry.state {
    case .pending: return true
    case .sending, .dead: return false
    case .inDoubt:
      guard isIdempotent, !entry.deleteWhenKnown, !entry.isRejected,
        entry.attempts < policy.attempts, !entry.isDropped, !entry.wasSentWithoutKey,
        // A cache that was never pulled has no watermark, but no key is older than its entry.
        let sentAfter = entry.sentAfter ?? Timestamp(entry.createdAt)
      else { return false }
      return now.seconds(since: sentAfter) < policy.keyLifetime
    }
  }

  /// Whether an entry may be sent now.
  func isOpen(for entry: QueueEntry) -> Bool { maySend(entry) && !entry.isDeferred(at: now) }
}
