import SQLite
import System

/// The local file: memories, the queue of what the server does not know yet, and sync's own state.
///
/// Other programs write the same file at the same time, so nothing read outside a transaction is
/// still true a moment later. One thread uses a cache; each process or thread opens its own.
public final class Cache {
  /// The path that was opened, for messages.
  public let path: String
  let connection: Connection
  let random: Randomness
  let tell: (String) -> Void
  /// Kept, because the connection waits for its descriptor.
  private let cancellation: Cancellation?
  private let identity: FileIdentity?
  /// While it is true, whatever is written is undone at once.
  private(set) var isRehearsing = false
  /// What `tags` found, and when.
  var knownTags: (version: FileVersion, tags: [String])?

  /// Opens the file and brings an old one up to date.
  ///
  /// A file that is created is readable by its owner alone, as is a folder that is created for it;
  /// an existing file that others could read is closed to them when it is opened for writing.
  ///
  /// - Parameters:
  ///   - cancellation: ends waits for another program's lock.
  ///   - temporaryFolder: where a file that can neither be written nor read in place is copied to.
  ///   - tell: gets a line for people about what was mended while the file was opened, or later.
  /// - Throws: `Problem` of kind `.notFound` for a file that is missing and may not be created; of
  ///   kind `.file` for one that is no database, is of a newer version, or cannot be used.
  public init(
    path: String, access: Access = .create, random: Randomness = .system,
    cancellation: Cancellation? = nil, temporaryFolder: String = "/tmp",
    tell: @escaping (String) -> Void = { _ in }
  ) throws {
    self.path = path
    self.random = random
    self.cancellation = cancellation
    self.tell = tell
    let file = CacheFile(
      path: path, interruption: cancellation?.readDescriptor, temporaryFolder: temporaryFolder,
      tell: tell)
    connection = try Cache.translatingErrors(path) { try file.open(for: access) }
    identity = FileIdentity(path)
  }

  /// Runs `body` in one transaction that holds the write lock. It is synchronous: a transaction
  /// never waits for the network.
  ///
  /// - Throws: what `body` throws, and `Problem` of kind `.file`; then nothing was written.
  public func write<Result>(_ body: () throws -> Result) throws -> Result {
    if connection.isInTransaction { return try body() }
    return try Cache.translatingErrors(path) {
      if isRehearsing { return try connection.rehearsal(body) }
      do {
        return try connection.transaction(.immediate) {
          let result = try body()
          // Else it would be written into a file that nobody finds any more.
          guard isCurrent else { throw Problem.fileIsGone(path) }
          return result
        }
      } catch let error as SQLiteError {
        throw try explained(error)
      }
    }
  }

  /// Runs `body` on one snapshot of the file.
  public func read<Result>(_ body: () throws -> Result) throws -> Result {
    try Cache.translatingErrors(path) { try connection.transaction(.deferred, body) }
  }

  /// Runs `body` and undoes each transaction in it: what would be done, without doing it. Each
  /// starts from the file as it is, and none holds a lock while `body` waits for the network.
  public func rehearsing<Result>(_ body: () throws -> Result) rethrows -> Result {
    isRehearsing = true
    defer { isRehearsing = false }
    return try body()
  }

  /// Whether the path still names the file that was opened.
  public var isCurrent: Bool { FileIdentity(path) == identity }

  // MARK: Errors

  /// What an error of a transaction that was undone is about, where SQLite does not say so.
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

/// When a file was written last, by a count of its own for each connection: another one after anybody
/// has written it. See <https://sqlite.org/pragma.html#pragma_data_version>.
public struct FileVersion: Hashable, Sendable {
  let others: Int64
  let own: Int64
}
