import SQLite

/// A version of a memory that a sync overwrote or deleted.
public struct TrashedMemory: Sendable {
  public enum Reason: String, Sendable { case overwritten, deleted }

  public let id: TrashID
  /// As it was, with the ids that it had.
  public let memory: Memory
  public let reason: Reason
  /// ISO 8601.
  public let trashedAt: String
}

/// A trashed version's id; ascending in the order of trashing, never reused.
public struct TrashID: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// What a sync overwrites or deletes is kept for a while, so that a mistake made elsewhere, or by a
/// server, can be undone here.
extension Cache {
  /// Days of the file's history for which a version is kept.
  static let trashLifetime = 30
  /// Versions that are kept at most; the oldest go first.
  static let trashCapacity: Int64 = 100_000

  static let trashColumns = """
    memory_id, content, category, tags, expanded_keywords, importance, is_sensitive, created_at,
    updated_at, server_id, id, reason, trashed_at
    """

  static func trashed(_ row: Statement) -> TrashedMemory {
    TrashedMemory(
      id: TrashID(rawValue: row.int64(10)), memory: memory(row),
      reason: TrashedMemory.Reason(rawValue: row.text(11)) ?? .deleted, trashedAt: row.text(12))
  }

  /// Calls `body` with each version, the latest first.
  ///
  /// - Parameter limit: at most so many; nil for all.
  public func forEachTrashed(limit: Int? = nil, _ body: (TrashedMemory) throws -> Void) throws {
    let ids = try read {
      try connection.query(
        "SELECT id FROM memctl_trash ORDER BY id DESC LIMIT ?", limit ?? -1
      ) { $0.int64(0) }
    }
    try forEachPortion(of: ids) { portion in
      let versions = try read {
        try connection.query(
          """
          SELECT \(Self.trashColumns) FROM memctl_trash
          WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC
          """, portion.json, row: Self.trashed)
      }
      for version in versions { try body(version) }
    }
  }

  public func trashed(_ id: TrashID) throws -> TrashedMemory? {
    try read {
      try connection.first(
        "SELECT \(Self.trashColumns) FROM memctl_trash WHERE id = ?", id.rawValue,
        row: Self.trashed)
    }
  }

  /// The latest version of each memory, the oldest of them first.
  public func latestTrashed() throws -> [TrashID] {
    try read {
      try connection.query("SELECT max(id) FROM memctl_trash GROUP BY memory_id ORDER BY 1") {
        TrashID(rawValue: $0.int64(0))
      }
    }
  }

  /// Removes versions for good.
  ///
  /// - Parameter ids: nil for all.
  /// - Returns: how many there were.
  public func purgeTrash(_ ids: [TrashID]?) throws -> Int {
    try write {
      guard let ids else { return try connection.run("DELETE FROM memctl_trash") }
      return try ids.reduce(0) {
        try $0 + connection.run("DELETE FROM memctl_trash WHERE id = ?", $1.rawValue)
      }
    }
  }

  // MARK: Within a transaction of the caller's

  /// The latest version that there ever was, whether it is still there or not.
  func lastTrashed() throws -> TrashID {
    TrashID(
      rawValue: try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'memctl_trash'")
      {
        $0.int64(0)
      } ?? 0)
  }

  /// The versions that were added after this one, in their order.
  func trashed(since id: TrashID) throws -> [TrashedMemory] {
    try connection.query(
      "SELECT \(Self.trashColumns) FROM memctl_trash WHERE id > ? ORDER BY id", id.rawValue,
      row: Self.trashed)
  }

  /// Makes each version one that only becomes a new memory: its id is that of a former server.
  func forgetTrashedServerIDs() throws {
    try connection.run("UPDATE memctl_trash SET server_id = NULL WHERE server_id IS NOT NULL")
  }

  /// Keeps the memories with these server ids as they are now.
  func trash(_ ids: [Int64], as reason: TrashedMemory.Reason, at now: Timestamp) throws {
    var rest = ids[...]
    while !rest.isEmpty {
      let portion = Array(rest.prefix(RowApplier.portionSize))
      let statement = try portionStatement(
        "\(Self.intoTrash("'\(reason.rawValue)', '\(now)'")) WHERE server_id IN", portion)
      while try statement.step() {}
      rest = rest.dropFirst(portion.count)
    }
  }

  func trash(_ id: LocalID, as reason: TrashedMemory.Reason, at now: Timestamp) throws {
    try Self.trash(id, as: reason, at: now, connection)
  }

  static func trash(
    _ id: LocalID, as reason: TrashedMemory.Reason, at now: Timestamp, _ connection: Connection
  ) throws {
    try connection.run(
      "\(intoTrash("?1, ?2")) WHERE id = ?3", reason.rawValue, now.description, id.rawValue)
  }

  private static func intoTrash(_ reasonAndTime: String) -> String {
    """
    INSERT INTO memctl_trash (memory_id, content, category, tags, expanded_keywords, importance,
      is_sensitive, created_at, updated_at, server_id, reason, trashed_at)
    SELECT \(memoryColumns), \(reasonAndTime) FROM memories
    """
  }

  /// Removes what is too old or too much.
  ///
  /// A clock that jumps ahead must not empty the trash, so age is counted in days on which somebody
  /// synced: for each of the last 30 a note holds the latest version that there was, and what stood
  /// there before the first of them goes.
  func tidyTrash(at now: Timestamp) throws {
    var days = TrashDays(try note(.trashDays) ?? "")
    if days.begin(at: now, latest: try lastTrashed()) {
      if let oldest = days.expired(after: Self.trashLifetime) {
        try connection.run("DELETE FROM memctl_trash WHERE id <= ?", oldest.rawValue)
      }
      try set(.trashDays, days.text)
    }
    try connection.run(
      "DELETE FROM memctl_trash WHERE id <= (SELECT max(id) FROM memctl_trash) - ?",
      Self.trashCapacity)
  }
}

/// The latest days on which the trash was tidied, and the latest version that there was on each.
private struct TrashDays {
  private var lastDay: Timestamp?
  private var versions: [Int64]

  /// Reads what `text` wrote; anything else is no day at all.
  init(_ text: String) {
    let parts = text.split(separator: " ")
    lastDay = parts.first.flatMap { Timestamp(String($0)) }
    versions = lastDay == nil ? [] : parts.dropFirst().compactMap { Int64($0) }
  }

  var text: String {
    ([lastDay?.description ?? ""] + versions.map(String.init)).joined(separator: " ")
  }

  /// Begins a day where the last one is over, however long ago that was, or where it has not come yet
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

  /// The latest version that is older than so many days, if there is one; its day is forgotten.
  mutating func expired(after days: Int) -> TrashID? {
    guard versions.count > days else { return nil }
    return TrashID(rawValue: versions.removeFirst())
  }
}
