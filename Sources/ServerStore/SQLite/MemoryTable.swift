import MemoryAPI
import SQLite

/// The memories, through a connection that is in a transaction.
struct MemoryTable {
  let connection: Connection

  // MARK: Changes

  /// - Parameter time: gives each memory a time of its own.
  /// - Returns: the id of the first; those of the others follow. 0 when there is none.
  func insert(
    _ drafts: [Draft], owner: String, time: () -> Timestamp
  ) throws -> Int64 {
    for draft in drafts {
      let time = time().microseconds
      try connection.run(
        """
        INSERT INTO memories (owner, content, category, tags, expanded_keywords, importance,
          is_sensitive, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, owner, draft.content, draft.category, draft.tags, draft.expandedKeywords,
        draft.importance, draft.isSensitive, time, time)
    }
    return drafts.isEmpty ? 0 : connection.lastInsertedRowID - Int64(drafts.count) + 1
  }

  func update(_ id: Int64, with patch: Patch, at time: Timestamp) throws {
    try connection.run(
      """
      UPDATE memories SET content = coalesce(?, content), category = coalesce(?, category),
        tags = coalesce(?, tags), expanded_keywords = coalesce(?, expanded_keywords),
        importance = coalesce(?, importance), is_sensitive = max(is_sensitive, ?), updated_at = ?
      WHERE id = ?
      """, patch.content, patch.category, patch.tags, patch.expandedKeywords, patch.importance,
      patch.isSensitive, time.microseconds, id)
  }

  func delete(_ id: Int64, at time: Timestamp) throws {
    try connection.run(
      "UPDATE memories SET deleted_at = ?, updated_at = ? WHERE id = ?", time.microseconds,
      time.microseconds, id)
  }

  // MARK: By id

  private static let selection = """
    SELECT id, owner, content, category, tags, expanded_keywords, importance, is_sensitive,
      created_at, updated_at, deleted_at
    FROM memories WHERE id = ?
    """

  /// A memory or a tombstone.
  func find(_ id: Int64) throws -> MemoryRecord? {
    try connection.first(Self.selection, id, row: MemoryRecord.init)
  }

  /// Those that there are, in the order of `ids`.
  func find(_ ids: ArraySlice<Int64>) throws -> [MemoryRecord] {
    let row = try connection.prepare(Self.selection)
    var memories: [MemoryRecord] = []
    memories.reserveCapacity(ids.count)
    for id in ids {
      defer { row.reset() }
      try row.bind(.integer(id), at: 1)
      if try row.step() { memories.append(MemoryRecord(row)) }
    }
    return memories
  }

  // MARK: Many

  /// When the last of a user's changes was, which is later than all others of any user's.
  func lastChange(of user: String) throws -> Int64 {
    let time = try connection.first("SELECT max(updated_at) FROM memories WHERE owner = ?", user) {
      $0.int64(0)
    }
    return time ?? 0
  }

  /// By the index alone, so tombstones are among them.
  func changes(of user: String, since time: Timestamp?) throws -> [Int64] {
    try connection.query(
      "SELECT id FROM memories WHERE owner = ? AND updated_at > ? ORDER BY updated_at",
      user, time?.microseconds ?? Int64.min
    ) { $0.int64(0) }
  }

  /// The texts between the commas become an array of JSON.
  private static let filtered = """
    FROM memories WHERE deleted_at IS NULL AND category = coalesce(?1, category)
      AND (?2 IS NULL OR EXISTS (
        SELECT 1 FROM json_each('["' || replace(replace(replace(
          tags, '\\', '\\\\'), '"', '\\"'), ',', '","') || '"]')
        WHERE trim(value) = ?2))
    """

  func summary(of filter: MemoryFilter) throws -> (count: Int64, lastChange: Int64) {
    try connection.first(
      "SELECT count(*), max(updated_at) \(Self.filtered)", filter.category, filter.tag
    ) { ($0.int64(0), $0.int64(1)) }!
  }

  func list(_ filter: MemoryFilter, limit: Int64, offset: Int64) throws -> [Int64] {
    try connection.query(
      "SELECT id \(Self.filtered) ORDER BY importance DESC, id LIMIT ?3 OFFSET ?4",
      filter.category, filter.tag, limit, offset
    ) { $0.int64(0) }
  }
}

extension MemoryRecord {
  /// - Parameter row: has the columns of `MemoryTable.selection`.
  fileprivate init(_ row: Statement) {
    self.init(
      id: row.int64(0), owner: row.text(1), content: row.text(2), category: row.text(3),
      tags: row.text(4), expandedKeywords: row.text(5), importance: row.double(6),
      isSensitive: row.bool(7), createdAt: Timestamp(microseconds: row.int64(8)),
      updatedAt: Timestamp(microseconds: row.int64(9)),
      deletedAt: row.optionalInt64(10).map(Timestamp.init(microseconds:)))
  }
}
