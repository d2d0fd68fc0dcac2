import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("memctl queue show says in words what happened, what is awaited and what would help")
struct QueueShowTests {
  private let home: Home

  init() throws {
    home = try Home()
    _ = try Cache(path: home.database)
  }

  /// Puts an entry of memctl's own into the queue.
  private func add(
    _ state: String, _ name: String = "store", _ payload: String = #"{"content":"x"}"#,
    attempts: Int = 0, nextAttempt hours: Double? = nil, error: (Int?, String)? = nil,
    isMemoryDeleted: Bool = false
  ) throws {
    let time = hours.map { Timestamp.now.advanced(bySeconds: $0 * 3_600).description }
    try Connection(path: home.database).run(
      """
      INSERT INTO memctl_entries(op_type, payload, created_at, state, idempotency_key, attempts,
        next_attempt_at, error_kind, error_status, error_message, delete_when_known)
      VALUES (?, ?, 'x', ?, 'k', ?, ?, ?, ?, ?, ?)
      """, name, payload, state, attempts, time, error.map { $0.0 == nil ? "offline" : "rejected" },
      error?.0, error?.1, isMemoryDeleted)
  }

  /// What is said of each entry, a line an entry.
  private func play(_ golden: String, _ count: Int) throws {
    try home.play(golden, (1...count).map { "queue show \($0) --json" })
  }

  @Test("of dead letters")
  func dead() throws {
    try add("dead", attempts: 1, error: (422, "content: too long"))
    try add("dead", attempts: 5, error: (500, "Internal Server Error"))
    try add("dead", "store", "{}", error: (nil, "its payload has no content"))
    try add("dead", "merge", "{}", error: (nil, "memctl does not know the operation 'merge'"))
    try add("dead", "delete", #"{"server_id":4}"#, attempts: 1, error: (403, "not yours"))
    try add("dead", "update", #"{"server_id":4,"content":"x"}"#, attempts: 1, error: (403, "no"))
    try play("explained-dead", 6)
  }

  @Test("of entries in doubt")
  func inDoubt() throws {
    try add("in_doubt", error: (nil, "the connection was closed"))
    try add("in_doubt", attempts: 2, nextAttempt: 3.5, error: (500, "Internal Server Error"))
    try add("in_doubt", attempts: 5, error: (500, "Internal Server Error"))
    try add("in_doubt", error: (nil, "timeout"), isMemoryDeleted: true)
    try add("sending")
    try play("explained-in-doubt", 5)
    try home.play("queue-edit-in-doubt", "queue edit 1 -t x", "queue edit 5 -t x --json")
  }

  @Test("of entries that wait")
  func pending() throws {
    try add("pending")
    try add("pending", error: (nil, "connection refused"))
    try add("pending", attempts: 2, nextAttempt: 3.5, error: (500, "Internal Server Error"))
    try add("pending", "update", #"{"server_id":4,"content":"x"}"#)
    try add("pending", "update", #"{"server_id":4,"content":"y"}"#)
    try add("pending", "delete", "{}")
    try Connection(path: home.database).execute(
      """
      INSERT INTO memories(content, created_at, updated_at, server_id) VALUES ('x', 'x', 'x', 9);
      """)
    try add("pending", "store", #"{"local_id":1,"content":"x"}"#)
    try play("explained-pending", 7)
  }

  @Test("where nothing at all is sent")
  func blockingReason() throws {
    func note(_ key: String, _ value: String) throws {
      try Connection(path: home.database).run(
        "INSERT INTO memctl_meta(key, value) VALUES (?, ?)", key, value)
    }
    try add("pending")
    try note("auth_failed", "1")
    try home.play("explained-refused-key", onTerminalOf: 80, "queue show 1")
    try note("not_before", Timestamp.now.advanced(bySeconds: 3_590).description)
    try home.play("explained-pause", onTerminalOf: 80, "queue show 1")
    home.environment["MEMORY_API_KEY"] = nil
    try home.play("explained-no-key", onTerminalOf: 80, "queue show 1")
    home.environment["MEMORY_SYNC_DISABLE"] = "1"
    try home.play("explained-sync-off", onTerminalOf: 80, "queue show 1")
  }
}
