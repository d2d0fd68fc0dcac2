/// What the system's Python server does with the file, word for word.
package enum PythonSide {
  /// Creates the file in the documented shape, with a memory, a queued store and a watermark.
  package static let create = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    db.executescript('''
    PRAGMA journal_mode = WAL;
    CREATE TABLE memories (
      id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL, category TEXT DEFAULT 'facts',
      tags TEXT DEFAULT '', expanded_keywords TEXT DEFAULT '', importance REAL DEFAULT 0.5,
      is_sensitive INTEGER DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      server_id INTEGER
    );
    CREATE UNIQUE INDEX IF NOT EXISTS idx_memories_server_id ON memories(server_id);
    CREATE VIRTUAL TABLE memories_fts USING fts5(
      content, category, tags, expanded_keywords, content='memories', content_rowid='id'
    );
    CREATE TRIGGER memories_ai AFTER INSERT ON memories BEGIN
      INSERT INTO memories_fts(rowid, content, category, tags, expanded_keywords)
      VALUES (new.id, new.content, new.category, new.tags, new.expanded_keywords);
    END;
    CREATE TRIGGER memories_ad AFTER DELETE ON memories BEGIN
      INSERT INTO memories_fts(memories_fts, rowid, content, category, tags, expanded_keywords)
      VALUES ('delete', old.id, old.content, old.category, old.tags, old.expanded_keywords);
    END;
    CREATE TRIGGER memories_au AFTER UPDATE ON memories BEGIN
      INSERT INTO memories_fts(memories_fts, rowid, content, category, tags, expanded_keywords)
      VALUES ('delete', old.id, old.content, old.category, old.tags, old.expanded_keywords);
      INSERT INTO memories_fts(rowid, content, category, tags, expanded_keywords)
      VALUES (new.id, new.content, new.category, new.tags, new.expanded_keywords);
    END;
    CREATE TABLE pending_ops (
      id INTEGER PRIMARY KEY AUTOINCREMENT, op_type TEXT NOT NULL, payload TEXT NOT NULL,
      created_at TEXT NOT NULL, retry_count INTEGER DEFAULT 0
    );
    CREATE TABLE sync_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    PRAGMA user_version = 2;
    ''')
    db.commit()
    """

  /// Stores a memory and queues it, as `enqueue_store` does; says nothing.
  package static let store = """
    import json, sqlite3, sys
    from datetime import datetime, timezone
    db = sqlite3.connect(sys.argv[1], timeout=30)
    now = datetime.now(timezone.utc).isoformat()
    db.execute("PRAGMA user_version = 2")
    cursor = db.execute(
      "INSERT INTO memories (content, category, tags, expanded_keywords, importance, is_sensitive,"
      " created_at, updated_at) VALUES (?,?,?,?,?,?,?,?)",
      (sys.argv[2], "facts", "", "", 0.5, 0, now, now))
    payload = {"local_id": cursor.lastrowid, "content": sys.argv[2], "category": "facts",
      "tags": "", "expanded_keywords": "", "importance": 0.5, "force_sensitive": False}
    db.execute("INSERT INTO pending_ops (op_type, payload, created_at) VALUES (?, ?, ?)",
      ("store", json.dumps(payload), now))
    db.commit()
    """

  /// Opens the file as `_init_sync_tables` does, then works through the queue with its statements,
  /// and prints what it would send.
  package static let drain = """
    import json, sqlite3, sys
    db = sqlite3.connect(sys.argv[1], timeout=30)
    db.row_factory = sqlite3.Row
    db.executescript('''
    CREATE TABLE IF NOT EXISTS pending_ops (
      id INTEGER PRIMARY KEY AUTOINCREMENT, op_type TEXT NOT NULL, payload TEXT NOT NULL,
      created_at TEXT NOT NULL, retry_count INTEGER DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS sync_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    PRAGMA user_version = 2;
    ''')
    columns = {row["name"] for row in db.execute("PRAGMA table_info(memories)").fetchall()}
    assert "server_id" in columns
    db.execute("CREATE UNIQUE INDEX IF NOT EXISTS idx_memories_server_id ON memories(server_id)")
    ops = db.execute("SELECT id, op_type, payload, retry_count FROM pending_ops ORDER BY id")
    for op in ops.fetchall():
      payload = json.loads(op["payload"])
      assert (op["retry_count"] or 0) == 0
      if op["op_type"] == "store":
        keys = ["local_id", "content", "category", "tags", "expanded_keywords", "importance",
          "force_sensitive"]
        assert list(payload) == keys, payload
        db.execute("UPDATE memories SET server_id = ? WHERE id = ?",
          (1000 + payload["local_id"], payload["local_id"]))
        print("store", payload["content"])
      else:
        assert list(payload) == ["server_id"], payload
        print(op["op_type"], payload["server_id"])
      db.execute("DELETE FROM pending_ops WHERE id = ?", (op["id"],))
    db.execute("INSERT OR REPLACE INTO sync_meta (key, value) VALUES ('last_sync_ts', ?)",
      ("2026-03-01T12:00:00+00:00",))
    db.commit()
    """

  /// Fails to send everything in the queue five times, then gives it up, as `_push_pending_ops` does.
  package static let giveUp = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1], timeout=30)
    ids = [row[0] for row in db.execute("SELECT id FROM pending_ops ORDER BY id").fetchall()]
    for id in ids:
      for attempt in range(5):
        db.execute("UPDATE pending_ops SET retry_count = retry_count + 1 WHERE id = ?", (id,))
        db.commit()
      db.execute("DELETE FROM pending_ops WHERE id = ?", (id,))
      db.commit()
    """

  /// Every statement of its pull and resync on rows it did not write.
  package static let replace = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1], timeout=30)
    db.execute("DELETE FROM memories WHERE server_id IS NULL")
    db.execute("UPDATE memories SET content=?, category=?, tags=?, expanded_keywords=?, importance=?,"
      " is_sensitive=?, updated_at=? WHERE server_id=?", ("new", "facts", "", "", 0.5, 0, "x", 5))
    db.execute("INSERT INTO memories (content, category, tags, expanded_keywords, importance,"
      " is_sensitive, created_at, updated_at, server_id) VALUES (?,?,?,?,?,?,?,?,?)",
      ("added", "facts", "", "", 0.5, 0, "x", "x", 6))
    db.commit()
    print(db.execute("SELECT count(*) FROM memories_fts WHERE memories_fts MATCH 'new'").fetchone()[0])
    """

  /// Prints all that defines the shape of the shared tables, one thing a line.
  package static let shape = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1])
    print(db.execute("PRAGMA user_version").fetchone(), db.execute("PRAGMA journal_mode").fetchone())
    names = db.execute("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'memctl_%'"
      " AND name NOT LIKE 'sqlite_autoindex_memctl%' ORDER BY name").fetchall()
    for type, name, table in names:
      print(type, name, table)
      if type == "table":
        for column in db.execute("PRAGMA table_info(" + name + ")"): print("  ", column)
      if type == "trigger":
        text = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
        print("  ", " ".join(text.replace("IF NOT EXISTS ", "").split()))
    for index in db.execute("PRAGMA index_list(memories)"):
      if not index[1].startswith("memctl_"): print("index", index[1:])
    print(db.execute("SELECT count(*) FROM memories_fts WHERE memories_fts MATCH 'x'").fetchone())
    print("AUTOINCREMENT" in db.execute(
      "SELECT sql FROM sqlite_schema WHERE name = 'memories'").fetchone()[0].upper())
    """
}
