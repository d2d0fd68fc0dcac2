import MemoryAPI
import SQLite

/// A request's `Idempotency-Key`: it happens once, and asking again gets the same ids.
struct IdempotencyKey: Sendable {
  let owner: String
  let key: String
  /// Tells requests with the same key apart.
  let fingerprint: Int64

  /// How long a key is remembered.
  static let lifetime = Duration.seconds(7 * 24 * 3600)

  /// Nil when the request has none.
  ///
  /// - Throws: `Invalid` when it has one that cannot be kept.
  init?(of call: Call) throws {
    switch call.request.idempotencyKey {
    case nil: return nil
    case .key(let key): self.key = key
    case .unusable:
      let rule = "there is one key, of at most \(IdempotencyHeader.longest) bytes of UTF-8"
      throw Invalid([.value(rule, .null, at: ["header", "idempotency-key"])])
    }
    owner = call.user
    // FNV-1a: it stays the same over a restart, and who finds a collision fools only himself.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in call.request.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in call.request.body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    fingerprint = Int64(bitPattern: hash)
  }

  /// Does `work` and remembers the id that it returns, or gives the one that is remembered.
  ///
  /// Both are part of the same transaction, and transactions run one after another: of two requests
  /// at the same time the second finds the first.
  /// - Throws: `Refusal` when the key belongs to another request; what `work` throws.
  func once(in transaction: WriteTransaction, _ work: () throws -> Int64) throws -> Int64 {
    let remembered = try transaction.connection.first(
      "SELECT fingerprint, first_id FROM idempotency_keys WHERE owner = ? AND key = ?", owner, key
    ) { (fingerprint: $0.int64(0), id: $0.int64(1)) }
    if let remembered {
      guard remembered.fingerprint == fingerprint else {
        throw Refusal(422, "Idempotency-Key was already used for a different request")
      }
      return remembered.id
    }
    let id = try work()
    try transaction.connection.run(
      """
      INSERT INTO idempotency_keys (owner, key, fingerprint, created_at, first_id)
      VALUES (?, ?, ?, ?, ?)
      """, owner, key, fingerprint, Timestamp.now.microseconds, id)
    return id
  }

  /// Forgets the keys that are older than `lifetime`. It looks at every key, which once in a while
  /// costs less than an index by age costs each store.
  static func purge(in connection: Connection) throws {
    try connection.run(
      "DELETE FROM idempotency_keys WHERE created_at < ?",
      Timestamp.now.microseconds - lifetime.components.seconds * 1_000_000)
  }
}
