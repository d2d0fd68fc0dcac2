import Glibc
import MemoryModel
import SQLite
import System

/// The local file as the system sees it.
///
/// No existing file is opened here, not even to test whether it can be: closing it would drop the
/// locks that SQLite holds on the same file in this process.
struct CacheFile {
  let path: String
  let interruption: Int32?
  let temporaryFolder: String
  let keepsPermissions: Bool
  let tell: (Mending) -> Void

  /// - Throws: `SQLiteError`, and `Problem` as `Database.init`.
  func open(for access: CacheAccess) throws -> Connection {
    if path == ":memory:" { return try upToDate(connect(.create)) }
    if access == .create { try create() }
    var status = stat()
    if stat(path, &status) != 0 {
      if ![ENOENT, ENOTDIR].contains(errno) { throw Problem.cannotOpen(path, errno) }
      // A symbolic link may name a file that SQLite has yet to create.
      if access != .create { throw Problem.noCache(path) }
    } else if status.st_mode & S_IFMT == S_IFDIR {
      throw Problem.cannotOpen(path, EISDIR)
    }
    if access == .read { return try openedForReading() }
    if faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0, errno != ENOENT {
      throw Problem.cannotOpen(path, errno)
    }
    let connection = try upToDate(connect(access == .create ? .create : .readWrite))
    if !keepsPermissions { closeToOthers() }
    return connection
  }

  private func connect(_ mode: Connection.OpenMode, _ path: String? = nil) throws -> Connection {
    try Connection(path: path ?? self.path, mode: mode, interruption: interruption)
  }

  private func upToDate(_ connection: Connection) throws -> Connection {
    try Schema.bringUpToDate(connection, path: path, tell: tell)
    return connection
  }

  // MARK: Reading

  private func openedForReading() throws -> Connection {
    let connection: Connection
    do {
      connection = try connect(.readWrite)
      if try !Schema.isCurrent(connection, path: path) { _ = try upToDate(connection) }
    } catch let error as SQLiteError where [.readOnly, .cannotOpen, .full].contains(error.kind) {
      // SQLite cannot write the files that it needs beside this one.
      return try openedInPlace() ?? openedCopy()
    }
    try connection.execute("PRAGMA query_only = ON")
    return connection
  }

  /// Nil if the file has pending changes in a companion, or has to be brought up to date.
  private func openedInPlace() throws -> Connection? {
    for companion in Self.companions {
      var status = stat()
      if stat(resolved + companion, &status) == 0, status.st_size > 0 { return nil }
    }
    let connection = try connect(.immutable)
    return try Schema.isCurrent(connection, path: path) ? connection : nil
  }

  /// The suffixes of files with changes that SQLite has not yet written into the file itself.
  private static let companions = ["-wal", "-journal"]

  /// Opens a copy that no longer has a name and vanishes with its connection.
  private func openedCopy() throws -> Connection {
    let folder: String
    do {
      folder = try Folder.makeTemporary(in: temporaryFolder, prefix: "memctl-")
    } catch {
      throw Problem.noRoom("cannot make a folder in \(temporaryFolder): \(error)")
    }
    let copy = folder + "/memory.db"
    defer {
      for suffix in [""] + Self.companions + ["-shm"] { unlink(copy + suffix) }
      rmdir(folder)
    }
    for suffix in [""] + Self.companions {
      try Self.copy(resolved + suffix, to: copy + suffix, isOptional: !suffix.isEmpty)
    }
    let connection = try upToDate(connect(.readWrite, copy))
    try connection.execute("PRAGMA query_only = ON")
    return connection
  }

  /// - Throws: `Problem` of kind `.file`; then there is no copy.
  static func copy(_ path: String, to copy: String, isOptional: Bool) throws {
    do {
      try FileCopy.make(of: path, at: copy, isOptional: isOptional)
    } catch {
      throw Problem.cannotCopy(path, error)
    }
  }

  // MARK: Creating

  private func create() throws {
    let folder = Path.folder(of: path)
    if !folder.isEmpty { try Self.makeFolder(folder) }
    // Created here rather than by SQLite, so that it is never readable by others, not even for a
    // moment.
    guard mknod(path, S_IFREG | 0o600, 0) == 0 || errno == EEXIST else {
      throw Problem.cannotOpen(path, errno)
    }
  }

  private static func makeFolder(_ path: String) throws {
    do {
      try Folder.make(path)
    } catch {
      throw Problem(
        .file, "cannot create the folder \(error.path): \(error.reason)",
        hint: "create it, or choose another file with \(.db)")
    }
  }

  // MARK: Names and permissions

  /// The path of the file with links resolved; its companions are beside it.
  private var resolved: String { Path.resolved(path) }

  /// Called only once the file is known to be a cache: a file of another program keeps its
  /// permissions.
  private func closeToOthers() {
    let path = resolved
    for file in [path, path + "-wal", path + "-shm"] {
      var status = stat()
      if stat(file, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() {
        chmod(file, status.st_mode & 0o700)
      }
    }
  }
}
