import MemoryAPI
import SQLite

/// The idempotency keys that are remembered. The methods are for a transaction that writes.
struct IdempotencyTable {
  let connection: Connection

  /// The fingerprint and the first id that are kept with the key of this name.
  func find(_ name: String, owner: String) throws -> (fingerprint: Int64, firstID: Int64)? {
    try connection.first(
      "SELECT fingerprint, first_id FROM idempotency_keys WHERE owner = ? AND key = ?", owner, name
    ) { ($0.int64(0), $0.int64(1)) }
  }

  /// Remembers a key. Ids follow one another, so the first stands for all of them.
  func insert(_ key: IdempotencyKey, owner: String, firstID: Int64) throws {
    try connection.run(
      """
      INSERT INTO idempotency_keys (owner, key, fingerprint, created_at, first_id)
      VALUES (?, ?, ?, ?, ?)
      """, owner, key.name, key.fingerprint, Timestamp.now.microseconds, firstID)
  }

  /// Forgets the keys that are older than their lifetime. It looks at every key, which costs less once
  /// in a while than an index by age would cost each insertion.
  func purge() throws {
    let lifetime = IdempotencyKey.lifetime.components.seconds * 1_000_000
    try connection.run(
      "DELETE FROM idempotency_keys WHERE created_at < ?", Timestamp.now.microseconds - lifetime)
  }
}
