import JSON
import SQLite

/// What sync knows beyond memories and queue: the watermark, which the Python side shares, and
/// memctl's own notes, true in every process.
extension Cache {
  /// The server's time up to which the cache has been pulled, as it stands in the file.
  public func lastSyncText() throws -> String? {
    try read {
      try connection.first("SELECT value FROM sync_meta WHERE key = 'last_sync_ts'") { $0.text(0) }
    }
  }

  /// The same as a time; nil as well when what stands there is none.
  func watermark() throws -> Timestamp? { try lastSyncText().flatMap(Timestamp.init) }

  /// Sets the watermark; with nil, the next pull asks for everything there ever was.
  func setWatermark(_ watermark: Timestamp?) throws {
    guard let watermark else {
      try connection.run("DELETE FROM sync_meta WHERE key = 'last_sync_ts'")
      return
    }
    try connection.run(
      "INSERT OR REPLACE INTO sync_meta(key, value) VALUES ('last_sync_ts', ?)",
      watermark.description)
  }

  /// A note in `memctl_meta`.
  enum Note: String {
    /// "1" after the server refused the key, until it accepts it again.
    case authFailed = "auth_failed"
    /// When a sync last reached its end.
    case lastSuccess = "last_success_at"
    /// What went wrong since then, as JSON.
    case lastError = "last_error"
    /// The server that the cache was filled from.
    case originAddress = "origin_address"
    /// The account that the cache was filled from.
    case originAccount = "origin_account"
    /// The server asked not to be called before this time.
    case notBefore = "not_before"
    /// The latest days on which the trash was tidied; see `tidyTrash`.
    case trashDays = "trash_days"
    /// The mark of the last push, which stands beside the file as well.
    case pushMark = "push_mark"
    /// The server that is known to act once on a repeated `Idempotency-Key`.
    case idempotentServer = "idempotent_server"
    /// When the cache was last compared with everything that the server has.
    case comparedAt = "compared_at"
    /// "1" where that is to be done again, whenever it was done last.
    case comparisonOwed = "comparison_owed"
    /// Seconds by which the server's clock is ahead of this machine's.
    case serverLead = "server_lead"
    /// When the server was last asked for records that could not be read.
    case unreadAskedAt = "unread_asked_at"
    /// When the full-text index of a large cache was last compared with it.
    case indexComparedAt = "index_compared_at"
  }

  func note(_ note: Note) throws -> String? {
    try read {
      try connection.first("SELECT value FROM memctl_meta WHERE key = ?", note.rawValue) {
        $0.text(0)
      }
    }
  }

  /// Sets a note, nil to remove it. What is so already is not written again.
  func set(_ note: Note, _ value: String?) throws {
    if try self.note(note) == value { return }
    _ = try write {
      if let value {
        try connection.run(
          "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES (?, ?)", note.rawValue, value)
      } else {
        try connection.run("DELETE FROM memctl_meta WHERE key = ?", note.rawValue)
      }
    }
  }
}

/// What was deleted here, as notes in `memctl_meta`: the tombstone of one memory must not be taken for
/// that of an equal one whose store is in doubt.
extension Cache {
  private static let deletion = "deleted:"

  func noteDeletion(of id: ServerID, at now: Timestamp) throws {
    try connection.run(
      "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES (?, ?)",
      "\(Self.deletion)\(id.rawValue)", now.description)
  }

  /// Ids of memories on the server, those included whose delete another program queued.
  func ownDeletions() throws -> Set<Int64> {
    let noted = try connection.query(
      "SELECT substr(key, ?2) FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", Self.deletion,
      Self.deletion.count + 1
    ) { Int64($0.text(0)) }
    return try serverIDs(ofEntries: "delete").union(noted.compactMap { $0 })
  }

  /// Removes them all, where the ids are those of a former server.
  func forgetDeletions() throws {
    try connection.run(
      "DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", Self.deletion)
  }

  /// Removes what no store in doubt can be mistaken for any more: there is none, and one that is to
  /// come looks for rows that are younger than this pull.
  func forgetDeletions(at now: Timestamp) throws {
    try connection.run(
      """
      DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':' AND value < ?2
        AND NOT EXISTS (SELECT 1 FROM memctl_entries
          WHERE op_type = 'store' AND state IN ('sending', 'in_doubt'))
      """, Self.deletion, now.advanced(bySeconds: -3_600).description)
  }
}

/// What a prompt tells of a cache, read from one snapshot without looking at any memory.
public struct SyncState: Hashable, Sendable {
  /// Entries that the server has not acknowledged and that are not dead.
  public let pending: Int
  public let deadLetters: Int
  public let authFailed: Bool
  /// The kind of what the last sync met; nil where it reached its end.
  public let lastError: Problem.Kind?
  /// When a sync last reached its end; nil where none ever did.
  public let lastSuccess: String?

  /// That of a cache which nobody has written yet.
  public static let new = SyncState(
    pending: 0, deadLetters: 0, authFailed: false, lastError: nil, lastSuccess: nil)
}

/// How many of everything, all read from one snapshot.
public struct Counts: Sendable {
  public let total: Int
  /// Largest first, equal ones by name.
  public let byCategory: [(category: String, count: Int)]
  /// Memories without a server id.
  public let orphans: Int
  /// Those of them whose store the user dropped, so that nothing sends them.
  public let withheld: Int
  /// Why records of the server's could not be read, by their ids; they are asked for again.
  public let skipped: [String]
  /// Entries that the server has not acknowledged and that are not dead, those in doubt included.
  public let pending: Int
  public let inDoubt: Int
  public let deadLetters: Int
  /// ISO 8601, as it stands in the file.
  public let lastSync: String?
  public let authFailed: Bool
  /// When a sync last reached its end; nil where none ever did.
  public let lastSuccess: String?
  /// What the last sync met since then; nil where it reached its end.
  public let lastError: LastRunError?

  public var lastSyncSuccess: Bool { lastSuccess != nil && lastError == nil }
}

/// What ended a sync, as the file remembers it.
public struct LastRunError: Sendable {
  /// What a run does.
  enum Scope: String {
    case push, pull
    /// Both of them.
    case sync
  }

  /// What the run did that met it; one that does as much, and meets nothing, ends it.
  let scope: Scope
  /// ISO 8601.
  public let time: String
  public let kind: Problem.Kind
  public let message: String

  init(_ problem: Problem, in scope: Scope, at time: Timestamp) {
    self.scope = scope
    self.time = time.description
    kind = problem.kind
    message = problem.message
  }

  init?(_ text: String) {
    guard let value = try? JSONValue(parsing: text), let time = value["at"]?.string,
      let kind = value["kind"]?.string, let message = value["message"]?.string
    else { return nil }
    scope = value["during"]?.string.flatMap(Scope.init) ?? .sync
    self.time = time
    self.kind = Problem.Kind(stored: kind) ?? .bug
    self.message = message
  }

  public var json: JSONValue {
    [
      "at": .string(time), "during": .string(scope.rawValue), "kind": .string(kind.rawValue),
      "message": .string(message),
    ]
  }

  var text: String { json.text }
}

extension Cache {
  /// What the last sync met; nil where it reached its end, or none ever ran.
  public func lastRunError() throws -> LastRunError? {
    try note(.lastError).flatMap(LastRunError.init)
  }

  public func memoryCount() throws -> Int {
    try read { try count("SELECT count(*) FROM memories") }
  }

  public func syncState() throws -> SyncState {
    try read {
      SyncState(
        pending: try count("SELECT count(*) FROM pending_ops") + count("\(Self.held) <> 'dead'"),
        deadLetters: try count("\(Self.held) = 'dead'"), authFailed: try isKeyRefused(),
        lastError: try lastRunError()?.kind,
        lastSuccess: try note(.lastSuccess))
    }
  }

  /// The present version of the file.
  public func version() throws -> FileVersion {
    try Cache.translatingErrors(path) {
      FileVersion(
        others: try connection.first("PRAGMA data_version") { $0.int64(0) } ?? 0,
        own: connection.totalChanges)
    }
  }

  private static let held =
    "SELECT count(*) FROM memctl_entries WHERE op_type IS NOT NULL AND NOT is_dropped AND state"

  private func count(_ sql: String) throws -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }

  public func counts() throws -> Counts {
    try read {
      let byCategory = try connection.query(
        """
        SELECT coalesce(category, ''), count(*) AS count FROM memories GROUP BY 1 ORDER BY 2 DESC, 1
        """
      ) { (category: $0.text(0), count: $0.int(1)) }
      return Counts(
        total: byCategory.reduce(0) { $0 + $1.count }, byCategory: byCategory,
        orphans: try count("SELECT count(*) FROM memories WHERE server_id IS NULL"),
        withheld: try count(
          """
          SELECT count(*) FROM memctl_withheld w JOIN memories m ON m.id = w.memory_id
          WHERE m.server_id IS NULL
          """),
        skipped: try unread().sorted { $0.key < $1.key }.map(\.value.reason),
        pending: try count("SELECT count(*) FROM pending_ops") + count("\(Self.held) <> 'dead'"),
        inDoubt: try count("\(Self.held) IN ('in_doubt', 'sending')"),
        deadLetters: try count("\(Self.held) = 'dead'"), lastSync: try lastSyncText(),
        authFailed: try note(.authFailed) != nil, lastSuccess: try note(.lastSuccess),
        lastError: try lastRunError()
      )
    }
  }
}
