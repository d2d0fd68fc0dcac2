import SQLite

extension Cache {
  /// Which memories to list, and how.
  public struct Selection: Sendable {
    public enum Order: String, Sendable, CaseIterable {
      case newest, oldest, updated, importance
    }

    public var category: String?
    public var tag: String?
    public var order: Order
    /// At most so many; nil for all.
    public var limit: Int?

    public init(
      category: String? = nil, tag: String? = nil, order: Order = .newest, limit: Int? = nil
    ) {
      self.category = category
      self.tag = tag
      self.order = order
      self.limit = limit
    }
  }

  static let memoryColumns = """
    id, content, coalesce(category, ''), coalesce(tags, ''), coalesce(expanded_keywords, ''), \
    coalesce(importance, 0.5), coalesce(is_sensitive, 0), created_at, updated_at, server_id
    """

  static func memory(_ row: Statement) -> Memory {
    Memory(
      id: LocalID(rawValue: row.int64(0)),
      fields: MemoryFields(
        content: row.text(1), category: row.text(2), tags: row.text(3),
        expandedKeywords: row.text(4), importance: row.double(5), isSensitive: row.bool(6)),
      createdAt: row.text(7), updatedAt: row.text(8),
      serverID: row.optionalInt64(9).map(ServerID.init))
  }

  /// Calls `body` with each selected memory, in order, without keeping more than a few in memory.
  ///
  /// The selection is that of one moment. A memory that is deleted before its turn comes is left out,
  /// and `body` may take its time: nothing is held while it runs.
  public func forEachMemory(_ selection: Selection, _ body: (Memory) throws -> Void) throws {
    // Other programs write times in other zones, so their texts do not sort as the times do.
    let order =
      switch selection.order {
      case .newest: "julianday(created_at) DESC, created_at DESC, id DESC"
      case .oldest: "julianday(created_at), created_at, id"
      case .updated: "julianday(updated_at) DESC, updated_at DESC, id DESC"
      case .importance: "importance DESC, id DESC"
      }
    let ids = try read {
      try connection.query(
        """
        SELECT id FROM memories
        WHERE (?1 IS NULL OR category = ?1)
          AND (?2 IS NULL OR instr(',' || replace(tags, ', ', ',') || ',', ',' || ?2 || ',') > 0)
        ORDER BY \(order) LIMIT ?3
        """, selection.category, selection.tag, selection.limit ?? -1
      ) { $0.int64(0) }
    }
    try forEachPortion(of: ids) { portion in
      let memories = try read {
        try connection.query(
          """
          SELECT \(Self.memoryColumns) FROM memories
          WHERE id IN (SELECT value FROM json_each(?))
          """, portion.json, row: Self.memory)
      }
      let found = Dictionary(uniqueKeysWithValues: memories.map { ($0.id.rawValue, $0) })
      for id in portion.ids { if let memory = found[id] { try body(memory) } }
    }
  }

  /// Calls `body` with a few of the ids at a time, which SQL takes as a JSON array. Who reads rows in
  /// this way and writes them to a pager keeps no snapshot meanwhile, which would let the log grow.
  func forEachPortion(
    of ids: [Int64], _ body: (_ portion: (ids: ArraySlice<Int64>, json: String)) throws -> Void
  ) throws {
    for start in stride(from: 0, to: ids.count, by: Self.portion) {
      let portion = ids[start..<min(start + Self.portion, ids.count)]
      try body((portion, "[\(portion.map(String.init).joined(separator: ","))]"))
    }
  }

  private static let portion = 500

  public func memory(_ id: LocalID) throws -> Memory? {
    try read {
      try connection.first(
        "SELECT \(Self.memoryColumns) FROM memories WHERE id = ?", id.rawValue, row: Self.memory)
    }
  }

  public func memory(_ id: ServerID) throws -> Memory? {
    try read {
      try connection.first(
        "SELECT \(Self.memoryColumns) FROM memories WHERE server_id = ?", id.rawValue,
        row: Self.memory)
    }
  }

  /// Every tag that a memory has, in alphabetical order. As long as nobody writes the file, they are
  /// read once.
  public func tags() throws -> [String] {
    try read {
      let version = try version()
      if let knownTags, knownTags.version == version { return knownTags.tags }
      let lists = try connection.query("SELECT DISTINCT tags FROM memories WHERE tags <> ''") {
        $0.text(0)
      }
      let tags = lists.flatMap { $0.split(separator: ",").map { String($0.trimmingPrefix(" ")) } }
      let sorted = Set(tags).sorted()
      knownTags = (version, sorted)
      return sorted
    }
  }

  /// Writes a new memory and queues its store, in one transaction.
  public func store(_ fields: MemoryFields, at now: Timestamp) throws -> (LocalID, EntryID) {
    try write {
      let id = try insert(fields, createdAt: now.description, at: now)
      return (id, try enqueue(.store(fields, localID: id), at: now))
    }
  }

  func insert(_ fields: MemoryFields, createdAt: String, at now: Timestamp) throws -> LocalID {
    try connection.run(
      """
      INSERT INTO memories
        (content, category, tags, expanded_keywords, importance, is_sensitive, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, fields.content, fields.category, fields.tags, fields.expandedKeywords,
      fields.importance, fields.isSensitive, createdAt, now.description)
    return LocalID(rawValue: connection.lastInsertedRowID)
  }

  func change(_ id: LocalID, to fields: MemoryFields, at now: Timestamp) throws {
    try connection.run(
      """
      UPDATE memories SET content = ?, category = ?, tags = ?, expanded_keywords = ?, importance = ?,
        is_sensitive = ?, updated_at = ? WHERE id = ?
      """, fields.content, fields.category, fields.tags, fields.expandedKeywords,
      fields.importance, fields.isSensitive, now.description, id.rawValue)
  }

  /// What deleting a memory led to.
  public enum Deletion: Hashable, Sendable {
    /// The server never had it; its queued store, if any, is gone with it.
    case cancelled
    /// The server is to delete it, too.
    case queued(EntryID)
    /// Its store is on its way or in doubt; once its id is known, the server is to delete it.
    case queuedWhenKnown(EntryID)
  }

  /// Deletes a memory and its versions in the trash, and settles what the queue holds of it, in one
  /// transaction.
  ///
  /// - Returns: nil when there is no such memory.
  public func delete(_ id: LocalID, at now: Timestamp) throws -> Deletion? {
    try write { try delete(id, storeEntries: storeEntries(of: id), at: now) }
  }

  /// Deletes several memories in the same way, all in one transaction.
  ///
  /// - Returns: what each deletion led to; an id without a memory is passed over.
  public func delete(_ ids: [LocalID], at now: Timestamp) throws -> [Deletion] {
    try write {
      // The queue is read once, and not once for each memory.
      let entries = Dictionary(grouping: try entries()) { entry -> LocalID? in
        if case .store(_, let id)? = try? entry.operation() { id } else { nil }
      }
      return try ids.compactMap { try delete($0, storeEntries: entries[$0] ?? [], at: now) }
    }
  }

  private func delete(
    _ id: LocalID, storeEntries: [QueueEntry], at now: Timestamp
  ) throws -> Deletion? {
    guard let memory = try memory(id) else { return nil }
    try connection.run("DELETE FROM memories WHERE id = ?", id.rawValue)
    try connection.run("DELETE FROM memctl_trash WHERE memory_id = ?", id.rawValue)
    var deletion = Deletion.cancelled
    for entry in storeEntries {
      switch entry.state {
      case .pending, .dead: try remove(entry.id)
      case .sending, .inDoubt:
        try connection.run(
          "UPDATE memctl_entries SET delete_when_known = 1 WHERE id = ?", entry.id.rawValue)
        deletion = .queuedWhenKnown(entry.id)
      }
    }
    guard let serverID = memory.serverID else { return deletion }
    try dropUpdates(of: serverID)
    return .queued(try enqueue(.delete(serverID), at: now))
  }

  /// The memories that the server has, as ids in ascending order.
  func linkedServerIDs() throws -> [Int64] {
    try read {
      try connection.query(
        "SELECT server_id FROM memories WHERE server_id IS NOT NULL ORDER BY server_id"
      ) { $0.int64(0) }
    }
  }
}
