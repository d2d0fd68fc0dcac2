"""The other world on the shared file: what the system's Python server does there, in its own
statements, with one connection and one lock for its two threads.

Left out are the parts that lose or double memories by themselves, whoever else is there: its resync,
which deletes what has no server id yet, the orphan push before it, and giving up after five failures.
In one transaction instead of its two are a memory and its entry in the queue, as well as a deletion and
its entry: what writes the one and dies before the other promises nothing. What it reads of the queue, it
sends as it does there, however long ago it read it, and links and removes in two transactions. What it
pulls it looks for before its transaction begins, as it does there, too.
"""

import json
import sqlite3
import threading
import urllib.parse
import urllib.request
from datetime import datetime, timezone

FIELDS = ["content", "category", "tags", "expanded_keywords", "importance", "is_sensitive"]


def now():
    return datetime.now(timezone.utc).isoformat()


class PythonSide:
    def __init__(self, path, url, key):
        self.url = url
        self.key = key
        self.db = sqlite3.connect(path, timeout=30, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.lock = threading.RLock()
        # The server is on this machine, whatever proxy there may be.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        # The memories whose entries it has read and not sent yet. What is deleted meanwhile by
        # another program comes back, so nobody here deletes these.
        self.at_hand = set()
        with self.lock:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA user_version = 2")
            self.db.commit()

    def request(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body else None,
            method=method,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=15) as response:
            return json.loads(response.read().decode())

    def enqueue(self, operation, payload):
        self.db.execute(
            "INSERT INTO pending_ops (op_type, payload, created_at) VALUES (?, ?, ?)",
            (operation, json.dumps(payload), now()),
        )

    def insert(self, content):
        cursor = self.db.execute(
            "INSERT INTO memories (content, category, tags, expanded_keywords, importance,"
            " is_sensitive, created_at, updated_at) VALUES (?,?,?,?,?,?,?,?)",
            (content, "facts", "python", "", 0.5, 0, now(), now()),
        )
        return cursor.lastrowid

    def link(self, local_id, server_id):
        with self.lock:
            self.db.execute("UPDATE memories SET server_id = ? WHERE id = ?", (server_id, local_id))
            self.db.commit()

    @staticmethod
    def body(content):
        return {
            "content": content, "category": "facts", "tags": "python", "expanded_keywords": "",
            "importance": 0.5, "force_sensitive": False,
        }

    def write(self, content):
        """Leaves the sending to a push, of whichever program."""
        with self.lock:
            local_id = self.insert(content)
            self.enqueue("store", {"local_id": local_id, **self.body(content)})
            self.db.commit()
        return local_id

    def write_and_send(self, content):
        """Sends at once, without a word in the queue."""
        with self.lock:
            local_id = self.insert(content)
            self.db.commit()
        self.link(local_id, self.request("POST", "/api/memories", self.body(content))["id"])
        return local_id

    def read(self, word):
        with self.lock:
            return self.db.execute(
                "SELECT m.* FROM memories_fts f JOIN memories m ON m.id = f.rowid"
                " WHERE memories_fts MATCH ? ORDER BY rank LIMIT 20", (word,)).fetchall()

    def is_settled(self, local_id):
        """Whether the server has the memory, and nobody is about to send it once more."""
        with self.lock:
            row = self.db.execute(
                "SELECT server_id FROM memories WHERE id = ?", (local_id,)).fetchone()
            queued = self.db.execute(
                "SELECT 1 FROM pending_ops WHERE op_type = 'store'"
                " AND json_extract(payload, '$.local_id') = ?", (local_id,)).fetchone()
            linked = row is not None and row["server_id"] is not None
            return linked and not queued and local_id not in self.at_hand

    def delete(self, local_id):
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            row = self.db.execute(
                "SELECT server_id FROM memories WHERE id = ?", (local_id,)).fetchone()
            self.db.execute("DELETE FROM memories WHERE id = ?", (local_id,))
            self.enqueue("delete", {"server_id": row["server_id"]})
            self.db.commit()

    def push(self):
        with self.lock:
            entries = self.db.execute(
                "SELECT id, op_type, payload, retry_count FROM pending_ops ORDER BY id").fetchall()
            payloads = [json.loads(entry["payload"]) for entry in entries]
            self.at_hand = {payload.get("local_id") for payload in payloads}
        for entry, payload in zip(entries, payloads):
            if entry["op_type"] == "store":
                self.link(payload["local_id"], self.request("POST", "/api/memories", payload)["id"])
            else:
                self.request("DELETE", f"/api/memories/{payload['server_id']}")
            with self.lock:
                self.db.execute("DELETE FROM pending_ops WHERE id = ?", (entry["id"],))
                self.db.commit()
                self.at_hand.discard(payload.get("local_id"))
        return len(entries)

    def pull(self):
        with self.lock:
            row = self.db.execute(
                "SELECT value FROM sync_meta WHERE key = 'last_sync_ts'").fetchone()
        since = "?since=" + urllib.parse.quote(row["value"], safe="") if row else ""
        answer = self.request("GET", "/api/memories/sync" + since)
        with self.lock:
            for memory in answer["memories"]:
                self.apply(memory)
            self.db.commit()
        with self.lock:
            self.db.execute(
                "INSERT OR REPLACE INTO sync_meta (key, value) VALUES ('last_sync_ts', ?)",
                (answer["server_time"],))
            self.db.commit()

    def apply(self, memory):
        server_id = memory["id"]
        if memory["deleted_at"]:
            self.db.execute("DELETE FROM memories WHERE server_id = ?", (server_id,))
            return
        values = [memory[name] for name in FIELDS] + [memory["updated_at"]]
        existing = self.db.execute(
            "SELECT id FROM memories WHERE server_id = ?", (server_id,)).fetchone()
        if existing:
            self.db.execute(
                "UPDATE memories SET content = ?, category = ?, tags = ?, expanded_keywords = ?,"
                " importance = ?, is_sensitive = ?, updated_at = ? WHERE server_id = ?",
                (*values, server_id))
        else:
            self.db.execute(
                "INSERT INTO memories (content, category, tags, expanded_keywords, importance,"
                " is_sensitive, updated_at, created_at, server_id) VALUES (?,?,?,?,?,?,?,?,?)",
                (*values, memory["created_at"], server_id))
