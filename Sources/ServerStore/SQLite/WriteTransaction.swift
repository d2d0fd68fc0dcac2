import MemoryAPI
import SQLite

/// What a change works with. It stays on the writer's thread.
final class WriteTransaction: @unchecked Sendable {
  let memories: MemoryTable
  let keys: IdempotencyTable
  private let connection: Connection
  private let clock: Clock
  private let files: StoreFiles
  private var purgedAt = Timestamp(microseconds: 0)

  init(connection: sending Connection, clock: Clock, files: StoreFiles) {
    memories = MemoryTable(connection: connection)
    keys = IdempotencyTable(connection: connection)
    self.connection = connection
    self.clock = clock
    self.files = files
  }

  /// A time for one memory: later than any given before.
  func time() -> Timestamp { clock.next() }

  /// Runs `body` and commits what it did, or nothing of it when anything goes wrong.
  func commit<Result>(_ body: (WriteTransaction) throws -> Result) throws -> Result {
    try clock.group { reservation in
      let result = try connection.transaction {
        try purgeKeys()
        let result = try body(self)
        if let reservation { try reserve(reservation) }
        try files.check()
        return result
      }
      // Only now is it certain where the commit went.
      try files.check()
      return result
    }
  }

  private func reserve(_ time: Timestamp) throws {
    try connection.run("UPDATE clock SET reserved = ?", time.microseconds)
  }

  /// Notes the last time that was really given, so that the next run need not start after the last that
  /// could have been. If that fails, it does.
  func endReservation() { try? reserve(clock.close()) }

  private func purgeKeys() throws {
    guard Timestamp.now.seconds(since: purgedAt) > 3600 else { return }
    try keys.purge()
    purgedAt = .now
  }
}
