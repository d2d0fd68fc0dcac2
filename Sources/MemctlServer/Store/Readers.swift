import SQLite

/// The connections that read. Each read has one of its own, and never waits for a write.
final class Readers: Sendable {
  private let path: String
  private let files: StoreFiles
  private let idle = Monitor<[Connection]>([])

  /// Connections kept open, with their compiled statements, for the next read.
  private static let idleLimit = 8

  init(path: String, files: StoreFiles) { (self.path, self.files) = (path, files) }

  /// - Throws: `StoreIsGone`, `SQLiteError`.
  func snapshot() throws -> Snapshot { try Snapshot(of: self) }

  fileprivate func take() throws -> Connection {
    try files.check()
    if let connection = idle.withLock({ $0.popLast() }) { return connection }
    let connection = try Connection(path: path, mode: .readOnly)
    // It could be to another file than the one that was checked.
    try files.check()
    return connection
  }

  fileprivate func give(_ connection: Connection) {
    idle.withLock { idle in
      if idle.count < Self.idleLimit { idle.append(connection) }
    }
  }
}

/// The store as it was at the first statement, for as long as the snapshot is kept.
final class Snapshot {
  let connection: Connection
  private let readers: Readers

  fileprivate init(of readers: Readers) throws {
    self.readers = readers
    connection = try readers.take()
    try connection.execute("BEGIN")
  }

  deinit {
    // A connection that cannot end its transaction is not used again.
    if (try? connection.execute("COMMIT")) != nil { readers.give(connection) }
  }
}
