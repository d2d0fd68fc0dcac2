import SQLite

/// What applying the server's rows needs of the file. All of it runs in a transaction of the caller's.
extension Cache {
  /// Memories without a server id that are not simply waiting to be sent: orphans, which no entry
  /// speaks of, and stores in doubt, whether their memory is still there or not.
  func adoptionCandidates() throws -> [AdoptionCandidates.Candidate] {
    let entries = try entries()
    var candidates: [AdoptionCandidates.Candidate] = []
    var spokenFor: Set<LocalID> = []
    for entry in entries {
      let operation = try? entry.operation()
      // What cannot be read waits for the user, and its memory with it.
      if operation == nil, let memory = entry.storedMemory { spokenFor.insert(memory) }
      guard case .store(let fields, let localID) = operation else { continue }
      if let localID { spokenFor.insert(localID) }
      guard entry.state == .inDoubt else { continue }
      var present: Memory? = if let localID { try memory(localID) } else { nil }
      // Another program has stored it meanwhile: what is in doubt is only a copy.
      if present?.serverID != nil { present = nil }
      candidates.append(
        .init(
          localID: present?.id, originalID: localID, entry: entry, fields: fields,
          createdAt: Timestamp(entry.createdAt)))
    }
    let withheld = try withheld()
    try connection.forEach("SELECT \(Self.memoryColumns) FROM memories WHERE server_id IS NULL") {
      let memory = Self.memory($0)
      if !spokenFor.contains(memory.id) {
        candidates.append(
          .init(
            localID: memory.id, originalID: memory.id, entry: nil, fields: memory.fields,
            createdAt: Timestamp(memory.createdAt), isWithheld: withheld.contains(memory.id)))
      }
    }
    return candidates
  }

  /// The memories on the server that entries of this type speak of, dead ones included, unless they
  /// were meant for another server.
  func serverIDs(ofEntries name: String) throws -> Set<Int64> {
    let payloads = try connection.query(
      """
      SELECT payload FROM pending_ops WHERE op_type = ?1
      UNION ALL SELECT payload FROM memctl_entries
      WHERE op_type = ?1 AND NOT (state = 'dead' AND error_kind IS 'refused')
      """, name
    ) { $0.text(0) }
    return Set(
      payloads.compactMap { payload in
        switch try? Operation(name: name, payload: payload) {
        case .delete(let id), .update(_, let id): id.rawValue
        default: nil
        }
      })
  }

  /// A row of the cache that the server has, lent while it is read.
  struct LinkedRow {
    fileprivate let statement: Statement

    var serverID: Int64 { statement.int64(0) }
    var id: LocalID { LocalID(rawValue: statement.int64(1)) }
    func createdAt(is text: String) -> Bool { equals(8, text) }

    /// Whether `row` is this very memory, by its time or its words.
    func isCertainly(_ row: ServerRow) -> Bool {
      equals(8, row.createdAt) || equals(2, row.fields.content)
        || row.fields.isSensitive
          && Redaction(row.fields.content)?.couldStand(for: statement.text(2)) == true
    }

    /// Whether `row` is another memory, which the server gave the id of this one: it says something
    /// else, and is younger than the last change of this one. A server that is restored from a backup
    /// gives ids out again.
    func isAnother(than row: ServerRow) -> Bool {
      if equals(8, row.createdAt) || equals(2, row.fields.content) { return false }
      return row.isYounger(
        than: statement.text(9), andNoRedactionOf: statement.text(2))
    }

    enum Change {
      /// After a store, the server's time and its rounding of the importance come back.
      case time
      /// It is marked as sensitive, or its category has the server's name for it.
      case mark
      /// It says something else than before.
      case meaning
    }

    /// The row to write, nil when nothing differs, and what becomes of what the memory says. The
    /// user's own text stays where the server's is the same with secrets blacked out.
    func differing(from row: ServerRow) -> (row: ServerRow, change: Change)? {
      var row = row
      if !equals(2, row.fields.content), row.fields.isSensitive,
        let redaction = Redaction(row.fields.content)
      {
        let own = statement.text(2)
        if redaction.couldStand(for: own) { row.fields.content = own }
      }
      let fields = row.fields
      let importance = statement.double(6)
      if !equals(2, fields.content) || !equals(4, fields.tags)
        || !equals(5, fields.expandedKeywords) || Float(importance) != Float(fields.importance)
        || !equals(3, fields.category)
          && Category.folded(statement.text(3)) != Category.folded(fields.category)
      {
        return (row, .meaning)
      }
      if !equals(3, fields.category) || statement.bool(7) != fields.isSensitive {
        return (row, .mark)
      }
      if importance == fields.importance, equals(9, row.updatedAt) { return nil }
      return (row, .time)
    }

    private func equals(_ column: Int, _ text: String) -> Bool {
      statement.text(column, equals: text)
    }
  }

  /// Calls `body` with each memory that has one of these server ids, at most a portion of them.
  func forEachLinkedRow(in ids: [Int64], _ body: (LinkedRow) throws -> Void) throws {
    if ids.isEmpty { return }
    let statement = try portionStatement(
      """
      SELECT server_id, id, content, category, tags, expanded_keywords, importance, is_sensitive,
        created_at, updated_at
      FROM memories WHERE server_id IN
      """, ids)
    while try statement.step() { try body(LinkedRow(statement: statement)) }
  }

  /// Deletes the memories with these server ids.
  ///
  /// - Returns: how many there were.
  func deleteMemories(_ ids: [Int64]) throws -> Int {
    var deleted = 0
    var rest = ids[...]
    while !rest.isEmpty {
      let statement = try portionStatement(
        "DELETE FROM memories WHERE server_id IN",
        Array(rest.prefix(RowApplier.portionSize)), suffix: "RETURNING server_id")
      while try statement.step() { deleted += 1 }
      rest = rest.dropFirst(RowApplier.portionSize)
    }
    return deleted
  }

  /// - Returns: how many there were.
  func deleteMemory(_ id: LocalID) throws -> Int {
    try connection.run("DELETE FROM memories WHERE id = ?", id.rawValue)
  }

  /// Deletes the memory that is linked to a row, if there is one: it is a copy of another memory.
  func delete(copyOf serverID: ServerID) throws {
    _ = try connection.withTriggers(true) {
      try connection.run("DELETE FROM memories WHERE server_id = ?", serverID.rawValue)
    }
  }

  /// Runs `body`, in which memories are linked or deleted as copies, and not written otherwise. To
  /// link changes no text, so the trigger that would index it again stays off: it costs more than
  /// all else in a push.
  func withoutIndexing(_ body: () throws -> Void) rethrows {
    try connection.withTriggers(false, body)
  }

  /// Lets go of an id that is another memory's now. The memory is one that the server lacks, unless
  /// a comparison of everything finds it there; what was queued to change it goes to no other.
  func unlink(_ id: LocalID, from serverID: ServerID) throws {
    try dropUpdates(of: serverID)
    try withoutIndexing {
      try connection.run("UPDATE memories SET server_id = NULL WHERE id = ?", id.rawValue)
    }
  }

  func link(_ id: LocalID, to serverID: ServerID) throws {
    try connection.run(
      "UPDATE memories SET server_id = ? WHERE id = ?", serverID.rawValue, id.rawValue)
    try noteUnseen(serverID)
  }

  /// Writes a memory that the cache no longer has, under the id that it had.
  func putBack(_ id: LocalID, _ fields: MemoryFields, createdAt: String) throws {
    try connection.run(
      """
      INSERT INTO memories (id, content, category, tags, expanded_keywords, importance,
        is_sensitive, created_at, updated_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
      """, id.rawValue, fields.content, fields.category, fields.tags, fields.expandedKeywords,
      fields.importance, fields.isSensitive, createdAt)
  }

  /// Links a memory to the id that the server gave its store. A row with that id that another program
  /// pulled meanwhile is the same memory and makes way. Where another program has stored and linked
  /// the memory meanwhile, its id stays, and our copy on the server is deleted.
  ///
  /// - Returns: false when the id belongs to another memory; then nothing is changed.
  func link(
    _ id: LocalID, _ fields: MemoryFields, toAcknowledged serverID: ServerID, at now: Timestamp
  ) throws -> Bool {
    guard let own = try memory(id), own.serverID != serverID else { return true }
    if let other = try memory(serverID) {
      guard other.id > id, fields.couldHaveBecome(other.fields) else { return false }
      try delete(copyOf: serverID)
    }
    if own.serverID == nil {
      try link(id, to: serverID)
    } else {
      try enqueue(.delete(serverID), at: now)
    }
    return true
  }

  /// Ends a memory that the server keeps as one with an equal one, which it has as `serverID`. Its
  /// version goes to the trash.
  ///
  /// - Returns: false where that memory says something else; then nothing is changed.
  func fold(
    _ id: LocalID, _ fields: MemoryFields, into serverID: ServerID, at now: Timestamp
  ) throws -> Bool {
    guard let other = try memory(serverID)?.fields, other.content == fields.content,
      fields.agreesBesidesContent(with: other), other.isSensitive || !fields.isSensitive
    else { return false }
    _ = try connection.withTriggers(true) {
      try trash(id, as: .deleted, at: now)
      return try deleteMemory(id)
    }
    return true
  }

  /// Writes memories that the cache does not have, at most a portion of them, in one statement.
  func insert(_ rows: [ServerRow]) throws {
    if rows.isEmpty { return }
    try write(
      rows,
      """
      INSERT INTO memories (server_id, content, category, tags, expanded_keywords, importance,
        is_sensitive, created_at, updated_at)
      VALUES \(Self.values(rows.count))
      """)
  }

  /// Puts off the merging of the full-text index's segments, or goes back to FTS5's defaults, with
  /// which the writes to come merge them. Merging while 100,000 memories come in took a quarter of
  /// the time. <https://sqlite.org/fts5.html#the_automerge_configuration_option>
  func mergeIndex(later: Bool) throws {
    let limits = later ? (automerge: 0, crisismerge: 64) : (automerge: 4, crisismerge: 16)
    for (name, value) in [("automerge", limits.automerge), ("crisismerge", limits.crisismerge)] {
      try connection.run("INSERT INTO memories_fts(memories_fts, rank) VALUES (?, ?)", name, value)
    }
  }

  /// Brings linked memories to the server's state, at most a portion of them, in one statement. The
  /// time of their creation stays the cache's own.
  func update(_ rows: [ServerRow]) throws {
    if rows.isEmpty { return }
    try write(
      rows,
      """
      UPDATE memories SET content = column2, category = column3, tags = column4,
        expanded_keywords = column5, importance = column6, is_sensitive = column7,
        updated_at = column9
      FROM (VALUES \(Self.values(rows.count))) WHERE server_id = column1
      """)
  }

  private static func values(_ count: Int) -> String {
    Array(repeating: "(?,?,?,?,?,?,?,?,?)", count: count).joined(separator: ",")
  }

  private func write(_ rows: [ServerRow], _ sql: String) throws {
    let statement = try connection.prepare(sql)
    for (index, row) in rows.enumerated() {
      let values: [Value] = [
        .integer(row.id.rawValue), .text(row.fields.content), .text(row.fields.category),
        .text(row.fields.tags), .text(row.fields.expandedKeywords), .real(row.fields.importance),
        .integer(row.fields.isSensitive ? 1 : 0), .text(row.createdAt), .text(row.updatedAt),
      ]
      for (offset, value) in values.enumerated() {
        try statement.bind(value, at: index * values.count + offset + 1)
      }
    }
    try statement.step()
  }

  func portionStatement(
    _ sql: String, _ ids: [Int64], suffix: String = ""
  ) throws -> Statement {
    let marks = Array(repeating: "?", count: ids.count).joined(separator: ",")
    let statement = try connection.prepare("\(sql) (\(marks)) \(suffix)")
    try statement.bind(ids)
    return statement
  }
}
