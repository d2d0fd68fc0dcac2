import SQLite

/// What is in the file of a store.
///
/// Times are microseconds since 1970. Memories are never removed, so that no id is used again and
/// every client learns of a deletion.
enum StoreSchema {
  private static let applicationID = 0x6d63_7376  // "mcsv"

  /// Makes a store of an empty file or of one of an earlier version.
  ///
  /// - Returns: false where the file is another program's, or of a later version. It is left as it is.
  static func prepare(_ connection: Connection) throws -> Bool {
    func number(_ sql: String) throws -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }
    let isNew = try number("SELECT count(*) FROM sqlite_schema") == 0
    let version = try isNew ? 0 : number("PRAGMA user_version")
    guard try isNew || number("PRAGMA application_id") == applicationID && version > 0,
      version <= versions.count
    else { return false }
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = \(64 << 20)
      """)
    guard version < versions.count else { return true }
    try connection.transaction {
      for script in versions[version...] { try connection.execute(script) }
      try connection.execute(
        "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(versions.count)")
    }
    return true
  }

  /// What makes each version of the one before. The first is made of an empty file.
  private static let versions = [
    """
    CREATE TABLE memories (
      id INTEGER PRIMARY KEY,
      owner TEXT NOT NULL,
      content TEXT NOT NULL,
      category TEXT NOT NULL,
      tags TEXT NOT NULL,
      expanded_keywords TEXT NOT NULL,
      importance REAL NOT NULL,
      is_sensitive INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      deleted_at INTEGER
    ) STRICT;
    CREATE INDEX memories_by_owner ON memories (owner, updated_at);
    CREATE TABLE idempotency_keys (
      owner TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      answer TEXT NOT NULL,
      PRIMARY KEY (owner, key)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE clock (reserved INTEGER NOT NULL) STRICT;
    INSERT INTO clock VALUES (0);
    ALTER TABLE idempotency_keys ADD COLUMN first_id INTEGER NOT NULL DEFAULT 0;
    UPDATE idempotency_keys SET first_id = coalesce(
      json_extract(answer, '$.id'), json_extract(answer, '$[0].id'), 0);
    ALTER TABLE idempotency_keys DROP COLUMN answer;
    """,
  ]
}
