"""A plain sync client, to compare memctl with: what one writes first, with the standard library.

It does what the reference engine does, request by request and row by row: a connection for each
request, the whole answer in memory, a SELECT and an INSERT or UPDATE for each row with the
full-text triggers of the shared file, two commits for each queued store that is sent.

    plain_client.py FILE URL create|push|pull|resync

The key comes from MEMORY_API_KEY. Prints how many seconds the work took, the start of Python aside.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SCHEMA = """
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
CREATE UNIQUE INDEX IF NOT EXISTS idx_memories_server_id ON memories(server_id);
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
CREATE TABLE IF NOT EXISTS pending_ops (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    op_type TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    retry_count INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS sync_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = 2;
"""


class PlainClient:
    def __init__(self, path, url, key):
        self.url = url
        self.key = key
        self.db = sqlite3.connect(path, timeout=30)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.executescript(SCHEMA)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read().decode())

    # Watermark

    def watermark(self):
        row = self.db.execute(
            "SELECT value FROM sync_meta WHERE key = 'last_sync_ts'"
        ).fetchone()
        return row["value"] if row else None

    def set_watermark(self, text):
        self.db.execute("INSERT OR REPLACE INTO sync_meta VALUES ('last_sync_ts', ?)", (text,))
        self.db.commit()

    # Push

    def push(self):
        entries = self.db.execute(
            "SELECT id, op_type, payload, retry_count FROM pending_ops ORDER BY id"
        ).fetchall()
        for entry in entries:
            payload = json.loads(entry["payload"])
            if entry["op_type"] == "store":
                self.store(payload["local_id"], payload)
            else:
                self.delete(payload["server_id"])
            self.db.execute("DELETE FROM pending_ops WHERE id = ?", (entry["id"],))
            self.db.commit()

    def store(self, local_id, payload):
        server_id = self.call("POST", "/api/memories", payload)["id"]
        self.db.execute("UPDATE memories SET server_id = ? WHERE id = ?", (server_id, local_id))
        self.db.commit()

    def delete(self, server_id):
        try:
            self.call("DELETE", f"/api/memories/{server_id}")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise

    # Pull

    def pull(self):
        since = self.watermark()
        query = "?since=" + urllib.parse.quote(since, safe="") if since else ""
        answer = self.call("GET", "/api/memories/sync" + query)
        for memory in answer["memories"]:
            if memory["deleted_at"]:
                self.db.execute("DELETE FROM memories WHERE server_id = ?", (memory["id"],))
            else:
                self.apply(memory)
        self.db.commit()
        self.set_watermark(answer["server_time"])

    def apply(self, memory):
        fields = (
            memory["content"],
            memory["category"],
            memory.get("tags", ""),
            memory.get("expanded_keywords", ""),
            memory["importance"],
            int(bool(memory.get("is_sensitive"))),
            memory["updated_at"],
            memory["id"],
        )
        known = self.db.execute(
            "SELECT id FROM memories WHERE server_id = ?", (memory["id"],)
        ).fetchone()
        if known:
            self.db.execute(
                """UPDATE memories SET content = ?, category = ?, tags = ?, expanded_keywords = ?,
                importance = ?, is_sensitive = ?, updated_at = ? WHERE server_id = ?""",
                fields,
            )
        else:
            self.db.execute(
                """INSERT INTO memories (content, category, tags, expanded_keywords, importance,
                is_sensitive, updated_at, server_id, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                fields + (memory["created_at"],),
            )

    # Resync

    def resync(self):
        self.push_orphans()
        answer = self.call("GET", "/api/memories/sync")
        live = {memory["id"] for memory in answer["memories"]}
        linked = self.db.execute(
            "SELECT id, server_id FROM memories WHERE server_id IS NOT NULL"
        ).fetchall()
        for row in linked:
            if row["server_id"] not in live:
                self.db.execute("DELETE FROM memories WHERE id = ?", (row["id"],))
        self.db.execute("DELETE FROM memories WHERE server_id IS NULL")
        for memory in answer["memories"]:
            self.apply(memory)
        self.db.commit()
        self.set_watermark(answer["server_time"])

    def push_orphans(self):
        orphans = self.db.execute("SELECT * FROM memories WHERE server_id IS NULL").fetchall()
        if not orphans:
            return
        answer = self.call("GET", "/api/memories/sync")
        contents = {memory["content"] for memory in answer["memories"]}
        names = ("content", "category", "tags", "expanded_keywords", "importance")
        for orphan in orphans:
            if orphan["content"] not in contents:
                self.store(orphan["id"], {name: orphan[name] for name in names})


if __name__ == "__main__":
    path, url, work = sys.argv[1:]
    start = time.monotonic()
    client = PlainClient(path, url, os.environ["MEMORY_API_KEY"])
    if work != "create":
        getattr(client, work)()
    client.db.close()
    print(f"{time.monotonic() - start:.6f}")
