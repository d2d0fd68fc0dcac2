import Glibc
import SQLite

/// The local file: memories, the queue of what the server does not know yet, and sync's own state.
///
/// Other programs write the same file at the same time, so nothing read outside a transaction is
/// still true a moment later. One thread uses a cache; each process or thread opens its own.
public final class Cache {
  /// The path that was opened, for messages.
  public let path: String
  let connection: Connection
  let random: Randomness
  private let identity: FileIdentity?
  /// While it is true, whatever is written is undone at once.
  private(set) var isRehearsing = false
  /// What `tags` found, and when.
  var knownTags: (version: FileVersion, tags: [String])?

  /// Opens the file, creates it when it is missing, and brings an old one up to date.
  ///
  /// A file that is created is readable by its owner alone, as is a folder that is created for it;
  /// an existing file that others could read is closed to them.
  ///
  /// - Throws: `Problem` of kind `.file`: not a database, of a newer version, not writable.
  public init(path: String, random: Randomness = .system) throws {
    self.path = path
    self.random = random
    connection = try Cache.translatingErrors(path) {
      if path != ":memory:" { try Cache.prepareFile(at: path) }
      let connection = try Connection(path: path)
      try Schema.bringUpToDate(connection, path: path)
      if path != ":memory:" { Cache.closeToOthers(path) }
      return connection
    }
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
      return try connection.transaction(.immediate) {
        let result = try body()
        // Else it would be written into a file that nobody finds any more.
        guard isCurrent else { throw Problem.fileIsGone(path) }
        return result
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

  // MARK: The file

  private static func prepareFile(at path: String) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    if !folder.isEmpty { try makeFolder(folder) }
    // Created here and not by SQLite, so that it is never readable by others, not for a moment.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Problem(
        .file, "cannot open \(path): \(String(cString: strerror(errno)))",
        hint: "check the path and its permissions, or choose another with --db")
    }
    close(descriptor)
  }

  /// Only once the file has turned out to be a cache: another program's keeps its permissions.
  private static func closeToOthers(_ path: String) {
    for file in [path, path + "-wal", path + "-shm"] {
      var status = stat()
      if stat(file, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() {
        chmod(file, status.st_mode & 0o700)
      }
    }
  }

  private static func makeFolder(_ path: String) throws {
    if access(path, F_OK) == 0 { return }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    if !parent.isEmpty { try makeFolder(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw Problem(
        .file, "cannot create the folder \(path): \(String(cString: strerror(errno)))",
        hint: "create it, or choose another file with --db")
    }
  }

  // MARK: Errors

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

/// Which file a path stands for.
private struct FileIdentity: Equatable {
  private let device: UInt
  private let number: UInt

  /// Nil where there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}

extension Problem {
  fileprivate static func fileIsGone(_ path: String) -> Problem {
    Problem(
      .file, "\(path) was removed or replaced while memctl used it; nothing was written",
      hint: "memctl sync fills a new one from the server")
  }

  /// What an SQLite error means to someone whose memories are in the file at `path`.
  init(_ error: SQLiteError, path: String) {
    switch error.kind {
    case .busy:
      self.init(
        .busy, "another program has been writing \(path) for 30 seconds",
        hint: "nothing is lost; try again when it is done")
    case .full:
      self.init(
        .file, "the disk is full; nothing was written to \(path)",
        hint: "free some space, then try again")
    case .readOnly, .cannotOpen:
      self.init(
        .file, "\(path) cannot be written: \(error.message)",
        hint: "check its owner and permissions and those of its folder")
    case .notADatabase:
      self.init(
        .file, "\(path) is not a memory cache: it is no SQLite database",
        hint: "choose another file with --db; this one was not changed")
    case .corrupt:
      self.init(
        .file, "\(path) is damaged: \(error.message)",
        hint: "keep a copy, then rescue it with: sqlite3 '\(path)' .recover")
    case .inputOutput:
      self.init(
        .file, "\(path) cannot be read or written: \(error.message)",
        hint: "nothing was changed; check the disk, its free space and the quota, then try again")
    default:
      self.init(.file, "cannot use \(path): \(error.message)")
    }
  }
}
