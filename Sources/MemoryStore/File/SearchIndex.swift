import MemoryAPI
import MemoryModel
import SQLite

/// The full-text index over `memories`. All of it is derived, so a damaged index is rebuilt.
enum SearchIndex {
  static let creation = """
    CREATE VIRTUAL TABLE IF NOT EXISTS memories_fts USING fts5(
      content, category, tags, expanded_keywords, content='memories', content_rowid='id'
    );
    CREATE TRIGGER IF NOT EXISTS memories_ai AFTER INSERT ON memories BEGIN
      INSERT INTO memories_fts(rowid, content, category, tags, expanded_keywords)
      VALUES (new.id, new.content, new.category, new.tags, new.expanded_keywords);
    END;
    CREATE TRIGGER IF NOT EXISTS memories_ad AFTER DELETE ON memories BEGIN
      INSERT INTO memories_fts(memories_fts, rowid, content, category, tags, expanded_keywords)
      VALUES ('delete', old.id, old.content, old.category, old.tags, old.expanded_keywords);
    END;
    CREATE TRIGGER IF NOT EXISTS memories_au AFTER UPDATE ON memories BEGIN
      INSERT INTO memories_fts(memories_fts, rowid, content, category, tags, expanded_keywords)
      VALUES ('delete', old.id, old.content, old.category, old.tags, old.expanded_keywords);
      INSERT INTO memories_fts(rowid, content, category, tags, expanded_keywords)
      VALUES (new.id, new.content, new.category, new.tags, new.expanded_keywords);
    END;
    """

  /// The index, the tables that FTS5 keeps it in, and the triggers that fill it.
  private static let parts = [
    "memories_fts", "memories_fts_data", "memories_fts_idx", "memories_fts_docsize",
    "memories_fts_config", "memories_ai", "memories_ad", "memories_au",
  ]

  /// Whether the index seems to be in order, by a check whose cost does not depend on its size: its
  /// tables can be read, each memory is in it, and each of its segments is listed (in row 10, where
  /// one byte counts up to 127 of them) and can be searched.
  static func isPlausible(_ connection: Connection) throws -> Bool {
    try connection.transaction(.deferred) {
      // This is outside the closure below, because damage found here is not damage to the index.
      let memories = try connection.first("SELECT count(*) FROM memories") { $0.int(0) } ?? 0
      return try answersWithoutDamage {
        guard try remnants(connection) == parts.count else { return false }
        _ = try connection.first("SELECT 1 FROM memories_fts WHERE memories_fts MATCH 'memctl'") {
          _ in
        }
        return try connection.first(
          """
          WITH RECURSIVE segments(id) AS (
            SELECT min(id) >> 37 FROM memories_fts_data WHERE id >= 1 << 37
            UNION ALL
            SELECT (SELECT min(d.id) >> 37 FROM memories_fts_data d
              WHERE d.id >= (segments.id + 1) << 37)
            FROM segments WHERE segments.id IS NOT NULL)
          SELECT (SELECT count(*) FROM memories_fts_docsize) = ?
            AND NOT EXISTS (SELECT 1 FROM segments WHERE id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM memories_fts_idx WHERE segid = segments.id))
            AND (SELECT count(id) > 127 OR printf('%02X', count(id)) = (
                SELECT hex(substr(block, 6, 1)) FROM memories_fts_data WHERE id = 10)
              FROM segments)
          """, memories
        ) { $0.bool(0) } ?? false
      }
    }
  }

  /// Whether the index is in order, by a comparison with every memory: about half a second for
  /// 100,000.
  static func isSound(_ connection: Connection) throws -> Bool {
    try isPlausible(connection)
      && answersWithoutDamage {
        try connection.execute(
          "INSERT INTO memories_fts(memories_fts, rank) VALUES ('integrity-check', 1)")
        return true
      }
  }

  private static func answersWithoutDamage(_ body: () throws -> Bool) throws -> Bool {
    do {
      return try body()
    } catch let error as SQLiteError where [.corrupt, .constraint, .other].contains(error.kind) {
      return false
    }
  }

  /// Makes the index anew from the memories, in a transaction of the caller's.
  static func make(_ connection: Connection) throws {
    if try remnants(connection) > 0 { try remove(connection) }
    try connection.execute(creation)
    try connection.execute("INSERT INTO memories_fts(memories_fts) VALUES ('rebuild')")
  }

  /// Makes the index anew if it is damaged.
  ///
  /// - Returns: whether it was.
  static func mend(_ connection: Connection) throws -> Bool {
    try connection.transaction(.immediate) {
      if try isSound(connection) { return false }
      try make(connection)
      return true
    }
  }

  /// The number of the index's tables and triggers that exist.
  static func remnants(_ connection: Connection) throws -> Int {
    let names = parts.map { "'\($0)'" }.joined(separator: ",")
    return try connection.first("SELECT count(*) FROM sqlite_schema WHERE name IN (\(names))") {
      $0.int(0)
    } ?? 0
  }

  /// FTS5 only removes an index that it can open, so a damaged one is first turned into an empty
  /// one.
  private static func remove(_ connection: Connection) throws {
    try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS memories_fts_data(id INTEGER PRIMARY KEY, block BLOB);
      CREATE TABLE IF NOT EXISTS memories_fts_idx(
        segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS memories_fts_docsize(id INTEGER PRIMARY KEY, sz BLOB);
      CREATE TABLE IF NOT EXISTS memories_fts_config(k PRIMARY KEY, v) WITHOUT ROWID;
      DELETE FROM memories_fts_data;
      DELETE FROM memories_fts_idx;
      DELETE FROM memories_fts_docsize;
      DELETE FROM memories_fts_config;
      INSERT INTO memories_fts_data VALUES (1, x''), (10, x'00000000000000');
      INSERT INTO memories_fts_config VALUES ('version', 4);
      DROP TABLE IF EXISTS memories_fts;
      DROP TABLE IF EXISTS memories_fts_data;
      DROP TABLE IF EXISTS memories_fts_idx;
      DROP TABLE IF EXISTS memories_fts_docsize;
      DROP TABLE IF EXISTS memories_fts_config;
      DROP TRIGGER IF EXISTS memories_ai;
      DROP TRIGGER IF EXISTS memories_ad;
      DROP TRIGGER IF EXISTS memories_au;
      """)
  }
}
