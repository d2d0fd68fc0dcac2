import Glibc
import MemoryModel
import SQLite
import System

/// Makes a new cache from the readable parts of a damaged one, and keeps the damaged one beside it.
/// A table whose first page or definition is gone is lost as a whole.
package struct Rescue {
  private let path: String
  private let copy: String
  private let fresh: String
  private static let companions = ["-wal", "-journal", "-shm"]

  private init(_ path: String) {
    self.path = Path.resolved(path)
    copy = self.path + ".repair-copy"
    fresh = self.path + ".repair-new"
  }

  /// Whether there is a file to rescue anything from.
  package static func isPossible(_ path: String) -> Bool {
    access(path, F_OK) == 0 || errno != ENOENT
  }

  /// Replaces a damaged cache with a new one, while no sync runs.
  ///
  /// - Parameter tell: called if only the full-text index was damaged, and is repaired.
  /// - Returns: nil if the cache is undamaged, or if only its full-text index was damaged; then it
  ///   is still the same file.
  /// - Throws: `Problem` of kind `.file`, `.notFound` or `.busy`; then the file is unchanged.
  package static func run(
    path: String, tell: @escaping (Mending) -> Void = { _ in }
  ) throws -> RescueReport? {
    try Database.translatingErrors(path) {
      if try isSound(path, tell) { return nil }
      let rescue = Rescue(path)
      defer { rescue.removeWork() }
      // A run that was killed may have left these.
      rescue.removeWork()
      return try rescue.run()
    }
  }

  /// Whether everything in the file can be read and new rows can be written.
  private static func isSound(_ path: String, _ tell: @escaping (Mending) -> Void) throws -> Bool {
    do {
      let connection = try CacheFile(
        path: path, interruption: nil, temporaryFolder: "", keepsPermissions: true, tell: tell
      ).open(for: .change)
      let found = try connection.query("PRAGMA integrity_check(1)") { $0.text(0) }
      guard try found == ["ok"] && Schema.exhaustedTable(connection) == nil else { return false }
      if try SearchIndex.mend(connection) { tell(.searchIndex) }
      return true
    } catch let error as SQLiteError where error.isDamage {
      return false
    }
  }

  private func run() throws -> RescueReport {
    for suffix in ["", "-wal", "-journal"] {
      try CacheFile.copy(path + suffix, to: copy + suffix, isOptional: !suffix.isEmpty)
    }
    try complete(copy)
    var report = try fill(from: Connection(path: copy, mode: .readWrite))
    report.keptAt = try swap()
    return report
  }

  /// Extends a truncated file to the length in its header; otherwise SQLite reads nothing of it.
  private func complete(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw Problem.cannotOpen(path, errno) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 32)
    var status = stat()
    guard pread(descriptor, &header, 32, 0) == 32, fstat(descriptor, &status) == 0 else { return }
    func number(_ bytes: Range<Int>) -> Int { header[bytes].reduce(0) { $0 << 8 | Int($1) } }
    let pageSize = number(16..<18) == 1 ? 65_536 : number(16..<18)
    let length = pageSize * number(28..<32)
    // A nonsensical header is no reason to fill the disk.
    if length > status.st_size, length < status.st_size * 64 {
      ftruncate(descriptor, off_t(length))
    }
  }

  // MARK: Rows

  private func fill(from damaged: Connection) throws -> RescueReport {
    // With this setting, SQLite skips unreadable entries in the list of tables.
    try damaged.execute("PRAGMA writable_schema = ON")
    var report = RescueReport()
    let database = try Database(path: fresh)
    let connection = database.connection
    try connection.transaction {
      try connection.withTriggers(false) {
        for table in try Self.tables(connection) {
          if try !copy(table, from: damaged, to: connection) { report.incomplete.append(table) }
        }
        try lowerHighestIDs(connection)
      }
      try SearchIndex.make(connection)
      // Some of what was lost is on the server; the next sync compares everything.
      try NoteTable<ReadWrite>(connection).set(.comparisonOwed, "1")
    }
    // Rows that another version of memctl wrote are migrated to this version's schema.
    try connection.run("DELETE FROM memctl_meta WHERE key = 'schema_version'")
    try Schema.bringUpToDate(connection, path: fresh, tell: { _ in })
    try database.read { snapshot in
      let counts = try Counts(snapshot)
      report.memories = counts.total
      report.entries = counts.pending + counts.deadLetters
      report.versions = try snapshot.trash.count()
    }
    guard report.memories + report.entries + report.versions > 0 else {
      throw Problem.nothingToRescue(path)
    }
    return report
  }

  /// The tables that cannot be derived from others.
  private static func tables(_ connection: Connection) throws -> [String] {
    try connection.query(
      """
      SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'memories_fts%'
        AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence') ORDER BY rowid
      """
    ) { $0.text(0) }
  }

  /// - Returns: whether all of its rows could be read.
  private func copy(_ table: String, from damaged: Connection, to fresh: Connection) throws -> Bool
  {
    func columns(_ connection: Connection) throws -> [String] {
      try connection.query("SELECT name FROM pragma_table_info(?)", table) { $0.text(0) }
    }
    let present: [String]
    do {
      present = try columns(damaged)
    } catch let error as SQLiteError where error.isDamage {
      return false
    }
    let columns = try columns(fresh).filter(present.contains)
    if columns.isEmpty { return false }
    let insertion = try fresh.prepare(
      """
      INSERT OR IGNORE INTO \(table) (\(columns.map { "\"\($0)\"" }.joined(separator: ", ")))
      VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
      """)
    if table == "sqlite_sequence" { try fresh.execute("DELETE FROM \(table)") }
    var isComplete = true
    let reader = TableReader(connection: damaged, table: table, columns: columns)
    let readAll = try reader.forEach { values in
      // No text that memctl writes has a NUL, but a zeroed page is full of them.
      if values.contains(where: \.holdsNUL) {
        isComplete = false
        return
      }
      try insertion.bind(values)
      try insertion.step()
      insertion.reset()
    }
    return isComplete && readAll
  }

  /// Gives a row with the highest possible id the next id after the others.
  private func lowerHighestIDs(_ connection: Connection) throws {
    for table in Schema.numberedTables {
      try connection.execute(
        """
        UPDATE \(table) SET id = (SELECT coalesce(max(id), 0) + 1 FROM \(table) WHERE id < \(Int64.max))
        WHERE id = \(Int64.max);
        UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM \(table))
        WHERE name = '\(table)' AND seq = \(Int64.max);
        """)
    }
  }

  // MARK: Files

  /// Renames the damaged file, and gives its name to the new one.
  private func swap() throws -> String {
    var number = 1
    while access("\(path).damaged-\(number)", F_OK) == 0 { number += 1 }
    let kept = "\(path).damaged-\(number)"
    guard link(path, kept) == 0 else { throw Problem.cannotOpen(kept, errno) }
    for suffix in Self.companions { rename(path + suffix, kept + suffix) }
    giveToOwner()
    guard rename(fresh, path) == 0 else { throw Problem.cannotOpen(path, errno) }
    return kept
  }

  private func giveToOwner() {
    var status = stat()
    if geteuid() == 0, stat(path, &status) == 0 { chown(fresh, status.st_uid, status.st_gid) }
  }

  private func removeWork() {
    for file in [copy, fresh] { for suffix in [""] + Self.companions { unlink(file + suffix) } }
  }
}

extension Value {
  fileprivate var holdsNUL: Bool {
    if case .text(let text) = self { text.utf8.contains(0) } else { false }
  }
}
