import Glibc
import MemoryAPI
import SQLite

/// The server's SQLite file: one writer and any number of readers.
///
/// Every commit is synced to the disk before it is answered (WAL, `synchronous=FULL`).
final class ServerStore: Sendable {
  let clock: Clock
  let writer: Writer
  let readers: Readers
  private let lock: Int32

  /// Opens the file at `path`, and makes it, and the folder it is in, when missing: for their owner
  /// alone.
  ///
  /// - Throws: `ServerFailure` when it cannot be used, is another program's, or is being served.
  init(path: String) throws(ServerFailure) {
    lock = try Self.lock(path)
    do {
      let connection = try Connection(path: path)
      try Self.prepare(connection)
      func time(_ sql: String) throws -> Timestamp {
        Timestamp(microseconds: try connection.first(sql) { $0.int64(0) } ?? 0)
      }
      clock = Clock(
        last: try time("SELECT max(updated_at) FROM memories"),
        reserved: try time("SELECT reserved FROM clock"))
      let files = StoreFiles(of: path)
      writer = Writer(connection: connection, clock: clock, files: files)
      readers = Readers(path: path, files: files)
    } catch let failure as ServerFailure {
      throw failure
    } catch {
      throw ServerFailure(
        .file, "the store cannot be used: \(path): \(error)",
        hint: "name another file with --store FILE")
    }
  }

  deinit { close(lock) }

  private static let applicationID = 0x6d63_7376  // "mcsv"

  private static func prepare(_ connection: Connection) throws {
    func number(_ sql: String) throws -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }
    let isNew = try number("SELECT count(*) FROM sqlite_schema") == 0
    let version = try isNew ? 0 : number("PRAGMA user_version")
    // Another program's file is not touched.
    guard
      try isNew || number("PRAGMA application_id") == applicationID && version > 0,
      version <= versions.count
    else {
      throw ServerFailure(
        .file, "the file is no store of this version of memctl-serve",
        hint: "name another file with --store FILE")
    }
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = \(64 << 20)
      """)
    guard version < versions.count else { return }
    try connection.transaction {
      for script in versions[version...] { try connection.execute(script) }
      try connection.execute(
        "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(versions.count)")
    }
  }

  /// What makes each version of the store from the one before, an empty file being the first.
  ///
  /// Times are microseconds since 1970. Rows are never removed, so that ids are never used again
  /// and every client learns of a deletion.
  private static let versions = [
    """
    CREATE TABLE memories (
      id INTEGER PRIMARY KEY,
      owner TEXT NOT NULL,
      content TEXT NOT NULL,
      category TEXT NOT NULL,
      tags TEXT NOT NULL,
      expanded_keywords TEXT NOT NULL,
      importance REAL NOT NULL,
      is_sensitive INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      deleted_at INTEGER
    ) STRICT;
    CREATE INDEX memories_by_owner ON memories (owner, updated_at);
    CREATE TABLE idempotency_keys (
      owner TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      answer TEXT NOT NULL,
      PRIMARY KEY (owner, key)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE clock (reserved INTEGER NOT NULL) STRICT;
    INSERT INTO clock VALUES (0);
    ALTER TABLE idempotency_keys ADD COLUMN first_id INTEGER NOT NULL DEFAULT 0;
    UPDATE idempotency_keys SET first_id = coalesce(
      json_extract(answer, '$.id'), json_extract(answer, '$[0].id'), 0);
    ALTER TABLE idempotency_keys DROP COLUMN answer;
    """,
  ]

  /// Makes folder and file, and takes the lock that says that this process serves them. `Clock`
  /// relies on being the only one.
  private static func lock(_ path: String) throws(ServerFailure) -> Int32 {
    let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    makeFolder(folder)
    let lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard lock >= 0, file >= 0, fchmod(file, 0o600) == 0 else {
      throw ServerFailure(
        .file, "the store cannot be opened: \(path): \(lastSystemError())",
        hint: "name another file with --store FILE")
    }
    close(file)
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw lockFailure(errno, path: path) }
    return lock
  }

  /// What it means that the lock was not to be had.
  static func lockFailure(_ code: Int32, path: String) -> ServerFailure {
    if code == EWOULDBLOCK {
      return ServerFailure(
        .file, "the store is served by another process: \(path)",
        hint: "stop that one, or name another file with --store FILE")
    }
    return ServerFailure(
      .file, "the store cannot be locked: \(path).lock: \(String(cString: strerror(code)))",
      hint: "some network file systems have no locks; name a file on another with --store FILE")
  }

  /// Makes what is missing of `path`. A failure shows when the file is opened in it.
  private static func makeFolder(_ path: some StringProtocol) {
    guard !path.isEmpty, mkdir(String(path), 0o700) != 0, errno == ENOENT,
      let parent = path.lastIndex(of: "/")
    else { return }
    makeFolder(path[..<parent])
    mkdir(String(path), 0o700)
  }
}
