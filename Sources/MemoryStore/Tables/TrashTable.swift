import MemoryAPI
import MemoryModel
import SQLite

/// Memories that a sync overwrote or deleted, kept for a while so that a mistake made elsewhere, or
/// by a server, can be undone here.
package struct TrashTable<Access>: ~Copyable {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// The columns that `version` reads, in its order: first those of `MemoryTable.columns`.
  static var columns: String {
    """
    memory_id, \(FieldColumns.names), created_at, updated_at, server_id, id, reason, trashed_at
    """
  }

  static func version(_ row: Statement) -> TrashedMemory {
    let next = FieldColumns.count + 4
    return TrashedMemory(
      id: TrashID(rawValue: row.int64(next)), memory: MemoryTable<Access>.memory(row),
      reason: TrashedMemory.Reason(rawValue: row.text(next + 1)) ?? .deleted,
      trashedAt: row.text(next + 2))
  }

  package func version(_ id: TrashID) throws -> TrashedMemory? {
    try connection.first(
      "SELECT \(Self.columns) FROM memctl_trash WHERE id = ?", id.rawValue, row: Self.version)
  }

  package func count() throws -> Int {
    try connection.first("SELECT count(*) FROM memctl_trash") { $0.int(0) } ?? 0
  }

  /// The latest version of each memory, the oldest of them first.
  package func latest() throws -> [TrashID] {
    try connection.query("SELECT max(id) FROM memctl_trash GROUP BY memory_id ORDER BY 1") {
      TrashID(rawValue: $0.int64(0))
    }
  }

  /// The latest version that was ever added, even if it has been removed since.
  package func last() throws -> TrashID {
    TrashID(
      rawValue: try connection.first(
        "SELECT seq FROM sqlite_sequence WHERE name = 'memctl_trash'"
      ) { $0.int64(0) } ?? 0)
  }

  /// The versions that were added after this one, in their order.
  package func versions(since id: TrashID) throws -> [TrashedMemory] {
    try connection.query(
      "SELECT \(Self.columns) FROM memctl_trash WHERE id > ? ORDER BY id", id.rawValue,
      row: Self.version)
  }
}

extension TrashTable where Access == ReadWrite {
  /// The number of days, counted as in `tidy`, for which a version is kept.
  private static var lifetime: Int { 30 }
  /// The most versions that are kept; the oldest go first.
  static var capacity: Int64 { 100_000 }

  /// Keeps the memories with these server ids as they are now.
  package func keep(_ ids: [Int64], as reason: TrashedMemory.Reason, at now: Timestamp) throws {
    let size = MemoryTable<ReadWrite>.portionSize
    try ids.forEachPortion(of: size) { portion in
      let statement = try connection.portion(
        "\(Self.insertion("'\(reason.rawValue)', '\(now)'")) WHERE server_id IN", Array(portion))
      while try statement.step() {}
    }
  }

  /// Keeps a memory as it is now.
  package func keep(_ id: LocalID, as reason: TrashedMemory.Reason, at now: Timestamp) throws {
    try connection.run(
      "\(Self.insertion("?1, ?2")) WHERE id = ?3", reason.rawValue, now.description, id.rawValue)
  }

  private static func insertion(_ reasonAndTime: String) -> String {
    """
    INSERT INTO memctl_trash
      (memory_id, \(FieldColumns.names), created_at, updated_at, server_id, reason, trashed_at)
    SELECT \(MemoryTable<ReadWrite>.columns), \(reasonAndTime) FROM memories
    """
  }

  /// Removes versions for good.
  ///
  /// - Parameter ids: nil for all.
  /// - Returns: how many were removed.
  package func purge(_ ids: [TrashID]?) throws -> Int {
    guard let ids else { return try connection.run("DELETE FROM memctl_trash") }
    return try ids.reduce(0) {
      try $0 + connection.run("DELETE FROM memctl_trash WHERE id = ?", $1.rawValue)
    }
  }

  /// Removes the versions of a memory for good.
  func purge(of memory: LocalID) throws {
    try connection.run("DELETE FROM memctl_trash WHERE memory_id = ?", memory.rawValue)
  }

  /// Removes all server ids, which are those of a former server: restoring creates only new
  /// memories.
  package func forgetServerIDs() throws {
    try connection.run("UPDATE memctl_trash SET server_id = NULL WHERE server_id IS NOT NULL")
  }

  /// Removes versions that are too old, and those beyond the capacity.
  ///
  /// A clock that jumps ahead must not empty the trash, so age is counted in days on which somebody
  /// synced: for each of the last 30 days a note holds the latest version at the time, and versions
  /// up to that of an earlier day are removed.
  package func tidy(at now: Timestamp) throws {
    let notes = NoteTable<ReadWrite>(connection)
    var days = TrashDays(try notes.value(of: .trashDays) ?? "")
    if days.begin(at: now, latest: try last()) {
      if let oldest = days.expired(after: Self.lifetime) {
        try connection.run("DELETE FROM memctl_trash WHERE id <= ?", oldest.rawValue)
      }
      try notes.set(.trashDays, days.text)
    }
    try connection.run(
      "DELETE FROM memctl_trash WHERE id <= (SELECT max(id) FROM memctl_trash) - ?",
      Self.capacity)
  }
}

/// The latest days on which the trash was tidied, and the latest version that there was on each.
private struct TrashDays {
  private var lastDay: Timestamp?
  private var versions: [Int64]

  /// Parses the form that `text` produces; any other text means no days at all.
  init(_ text: String) {
    let parts = text.split(separator: " ")
    lastDay = parts.first.flatMap { Timestamp(String($0)) }
    versions = lastDay == nil ? [] : parts.dropFirst().compactMap { Int64($0) }
  }

  var text: String {
    ([lastDay?.description ?? ""] + versions.map(String.init)).joined(separator: " ")
  }

  /// Begins a new day if the last one is over, however long ago that was, or lies in the future
  /// because the clock was set back.
  ///
  /// - Returns: whether anything changed.
  mutating func begin(at now: Timestamp, latest: TrashID) -> Bool {
    if let lastDay {
      let age = now.seconds(since: lastDay)
      if age >= 0, age < 86_400 { return false }
      if age >= 86_400 { versions.append(latest.rawValue) }
    }
    lastDay = now
    return true
  }

  /// The latest version that is older than `days` days, if there is one; its day is forgotten.
  mutating func expired(after days: Int) -> TrashID? {
    guard versions.count > days else { return nil }
    return TrashID(rawValue: versions.removeFirst())
  }
}
