import MemoryAPI
import MemoryModel
import SQLite

/// The schema of the local file, which memctl shares with the system's Python server, and the
/// migration of older files to it.
///
/// The Python side sets `user_version` back to 2 whenever it opens the file, so memctl keeps the
/// version of its own tables in `memctl_meta`. The names of those tables begin with `memctl_`.
enum Schema {
  /// `user_version` of the shared tables.
  static let sharedVersion: Int64 = 2
  /// The version of memctl's own tables; earlier ones are brought up to it.
  static let ownVersion = "3"
  private static let earlierOwnVersions = ["1", "2"]

  /// Creates and migrates what is missing, in one transaction; a file that is up to date is only
  /// read.
  ///
  /// - Parameter tell: called with each defect that is repaired.
  /// - Throws: `SQLiteError`, and `Problem` of kind `.file` for a file of another program or of a
  ///   newer version; such a file is not changed.
  static func bringUpToDate(
    _ connection: Connection, path: String, tell: (Mending) -> Void
  ) throws {
    // A process that only reads must not wait for one that writes, so this check takes no lock.
    if try isCurrent(connection, path: path), try SearchIndex.isPlausible(connection) { return }
    try refuseForeignFile(connection, path: path)
    try useWriteAheadLog(connection)
    let mended = try connection.transaction(.immediate) {
      let isOwn = try exists("memctl_meta", connection)
      let isCurrent = try isCurrent(connection, path: path)
      if !isCurrent {
        try createMemories(connection)
        try createQueue(connection)
        try createOwnTables(connection)
      }
      var mended: [Mending] = []
      if try !SearchIndex.isPlausible(connection) {
        if try isOwn || SearchIndex.remnants(connection) > 0 {
          mended.append(.searchIndex)
        }
        try SearchIndex.make(connection)
      }
      if isCurrent { return mended }
      let doubles = try makeServerIDsUnique(connection)
      if doubles > 0 { mended.append(.sharedServerIDs(doubles)) }
      try connection.run(
        "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES ('schema_version', ?)", ownVersion)
      try connection.execute("PRAGMA user_version = \(sharedVersion)")
      return mended
    }
    mended.forEach(tell)
  }

  /// Whether the tables exist and are of this version; `SearchIndex` has its own check.
  static func isCurrent(_ connection: Connection, path: String) throws -> Bool {
    let shared = try connection.first("PRAGMA user_version") { $0.int64(0) } ?? 0
    if shared > sharedVersion { throw newer(path, "program (schema \(shared))") }
    guard shared == sharedVersion, try hasAllParts(connection) else { return false }
    let own = try connection.first("SELECT value FROM memctl_meta WHERE key = 'schema_version'") {
      $0.text(0)
    }
    if let own, own != ownVersion, !earlierOwnVersions.contains(own) {
      throw newer(path, "memctl (schema \(own))")
    }
    return own == ownVersion
  }

  private static func hasAllParts(_ connection: Connection) throws -> Bool {
    let names = parts.map { "'\($0)'" }.joined(separator: ",")
    let found = try connection.first(
      "SELECT count(*) FROM sqlite_schema WHERE name IN (\(names))"
    ) { $0.int(0) }
    return try found == parts.count && hasUniqueServerIDs(connection)
  }

  /// The names of all tables, indexes and triggers but those of the full-text index.
  private static let parts: [Substring] =
    ["memories"]
    + (queue + ownTables).split(separator: "IF NOT EXISTS ").dropFirst().map {
      $0.prefix { $0 != " " }
    }

  private static func newer(_ path: String, _ writer: String) -> Problem {
    Problem(
      .file, "\(path) was written by a newer \(writer)",
      hint: "install a newer memctl; the file was not changed")
  }

  // Switching needs exclusive access for a moment, and SQLite does not wait for it in this case.
  private static func useWriteAheadLog(_ connection: Connection) throws {
    for attempt in 1... {
      do {
        _ = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        return
      } catch let error as SQLiteError where error.kind == .busy && attempt < 20 {
        try connection.transaction(.immediate) {}
      }
    }
  }

  private static func refuseForeignFile(_ connection: Connection, path: String) throws {
    let tables = try connection.query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ) { $0.text(0) }
    let memories = try columns(of: "memories", connection)
    let needed: Set = [
      "id", "content", "category", "tags", "expanded_keywords", "importance", "is_sensitive",
      "created_at", "updated_at",
    ]
    let others = tables.filter { !["pending_ops", "sync_meta"].contains($0) }
    guard memories.isEmpty ? others.isEmpty : needed.isSubset(of: memories) else {
      throw Problem(
        .file, "\(path) is the database of another program",
        hint: "choose another file with \(.db); this one was not changed")
    }
  }

  private static func columns(of table: String, _ connection: Connection) throws -> Set<String> {
    Set(try connection.query("SELECT name FROM pragma_table_info(?)", table) { $0.text(0) })
  }

  private static func exists(_ name: String, _ connection: Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM sqlite_schema WHERE name = ?", name) { _ in true } ?? false
  }

  /// The tables that number their rows, and never give an id twice.
  static let numberedTables = ["memories", "pending_ops", "memctl_trash", "memctl_journal"]

  /// The numbered table that has used up the highest possible id, so that a new row cannot get one.
  static func exhaustedTable(_ connection: Connection) throws -> String? {
    try numberedTables.first { table in
      try connection.first(
        """
        SELECT EXISTS (SELECT 1 FROM \(table) WHERE id = ?1)
          OR EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?2 AND seq = ?1)
        """, Int64.max, table
      ) { $0.bool(0) } ?? false
    }
  }

  // MARK: Shared tables

  private static func createMemories(_ connection: Connection) throws {
    try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS memories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL,
        category TEXT DEFAULT 'facts',
        tags TEXT DEFAULT '',
        expanded_keywords TEXT DEFAULT '',
        importance REAL DEFAULT 0.5,
        is_sensitive INTEGER DEFAULT 0,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        server_id INTEGER
      );
      """)
    if try !columns(of: "memories", connection).contains("server_id") {
      try connection.execute("ALTER TABLE memories ADD COLUMN server_id INTEGER")
    }
  }

  private static let serverIDIndex = "idx_memories_server_id"

  private static func hasUniqueServerIDs(_ connection: Connection) throws -> Bool {
    try connection.first(
      "SELECT \"unique\" FROM pragma_index_list('memories') WHERE name = ?", serverIDIndex
    ) { $0.bool(0) } ?? false
  }

  /// Of several memories with the same server id, keeps the one that was changed last and moves the
  /// others to the trash.
  ///
  /// - Returns: how many were moved.
  private static func makeServerIDsUnique(_ connection: Connection) throws -> Int {
    if try hasUniqueServerIDs(connection) { return 0 }
    let doubles = try connection.query(
      """
      SELECT id FROM (SELECT id, row_number() OVER (
          PARTITION BY server_id ORDER BY updated_at DESC, id) AS place
        FROM memories WHERE server_id IS NOT NULL) WHERE place > 1
      """
    ) { LocalID(rawValue: $0.int64(0)) }
    for id in doubles {
      try TrashTable<ReadWrite>(connection).keep(id, as: .overwritten, at: .now)
      try connection.run("DELETE FROM memories WHERE id = ?", id.rawValue)
    }
    try connection.execute(
      """
      DROP INDEX IF EXISTS \(serverIDIndex);
      CREATE UNIQUE INDEX \(serverIDIndex) ON memories(server_id)
      """)
    return doubles.count
  }

  private static let queue = """
    CREATE TABLE IF NOT EXISTS pending_ops (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      op_type TEXT NOT NULL,
      payload TEXT NOT NULL,
      created_at TEXT NOT NULL,
      retry_count INTEGER DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS sync_meta (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    );
    """

  private static func createQueue(_ connection: Connection) throws {
    try connection.execute(queue)
    if try !columns(of: "pending_ops", connection).contains("retry_count") {
      try connection.execute("ALTER TABLE pending_ops ADD COLUMN retry_count INTEGER DEFAULT 0")
    }
  }

  // MARK: memctl's own tables

  private static let ownTriggers = [
    "memctl_key", "memctl_rescue", "memctl_known", "memctl_make_way", "memctl_relink",
  ]

  private static func createOwnTables(_ connection: Connection) throws {
    // An earlier version may have defined them differently.
    for trigger in ownTriggers { try connection.execute("DROP TRIGGER IF EXISTS \(trigger)") }
    try connection.execute(ownTables)
    let known = try columns(of: "memctl_entries", connection)
    for (name, type) in laterEntryColumns where !known.contains(name) {
      try connection.execute("ALTER TABLE memctl_entries ADD COLUMN \(name) \(type)")
    }
    try connection.execute(
      """
      INSERT OR IGNORE INTO memctl_entries (id, state, idempotency_key)
      SELECT id, 'pending', lower(hex(randomblob(16))) FROM pending_ops
      """)
  }

  /// What version 2 added to `memctl_entries`.
  private static let laterEntryColumns = [
    ("sent_without_key", "INTEGER NOT NULL DEFAULT 0"),
    ("is_dropped", "INTEGER NOT NULL DEFAULT 0"),
    ("is_edited", "INTEGER NOT NULL DEFAULT 0"),
    ("candidates", "TEXT NOT NULL DEFAULT ''"),
  ]

  /// `memctl_entries` has a row for each entry of the queue. While `op_type` is NULL, the entry
  /// itself is in `pending_ops`, and the row only records what is known about it. An entry that no
  /// other program may send (being sent, in doubt, dead, edited, or of a type that the Python side
  /// does not know) is only in this table, under the same id.
  ///
  /// - `memctl_key` gives each entry its idempotency key as soon as it is queued, whichever program
  ///   queues it: a copy of the file then sends the entry under the same key.
  /// - `memctl_rescue` keeps entries that the Python side gives up. It deletes an entry that failed
  ///   five times, which takes only five minutes without the server, and newer versions delete one
  ///   that the server rejects. A store that was sent is linked to its memory before it is deleted;
  ///   any other deleted store may have arrived all the same, so it is in doubt. A delete that
  ///   failed less than five times was done.
  /// - `memctl_make_way`: the Python side sends entries that it read from the queue a while ago,
  ///   and links the memory without looking again. By then a pull may have brought the same memory.
  ///   That copy is removed; otherwise the link would fail and the memory would be sent again.
  /// - `memctl_relink`: by then memctl may also have claimed the entry, so that the server gets the
  ///   memory twice. memctl's copy is deleted: at once if it was linked, otherwise as soon as its
  ///   id is known.
  /// - `memctl_known`: the Python side looks for a row that it pulled and inserts it if it is
  ///   missing, in two steps. If memctl pulls the same row in between, the insertion would fail and
  ///   leave a transaction open that everybody else waits for. The existing row is kept.
  ///
  /// `memctl_trash` holds versions of memories that were overwritten or deleted. `memctl_withheld` names
  /// the memories that the user does not want to be sent. `memctl_journal` lists what the user did
  /// here, and `memctl_journal_items` to which memories; see `JournalTable`.
  ///
  /// `memctl_beyond` finds the importance that is out of bounds, of which there should be none.
  ///
  /// The Python side runs the triggers with its own SQLite, so they use only features that every
  /// version with FTS5 has.
  private static let ownTables = """
    CREATE TABLE IF NOT EXISTS memctl_meta (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS memctl_entries (
      id INTEGER PRIMARY KEY,
      op_type TEXT,
      payload TEXT,
      created_at TEXT,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'in_doubt', 'dead')),
      idempotency_key TEXT NOT NULL,
      sent_after TEXT,
      last_sent_at TEXT,
      delete_when_known INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      next_attempt_at TEXT,
      error_kind TEXT,
      error_status INTEGER,
      error_message TEXT,
      CHECK ((op_type IS NULL) = (payload IS NULL) AND (op_type IS NULL) = (created_at IS NULL))
    );
    CREATE TABLE IF NOT EXISTS memctl_trash (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      memory_id INTEGER NOT NULL,
      content TEXT NOT NULL,
      category TEXT NOT NULL,
      tags TEXT NOT NULL,
      expanded_keywords TEXT NOT NULL,
      importance REAL NOT NULL,
      is_sensitive INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      server_id INTEGER,
      reason TEXT NOT NULL,
      trashed_at TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS memctl_trash_age ON memctl_trash(trashed_at);
    CREATE INDEX IF NOT EXISTS memctl_trash_memory ON memctl_trash(memory_id);
    CREATE TRIGGER IF NOT EXISTS memctl_key AFTER INSERT ON pending_ops BEGIN
      INSERT OR IGNORE INTO memctl_entries (id, state, idempotency_key)
      VALUES (NEW.id, 'pending', lower(hex(randomblob(16))));
    END;
    CREATE TRIGGER IF NOT EXISTS memctl_rescue AFTER DELETE ON pending_ops
    WHEN OLD.op_type = 'delete' AND OLD.retry_count >= 5
      OR OLD.op_type = 'store' AND NOT EXISTS (
        SELECT 1 FROM memories WHERE server_id IS NOT NULL AND OLD.payload LIKE '{"local_id":%'
          AND id = CAST(substr(OLD.payload, 13) AS INTEGER))
    BEGIN
      INSERT OR IGNORE INTO memctl_entries (id, state, idempotency_key)
      VALUES (OLD.id, 'pending', lower(hex(randomblob(16))));
      UPDATE memctl_entries
      SET op_type = OLD.op_type, payload = OLD.payload, created_at = OLD.created_at,
        state = CASE OLD.op_type WHEN 'store' THEN 'in_doubt' ELSE 'pending' END,
        sent_after = NULL, last_sent_at = NULL, sent_without_key = 1
      WHERE id = OLD.id AND op_type IS NULL;
    END;
    CREATE TRIGGER IF NOT EXISTS memctl_known BEFORE INSERT ON memories
    WHEN EXISTS (SELECT 1 FROM memories WHERE server_id = NEW.server_id) BEGIN
      SELECT RAISE(IGNORE);
    END;
    CREATE TRIGGER IF NOT EXISTS memctl_make_way BEFORE UPDATE OF server_id ON memories
    WHEN NEW.server_id IS NOT OLD.server_id BEGIN
      DELETE FROM memories
      WHERE server_id = NEW.server_id AND id > NEW.id AND tags IS NEW.tags
        AND (content = NEW.content OR is_sensitive = 1);
    END;
    CREATE TRIGGER IF NOT EXISTS memctl_relink AFTER UPDATE OF server_id ON memories
    WHEN NEW.server_id IS NOT OLD.server_id AND NEW.server_id IS NOT NULL BEGIN
      INSERT INTO pending_ops (op_type, payload, created_at)
      SELECT 'delete', '{"server_id": ' || OLD.server_id || '}',
        strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')
      WHERE OLD.server_id IS NOT NULL;
      UPDATE memctl_entries SET delete_when_known = 1
      WHERE op_type = 'store' AND state IN ('sending', 'in_doubt')
        AND (payload LIKE '{"local_id":' || NEW.id || ',%'
          OR payload LIKE '{"local_id": ' || NEW.id || ',%');
    END;
    CREATE TABLE IF NOT EXISTS memctl_withheld (
      memory_id INTEGER PRIMARY KEY
    );
    CREATE INDEX IF NOT EXISTS memctl_beyond ON memories(importance) WHERE importance > 1;
    CREATE TABLE IF NOT EXISTS memctl_journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      action TEXT NOT NULL,
      made_at TEXT NOT NULL,
      undone_at TEXT
    );
    CREATE TABLE IF NOT EXISTS memctl_journal_items (
      id INTEGER PRIMARY KEY,
      change_id INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('created', 'changed', 'deleted', 'dropped')),
      memory_id INTEGER,
      entry_id INTEGER,
      trash_id INTEGER,
      restored_id INTEGER,
      fingerprint INTEGER,
      is_withheld INTEGER NOT NULL DEFAULT 0,
      entry TEXT
    );
    CREATE INDEX IF NOT EXISTS memctl_journal_change ON memctl_journal_items(change_id);
    CREATE INDEX IF NOT EXISTS memctl_journal_memory ON memctl_journal_items(memory_id);
    """
}
