import SQLite
import System

/// The connections that read. Each read has one of its own, and never waits for a write.
final class Readers: Sendable {
  private let path: String
  private let files: StoreFiles
  private let idle = Monitor<[Connection]>([])

  /// Connections kept open, with their compiled statements, for the next read.
  private static let idleLimit = 8

  init(path: String, files: StoreFiles) { (self.path, self.files) = (path, files) }

  /// Runs `body` on the store as it is at its first statement.
  ///
  /// - Throws: `StoreFailure`, `SQLiteError`; what `body` throws.
  func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
    let connection = try take()
    let result = try connection.transaction(.deferred) { try body(connection) }
    // A connection that could not end its transaction is not used again.
    give(connection)
    return result
  }

  private func take() throws -> Connection {
    try files.check()
    if let connection = idle.withLock({ $0.popLast() }) { return connection }
    let connection = try Connection(path: path, mode: .readOnly)
    // It could be to another file than the one that was checked.
    try files.check()
    return connection
  }

  private func give(_ connection: Connection) {
    idle.withLock { idle in
      if idle.count < Self.idleLimit { idle.append(connection) }
    }
  }
}
