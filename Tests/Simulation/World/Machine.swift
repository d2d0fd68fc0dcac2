import Foundation
import MemctlCore
import SQLite

/// A machine with one cache, and the memctl processes that run on it.
final class Machine {
  let index: Int
  let path: String
  var processes: [MemctlProcess?]
  /// The server has refused the key, and auth-check has not passed since.
  var isRefused = false
  /// Answers that the server or a proxy gave to an entry and that count as attempts.
  var failures = 0
  /// What these answers were about.
  var blamed: Set<String> = []
  /// An answer left out a record that it should have had, so that a pull may have missed a memory.
  var missedRecord = false
  /// A process of this machine holds the sync lock.
  var isSyncing = false
  /// Entries that nobody can read, which another program left.
  var badEntries: [Int64] = []
  /// Processes that are in the middle of something.
  var busy: [Int] = []
  /// What was in the trash at the last look, by its id there, and the memories' names.
  var knownTrash: [Int64: String] = [:]
  /// Seconds by which its clock is wrong.
  var clockError = 0.0
  let python: PythonSide
  /// A copy of its file has been kept.
  var hasCopy = false
  /// Its file began as a copy of another machine's.
  var isCopy = false
  private let server: Server
  private var observer: Connection?

  init(_ index: Int, path: String, processes: Int, server: Server) {
    self.index = index
    self.server = server
    python = PythonSide(dropsInvalid: index.isMultiple(of: 2))
    self.path = path
    self.processes = Array(repeating: nil, count: processes)
  }

  /// A process more; its place is returned.
  func addProcess() -> Int {
    processes.append(nil)
    return processes.count - 1
  }

  /// Puts a copy of the file at `path` in the place of this machine's.
  func replaceFile(by path: String) {
    observer = nil
    for suffix in ["", "-wal", "-shm"] { unlink(self.path + suffix) }
    try? FileManager.default.copyItem(atPath: path, toPath: self.path)
  }

  // MARK: What stands in the file, read apart from memctl

  /// Nil while the file has not got its tables.
  func observe() throws -> Connection? {
    if let observer { return observer }
    guard access(path, F_OK) == 0 else { return nil }
    let connection = try Connection(path: path, mode: .readWrite, busyTimeout: 0)
    let tables = try connection.first(
      "SELECT count(*) FROM sqlite_schema WHERE name IN ('memories', 'memctl_entries')"
    ) { $0.int(0) }
    guard tables == 2 else { return nil }
    observer = connection
    return connection
  }

  func query<Element>(_ sql: String, row: (Statement) throws -> Element) -> [Element] {
    (try? observe()?.query(sql, row: row)) ?? []
  }

  /// How many memories there are of each name.
  func counts() -> [String: Int] {
    memories().reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
  }

  struct Row {
    let id: Int64
    let name: String
    let content: String
    let category: String
    let importance: Double
    let isSensitive: Bool
    let serverID: Int64?
  }

  func memories() -> [Row] {
    query(
      """
      SELECT id, content, category, importance, is_sensitive, server_id FROM memories ORDER BY id
      """
    ) {
      let content = $0.text(1)
      let serverID = $0.optionalInt64(5)
      return Row(
        id: $0.int64(0),
        name: name(in: content, serverID),
        content: content, category: $0.text(2), importance: $0.double(3),
        isSensitive: $0.bool(4), serverID: serverID)
    }
  }

  func trash() -> [Int64: String] {
    let rows = query("SELECT id, content, server_id FROM memctl_trash") {
      ($0.int64(0), name(in: $0.text(1), $0.optionalInt64(2)))
    }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// The name of a memory; where its text is blacked out, that of the server's row.
  private func name(in content: String, _ serverID: Int64?) -> String {
    Truth.name(in: content) ?? serverID.flatMap(server.row)?.name ?? ""
  }

  struct Entry {
    let id: Int64
    let operation: String
    /// The memory that a store speaks of.
    let localID: Int64?
    /// The memory that a delete or an update speaks of.
    let serverID: Int64?
    let name: String?
    let state: String
    let attempts: Int
    let status: Int?
    let errorKind: String?
    /// The cache had been pulled when it was first sent.
    let hasWatermark: Bool

    /// What an answer to it is about.
    var subject: String { name ?? "server \(serverID ?? 0)" }
  }

  func entries() -> [Entry] {
    query(
      """
      SELECT id, op_type,
        CASE WHEN json_valid(payload) THEN json_extract(payload, '$.local_id') END,
        CASE WHEN json_valid(payload) THEN json_extract(payload, '$.content') END,
        state, attempts, error_status, error_kind, sent_after IS NOT NULL,
        CASE WHEN json_valid(payload) THEN json_extract(payload, '$.server_id') END
      FROM (
        SELECT p.id, p.op_type, p.payload, 'pending' AS state, coalesce(e.attempts, 0) AS attempts,
          e.error_status, e.error_kind, e.sent_after
        FROM pending_ops p LEFT JOIN memctl_entries e ON e.id = p.id
        UNION ALL
        SELECT id, op_type, payload, state, attempts, error_status, error_kind, sent_after
        FROM memctl_entries WHERE op_type IS NOT NULL
      ) ORDER BY id
      """
    ) {
      Entry(
        id: $0.int64(0), operation: $0.text(1), localID: $0.optionalInt64(2),
        serverID: $0.optionalInt64(9), name: $0.optionalText(3).flatMap(Truth.name(in:)),
        state: $0.text(4), attempts: $0.int(5),
        status: $0.optionalInt64(6).map { Int($0) }, errorKind: $0.optionalText(7),
        hasWatermark: $0.bool(8))
    }
  }

  /// What SQLite finds wrong with the file or its index; nil when nothing is.
  func damage() -> String? {
    do {
      guard let connection = try observe() else { return nil }
      let text = try connection.first("PRAGMA integrity_check") { $0.text(0) }
      if let text, text != "ok" { return text }
      try connection.run(
        "INSERT INTO memories_fts(memories_fts, rank) VALUES ('integrity-check', 1)")
      return nil
    } catch {
      return "\(error)"
    }
  }
}
