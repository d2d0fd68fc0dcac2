import HTTPTransport
import MemoryAPI
import MemoryModel
import MemoryStore

extension NoteTable {
  /// The server and the account that the cache was filled from; nil if it belongs to none yet.
  package func origin() throws -> Origin? {
    guard let address = try value(of: .originAddress) else { return nil }
    // The note may contain the address as somebody typed it.
    return Origin(
      address: CurlURL(address)?.base ?? address, account: try value(of: .originAccount))
  }
}

extension NoteTable where Access == ReadWrite {
  func setOrigin(_ origin: Origin) throws {
    if try self.origin() == origin { return }
    try set(.originAddress, origin.address)
    try set(.originAccount, origin.account)
  }
}

/// What happens to ids, queue and notes when a cache changes from one server to another.
enum CacheOrigin {
  /// Whether a memory or an entry contains the id of a memory on a server.
  static func hasServerIDs(_ snapshot: borrowing Snapshot) throws -> Bool {
    if try snapshot.memories.hasServerIDs() { return true }
    return try !snapshot.queue.serverIDs(ofEntries: "delete").isEmpty
      || !snapshot.queue.serverIDs(ofEntries: "update").isEmpty
  }

  /// Makes the cache belong to `origin`, and forgets the ids and times of the former server, which
  /// mean nothing to the new one.
  static func change(to origin: Origin, in transaction: borrowing Transaction) throws {
    try transaction.notes.setWatermark(nil)
    try transaction.trash.forgetServerIDs()
    try transaction.journal.forgetServerIDs()
    for set in [NoteSet.deletions, .unread, .unseen] { try transaction.notes.removeAll(in: set) }
    for note in [Note.unreadAskedAt, .comparedAt, .comparisonOwed, .serverLead] {
      try transaction.notes.set(note, nil)
    }
    try transaction.notes.setOrigin(origin)
  }

  /// Holds back every entry with an id of `origin`, which would change some other memory here. Such
  /// entries become dead letters, which the user can retry.
  static func holdBack(
    queuedFor origin: Origin, in transaction: borrowing Transaction
  ) throws {
    let error = QueueEntry.LastError(
      kind: .refused, message: "it was meant for \(origin.description)")
    for entry in try transaction.queue.entries() where entry.state != .dead {
      switch try? entry.operation() {
      case .delete, .update:
        try transaction.queue.hold(entry.id, as: .dead)
        try transaction.queue.noteFailure(
          entry.id, error, countsAsAttempt: false, nextAttemptAt: nil)
      default: break
      }
    }
  }

  /// Unlinks every memory from the former server, and makes queued stores look as if they had never
  /// been sent. Deletes and changes are removed: their ids mean nothing elsewhere, and the memories
  /// contain the changes.
  ///
  /// - Returns: the number of deletes and changes.
  static func forgetServer(in transaction: borrowing Transaction, at now: Timestamp) throws -> Int {
    var dropped = 0
    for entry in try transaction.queue.entries() {
      switch try? entry.operation() {
      case .delete, .update:
        try transaction.queue.remove(entry.id)
        dropped += 1
      case .store(let fields, let localID) where entry.state == .inDoubt:
        try transaction.queue.remove(entry.id)
        if !entry.deleteWhenKnown {
          try transaction.queue.enqueue(.store(fields, localID: localID), at: now)
        }
      default: break
      }
    }
    try transaction.memories.unlinkAll()
    return dropped
  }
}
