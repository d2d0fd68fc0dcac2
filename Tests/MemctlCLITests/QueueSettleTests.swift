import MemctlCore
import SQLite
import Testing

@Suite("memctl queue settle")
struct QueueSettleTests {
  /// A home with a store in doubt, which may be memory 7 on the server, or 9, which was deleted there.
  private func homeInDoubt() throws -> Home {
    let home = try Home()
    let cache = try Cache(path: home.database)
    _ = try cache.store(MemoryFields(content: "password=hunter2hunter2"), at: .now)
    try Connection(path: home.database).execute(
      """
      UPDATE memctl_entries SET op_type = 'store', created_at = 'x', state = 'in_doubt',
        payload = (SELECT payload FROM pending_ops), candidates = '7,-9';
      DELETE FROM pending_ops;
      """)
    return home
  }

  @Test("names what an entry may be, and takes nothing else")
  func refusals() throws {
    try homeInDoubt().play(
      "queue-settle-refused", "queue settle 1", "queue settle 1 --none --is server:7",
      "queue settle 1 --is 7", "queue settle 1 --is server:5", "queue settle 2 --none")
  }

  @Test("ends a doubt by what the user says")
  func settles() throws {
    try homeInDoubt().play("queue-settle-is", "queue settle 1 --is server:7 --json", "queue")
    try homeInDoubt().play("queue-settle-deleted", "queue settle 1 --is server:9", "list", "queue")
    try homeInDoubt().play("queue-settle-none", "queue settle 1 --none", "queue --json")
  }

  @Test("is explained by queue show, on a terminal as well")
  func explained() throws {
    try homeInDoubt().play("queue-settle-show", onTerminalOf: 80, "queue show 1")
  }
}
