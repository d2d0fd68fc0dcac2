import MemctlCore
import SQLite
import Testing

extension Home {
  /// Makes the cache one that was pulled before: these memories are the server's, and the watermark
  /// is set.
  func addSynced(_ contents: [String]) throws {
    _ = try Cache(path: database)
    let connection = try Connection(path: database)
    for (index, content) in contents.enumerated() {
      try connection.run(
        """
        INSERT INTO memories (content, created_at, updated_at, server_id)
        VALUES (?, ?3, ?3, ?2)
        """, content, index + 1, "2026-03-01T12:00:00+00:00")
    }
    try connection.run(
      "INSERT INTO sync_meta VALUES ('last_sync_ts', '2026-03-01T12:00:00+00:00')")
  }

  /// Writes a memory that waits in the queue.
  func enqueue(_ content: String) throws {
    _ = try Cache(path: database).store(MemoryFields(content: content), at: .now)
  }

  /// `store: in_doubt` for each entry of the queue, in order.
  func queue() throws -> [String] {
    try Cache(path: database).queue.entries().map { "\($0.operationName): \($0.state.rawValue)" }
  }

  /// All that a user would miss: every column of the memories, what is queued, and the watermark.
  func snapshot() throws -> [[Value]] {
    try rows("SELECT * FROM memories ORDER BY id") + rows("SELECT * FROM pending_ops ORDER BY id")
      + rows("SELECT id, op_type, payload, state FROM memctl_entries ORDER BY id")
      + rows("SELECT * FROM sync_meta ORDER BY key")
  }

  func rows(_ sql: String) throws -> [[Value]] {
    try Connection(path: database).query(sql) { row in
      (0..<row.columnCount).map { row.value($0) }
    }
  }

  /// The file and its search index are whole.
  func isSound() throws -> Bool {
    let connection = try Connection(path: database)
    try connection.execute(
      "INSERT INTO memories_fts(memories_fts, rank) VALUES ('integrity-check', 1)")
    return try connection.query("PRAGMA integrity_check") { $0.text(0) } == ["ok"]
  }
}
