import MemoryModel
import MemoryStore

/// The mark of the last push: a random number in the cache and in the lock file beside it.
///
/// If a file was copied and its original has pushed since, the two numbers differ: what is pending
/// in the copy may have been sent already. A copy that was made before the first push has no mark;
/// for it, only the idempotency keys keep the server from storing a memory twice.
struct PushMark {
  private let lock: SyncLock?
  private let random: Randomness

  /// - Parameter lock: nil if there is no lock file beside the cache.
  init(_ lock: SyncLock?, _ random: Randomness) {
    self.lock = lock
    self.random = random
  }

  private static let none = "none"

  private func mark(_ snapshot: borrowing Snapshot) throws -> String {
    try snapshot.notes.value(of: .pushMark) ?? Self.none
  }

  /// Whether the cache is a copy whose original has pushed more.
  func isMissing(in snapshot: borrowing Snapshot) throws -> Bool {
    guard let lock else { return false }
    let marks = lock.marks
    return try !(marks.isEmpty ? [Self.none] : marks).contains(mark(snapshot))
  }

  /// Runs `body`, which claims what is sent next, in the same transaction as a new mark.
  func renew(
    _ session: inout Session, _ body: (borrowing Transaction) throws -> Void
  ) throws {
    guard let lock, !session.isRehearsal else { return try session.write(body) }
    let new = random.identifier()
    lock.write(marks: [try session.read { try mark($0) }, new])
    try session.write { transaction in
      try body(transaction)
      try transaction.notes.set(.pushMark, new)
    }
    lock.write(marks: [new])
  }
}
