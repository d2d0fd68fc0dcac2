import JSON
import MemoryModel

extension Counts {
  /// Counts everything that is in the cache.
  package init(_ snapshot: borrowing Snapshot) throws {
    let byCategory = try snapshot.memories.countsByCategory()
    self.init(
      total: byCategory.reduce(0) { $0 + $1.count }, byCategory: byCategory,
      orphans: try snapshot.memories.countUnlinked(),
      withheld: try snapshot.memories.countWithheld(),
      skipped: try snapshot.notes.unread().sorted { $0.key < $1.key }.map(\.value.reason),
      pending: try snapshot.queue.countPending(), inDoubt: try snapshot.queue.countInDoubt(),
      deadLetters: try snapshot.queue.countDead(), lastSync: try snapshot.notes.lastSyncText(),
      authFailed: try snapshot.notes.isKeyRefused(),
      lastSuccess: try snapshot.notes.value(of: .lastSuccess),
      lastError: try snapshot.notes.lastRunError())
  }
}

extension SyncState {
  /// Reads what a prompt shows about the cache, without reading any memory.
  package init(_ snapshot: borrowing Snapshot) throws {
    self.init(
      pending: try snapshot.queue.countPending(), deadLetters: try snapshot.queue.countDead(),
      undecided: try snapshot.queue.countUndecided(), authFailed: try snapshot.notes.isKeyRefused(),
      lastError: try snapshot.notes.lastRunError()?.kind,
      lastSuccess: try snapshot.notes.value(of: .lastSuccess))
  }
}

extension NoteTable {
  /// Whether the server refused the key. Nothing is sent until it accepts one.
  package func isKeyRefused() throws -> Bool { try value(of: .authFailed) != nil }

  /// The problem that the last sync met; nil if it was completed, or none ever ran.
  package func lastRunError() throws -> LastRunError? {
    try value(of: .lastError).flatMap(LastRunError.init)
  }

  /// Records of the server's that could not be read, by the id of the memory, or by a negative number
  /// where a record has none.
  package func unread() throws -> [Int64: UnreadRecord] {
    try values(in: .unread).compactMapValues(UnreadRecord.init)
  }
}
