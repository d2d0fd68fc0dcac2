import Foundation
import SQLite
import TestSupport
import Testing

/// Commands that change many things: a signal in the middle of them leaves all or nothing done.
///
/// A trigger in the file stands for the signal: the first change passes, and the second one fails. Either
/// way, what is not committed is undone.
@Suite("A command for many ids does all of it or nothing")
struct BatchTests {
  private let home: Home

  init() throws {
    home = try Home.alone()
    for text in ["one", "two", "three"] { try home.memctl("store", text) }
  }

  /// Lets the file refuse a change.
  private func interrupt(_ change: String) throws {
    let connection = try Connection(path: home.database)
    try connection.execute(
      "CREATE TRIGGER interruption BEFORE \(change) BEGIN SELECT raise(ABORT, 'interrupted'); END")
  }

  @Test("delete")
  func delete() throws {
    try interrupt("DELETE ON memories WHEN old.id = 2")
    #expect(try home.memctl("delete", "1", "2", "3").status == 74)
    #expect(try home.memctl("list").output.split(separator: "\n").count == 3)
    #expect(try home.memctl("queue").output.split(separator: "\n").count == 3)
  }

  @Test("queue drop")
  func drop() throws {
    try interrupt("INSERT ON memctl_withheld WHEN new.memory_id = 2")
    #expect(try home.memctl("queue", "drop", "1", "2", "3").status == 74)
    #expect(try home.memctl("queue").output.split(separator: "\n").count == 3)
  }

  @Test("queue retry --all")
  func retry() throws {
    let connection = try Connection(path: home.database)
    try connection.execute(
      """
      INSERT INTO memctl_entries(id, op_type, payload, created_at, state, attempts, idempotency_key)
      SELECT id, op_type, payload, created_at, 'dead', 5, 'key ' || id FROM pending_ops WHERE true
      ON CONFLICT(id) DO UPDATE SET op_type = excluded.op_type, payload = excluded.payload,
        created_at = excluded.created_at, state = 'dead', attempts = 5;
      """)
    try connection.execute("DELETE FROM pending_ops")
    try interrupt("INSERT ON pending_ops WHEN new.id = 2")
    #expect(try home.memctl("queue", "retry", "--all").status == 74)
    #expect(try home.memctl("queue", "--dead").output.split(separator: "\n").count == 3)
  }
}
