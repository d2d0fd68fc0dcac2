import MemoryAPI
import SQLite

/// A request's `Idempotency-Key`: it happens once, and asking again gets the first answer.
struct IdempotencyKey: Sendable {
  let owner: String
  let key: String
  /// Tells requests with the same key apart.
  let fingerprint: Int64

  /// How long a key is remembered.
  static let lifetime = Duration.seconds(7 * 24 * 3600)

  init(_ key: String, owner: String, request: Request) {
    self.key = key
    self.owner = owner
    // FNV-1a: it stays the same over a restart, and who finds a collision fools only himself.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in request.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in request.body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    fingerprint = Int64(bitPattern: hash)
  }

  /// Does `work` and remembers its answer, or gives the answer that is remembered.
  ///
  /// Both are part of the same transaction, and transactions run one after another: of two requests
  /// at the same time the second finds the first.
  /// - Throws: `Refusal` when the key belongs to another request.
  func once(
    in transaction: WriteTransaction, _ work: Writer.Work
  ) throws -> Response {
    let remembered = try transaction.connection.first(
      "SELECT fingerprint, answer FROM idempotency_keys WHERE owner = ? AND key = ?", owner, key
    ) { (fingerprint: $0.int64(0), answer: $0.withText(1, Array.init)) }
    if let remembered {
      guard remembered.fingerprint == fingerprint else {
        throw Refusal(422, "Idempotency-Key was already used for a different request")
      }
      return Response(status: 200, body: .bytes(remembered.answer))
    }
    let response = try work(transaction)
    // What is refused changed nothing, and may be asked again.
    guard response.status == 200, case .bytes(let answer) = response.body else { return response }
    try transaction.connection.run(
      "INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?)", owner, key, fingerprint,
      Timestamp.now.microseconds, String(decoding: answer, as: UTF8.self))
    return response
  }

  /// Forgets the keys that are older than `lifetime`. It looks at every key, which once in a while
  /// costs less than an index by age costs each store.
  static func purge(in connection: Connection) throws {
    try connection.run(
      "DELETE FROM idempotency_keys WHERE created_at < ?",
      Timestamp.now.microseconds - lifetime.components.seconds * 1_000_000)
  }
}
