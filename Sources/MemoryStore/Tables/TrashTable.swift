import MemoryAPI
import MemoryModel
import SQLite

/// Versions of memories that a sync or the user overwrote or deleted, kept for a while so that a
/// mistake made here, elsewhere or by a server can be undone.
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

  /// Keeps a memory, which must exist, as it is now.
  @discardableResult
  package func keep(
    _ id: LocalID, as reason: TrashedMemory.Reason, at now: Timestamp
  ) throws -> TrashID {
    try connection.run(
      "\(Self.insertion("?1, ?2")) WHERE id = ?3", reason.rawValue, now.description, id.rawValue)
    return TrashID(rawValue: connection.lastInsertedRowID)
  }

  /// Gives a version the id of one that was taken out of the trash, as which it goes back.
  func renumber(_ id: TrashID, as former: TrashID) throws {
    try connection.run(
      "UPDATE OR IGNORE memctl_trash SET id = ?2 WHERE id = ?1", id.rawValue, former.rawValue)
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
  package func tidy(at now: Timestamp) throws {
    let notes = NoteTable<ReadWrite>(connection)
    if let oldest = try notes.beginDay(.trashDays, at: now, latest: { try last().rawValue }) {
      try connection.run("DELETE FROM memctl_trash WHERE id <= ?", oldest)
    }
    try connection.run(
      "DELETE FROM memctl_trash WHERE id <= (SELECT max(id) FROM memctl_trash) - ?",
      Self.capacity)
  }
}
