import Glibc
import MemoryAPI
import MemoryModel
import SQLite
import System

/// The local file: memories, the queue of changes that the server does not know yet, and the sync's
/// own state.
///
/// Other programs write the same file at the same time, so anything that was read may be outdated
/// once the snapshot or transaction is over. Only one thread uses a database; each process or
/// thread opens its own.
package final class Database: Ledger {
  /// The path as it was given, for messages.
  package let path: String
  let connection: Connection
  private let random: Randomness
  let tell: (Mending) -> Void
  /// Kept alive because the connection waits for its descriptor.
  private let cancellation: Cancellation?
  private let identity: FileIdentity?
  /// Whether a snapshot or transaction is lent at the moment.
  private var isLent = false
  /// The tags that `tags` last found, and the version of the file that they are from.
  private var knownTags: (version: FileVersion, tags: [String])?

  /// Opens the file and brings an old one up to date.
  ///
  /// A file that is created is readable by its owner alone, as is a folder that is created for it;
  /// an existing file that others could read is closed to them when it is opened for writing, unless
  /// `keepsPermissions` is set.
  ///
  /// - Parameters:
  ///   - cancellation: ends waits for another program's lock.
  ///   - temporaryFolder: where a file that can neither be written nor read in place is copied to.
  ///   - tell: gets what was wrong and is mended, while the file is opened or later.
  /// - Throws: `Problem` of kind `.notFound` for a file that is missing and may not be created; of
  ///   kind `.file` for one that is no database, is of a newer version, or cannot be used.
  package init(
    path: String, access: CacheAccess = .create, random: Randomness = .system,
    cancellation: Cancellation? = nil, temporaryFolder: String = "/tmp",
    keepsPermissions: Bool = false, tell: @escaping (Mending) -> Void = { _ in }
  ) throws {
    self.path = path
    self.random = random
    self.cancellation = cancellation
    self.tell = tell
    let file = CacheFile(
      path: path, interruption: cancellation?.readDescriptor, temporaryFolder: temporaryFolder,
      keepsPermissions: keepsPermissions, tell: tell)
    connection = try Database.translatingErrors(path) { try file.open(for: access) }
    identity = FileIdentity(path)
  }

  package func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try Database.translatingErrors(path) {
      try beginLending()
      defer { isLent = false }
      do {
        return try connection.transaction(.immediate) {
          let transaction = Transaction(connection, random)
          let result = try body(transaction)
          // Otherwise the write would go to a file that nobody finds any more.
          guard isCurrent else { throw Problem.fileIsGone(path) }
          return result
        }
      } catch let error as SQLiteError {
        isLent = false
        throw try explained(error)
      }
    }
  }

  package func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result {
    try Database.translatingErrors(path) {
      try beginLending()
      defer { isLent = false }
      return try connection.transaction(.deferred) {
        let snapshot = Snapshot(connection, random)
        return try body(snapshot)
      }
    }
  }

  /// Runs `body` in a transaction that is always rolled back.
  func undoing<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try Database.translatingErrors(path) {
      try beginLending()
      defer { isLent = false }
      return try connection.rehearsal {
        let transaction = Transaction(connection, random)
        return try body(transaction)
      }
    }
  }

  private func beginLending() throws {
    if isLent { throw Problem(.bug, "the cache is used within a transaction of its own") }
    // A transaction that could not be rolled back would swallow the next one.
    if connection.isInTransaction { try connection.execute("ROLLBACK") }
    isLent = true
  }

  package var isRehearsal: Bool { false }

  /// Whether the path still names the file that was opened.
  package var isCurrent: Bool { FileIdentity(path) == identity }

  /// The present version of the file.
  package func version() throws -> FileVersion {
    try Database.translatingErrors(path) {
      FileVersion(
        others: try connection.first("PRAGMA data_version") { $0.int64(0) } ?? 0,
        own: connection.totalChanges)
    }
  }

  /// Every tag that a memory has, in alphabetical order. The tags are read only once as long as
  /// nobody writes the file.
  package func tags() throws -> [String] {
    let version = try version()
    if let knownTags, knownTags.version == version { return knownTags.tags }
    let tags = try read { try $0.memories.tags() }
    knownTags = (version, tags)
    return tags
  }

  // MARK: Errors

  /// The cause of an error that undid a transaction, where SQLite does not state it.
  private func explained(_ error: SQLiteError) throws -> any Error {
    switch error.kind {
    case .corrupt, .constraint, .other: try mendIndex() ? Problem.indexWasDamaged(path) : error
    case .full where error.systemError == 0:
      try Schema.exhaustedTable(connection).map { Problem.noNumberIsLeft(in: $0, path) } ?? error
    default: error
    }
  }

  static func translatingErrors<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as SQLiteError {
      throw Problem(error, path: path)
    }
  }
}
