import MemoryAPI
import MemoryModel
import SQLite

extension Database {
  /// The most memories for which a comparison takes no noticeable time.
  private static let fewMemories = 10_000
  /// Seconds between two comparisons if there are more memories.
  private static let comparisonInterval = 86_400.0

  /// Compares the full-text index with the memories and rebuilds it where they differ; with many
  /// memories once a day.
  package func checkIndex(at now: Timestamp) throws {
    let (isLarge, last) = try read { snapshot in
      (
        try snapshot.memories.count() > Self.fewMemories,
        try snapshot.notes.time(of: .indexComparedAt)
      )
    }
    if isLarge, let last, 0..<Self.comparisonInterval ~= now.seconds(since: last) { return }
    _ = try Database.translatingErrors(path) { try mendIndex() }
    if isLarge { try write { try $0.notes.set(.indexComparedAt, now.description) } }
  }

  /// Rebuilds the full-text index if it is damaged.
  ///
  /// - Returns: whether it was.
  /// - Throws: `SQLiteError`.
  func mendIndex() throws -> Bool {
    let wasDamaged = try SearchIndex.mend(connection)
    if wasDamaged { tell(.searchIndex) }
    return wasDamaged
  }
}
