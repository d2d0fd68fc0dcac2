import MemoryAPI
import MemoryModel
import SQLite

/// The memories of the cache, and those that its user withholds from the server.
package struct MemoryTable<Access>: ~Copyable {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// The columns that `memory` reads, in its order.
  static var columns: String {
    "id, \(FieldColumns.selection), created_at, updated_at, server_id"
  }

  static func memory(_ row: Statement) -> Memory {
    let next = 1 + FieldColumns.count
    return Memory(
      id: LocalID(rawValue: row.int64(0)), fields: FieldColumns.fields(row, from: 1),
      createdAt: row.text(next), updatedAt: row.text(next + 1),
      serverID: row.optionalInt64(next + 2).map(ServerID.init))
  }

  package func count() throws -> Int {
    try connection.first("SELECT count(*) FROM memories") { $0.int(0) } ?? 0
  }

  package func memory(_ id: LocalID) throws -> Memory? {
    try connection.first(
      "SELECT \(Self.columns) FROM memories WHERE id = ?", id.rawValue, row: Self.memory)
  }

  package func memory(_ id: ServerID) throws -> Memory? {
    try connection.first(
      "SELECT \(Self.columns) FROM memories WHERE server_id = ?", id.rawValue, row: Self.memory)
  }

  /// Calls `body` with each memory that no server has.
  package func forEachUnlinked(_ body: (Memory) throws -> Void) throws {
    try connection.forEach("SELECT \(Self.columns) FROM memories WHERE server_id IS NULL") {
      try body(Self.memory($0))
    }
  }

  /// The server ids of the linked memories, in ascending order.
  package func serverIDs() throws -> [Int64] {
    try connection.query(
      "SELECT server_id FROM memories WHERE server_id IS NOT NULL ORDER BY server_id"
    ) { $0.int64(0) }
  }

  package func hasServerIDs() throws -> Bool {
    try connection.first("SELECT 1 FROM memories WHERE server_id IS NOT NULL") { _ in true }
      ?? false
  }

  /// How many memories have no server id.
  package func countUnlinked() throws -> Int {
    try connection.first("SELECT count(*) FROM memories WHERE server_id IS NULL") { $0.int(0) } ?? 0
  }

  /// The number of memories in each category, the largest first, equal ones by name.
  func countsByCategory() throws -> [(category: String, count: Int)] {
    try connection.query(
      """
      SELECT coalesce(category, ''), count(*) AS count FROM memories GROUP BY 1 ORDER BY 2 DESC, 1
      """
    ) { (category: $0.text(0), count: $0.int(1)) }
  }

  /// The highest id that a memory has or ever had; 0 if there never was one.
  package func highestID() throws -> Int64 {
    try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'memories'") { $0.int64(0) }
      ?? 0
  }

  /// Every tag that a memory has, in alphabetical order.
  func tags() throws -> [String] {
    Set(try tagLists().flatMap(Tags.all)).sorted()
  }

  /// Every text that stands in the column of tags.
  func tagLists() throws -> [String] {
    try connection.query("SELECT DISTINCT tags FROM memories WHERE tags <> ''") { $0.text(0) }
  }

  /// Whether a memory has a category with exactly this name.
  package func hasCategory(_ name: String) throws -> Bool {
    try connection.first("SELECT 1 FROM memories WHERE category = ?", name) { _ in true } ?? false
  }

  // MARK: Withheld

  /// Memories whose store the user dropped: they stay in the cache, and no resync queues them.
  package func withheld() throws -> Set<LocalID> {
    Set(
      try connection.query("SELECT memory_id FROM memctl_withheld") {
        LocalID(rawValue: $0.int64(0))
      })
  }

  package func isWithheld(_ id: LocalID) throws -> Bool {
    try connection.first("SELECT 1 FROM memctl_withheld WHERE memory_id = ?", id.rawValue) { _ in
      true
    } ?? false
  }

  func countWithheld() throws -> Int {
    try connection.first(
      """
      SELECT count(*) FROM memctl_withheld w JOIN memories m ON m.id = w.memory_id
      WHERE m.server_id IS NULL
      """
    ) { $0.int(0) } ?? 0
  }
}

extension MemoryTable where Access == ReadWrite {
  package func insert(
    _ fields: MemoryFields, createdAt: String, at now: Timestamp
  ) throws -> LocalID {
    try connection.run(
      """
      INSERT INTO memories (\(FieldColumns.names), created_at, updated_at)
      VALUES (\(FieldColumns.placeholders), ?, ?)
      """, values: FieldColumns.values(fields) + [.text(createdAt), .text(now.description)])
    return LocalID(rawValue: connection.lastInsertedRowID)
  }

  /// Writes a memory with all that belongs to it.
  ///
  /// - Parameter keepingID: whether it gets the id that it has, which must be free, or a new one.
  func insert(_ memory: Memory, keepingID: Bool) throws -> LocalID {
    try connection.run(
      """
      INSERT INTO memories (id, server_id, \(FieldColumns.names), created_at, updated_at)
      VALUES (?, ?, \(FieldColumns.placeholders), ?, ?)
      """,
      values: [keepingID ? .integer(memory.id.rawValue) : .null]
        + [memory.serverID.map { .integer($0.rawValue) } ?? .null]
        + FieldColumns.values(memory.fields) + [.text(memory.createdAt), .text(memory.updatedAt)])
    return LocalID(rawValue: connection.lastInsertedRowID)
  }

  /// Writes a memory that the cache no longer has, under the id that it had.
  package func putBack(_ id: LocalID, _ fields: MemoryFields, createdAt: String) throws {
    try connection.run(
      """
      INSERT INTO memories (id, \(FieldColumns.names), created_at, updated_at)
      VALUES (?, \(FieldColumns.placeholders), ?, ?)
      """,
      values: [.integer(id.rawValue)] + FieldColumns.values(fields)
        + [.text(createdAt), .text(createdAt)])
  }

  /// Changes fields of a memory. If the server has it, the caller has to queue the change.
  ///
  /// Its time never goes back: that of a row is the server's, whose clock may be ahead, and a memory
  /// that is older than its own row would be taken for another one.
  package func change(_ id: LocalID, _ changes: MemoryChanges, at now: Timestamp) throws {
    try connection.run(
      """
      UPDATE memories SET \(FieldColumns.changes(fromParameter: 3)),
        updated_at = max(updated_at, ?2) WHERE id = ?1
      """,
      values: [.integer(id.rawValue), .text(now.description)] + FieldColumns.values(changes))
  }

  /// - Returns: the number of deleted memories.
  package func delete(_ id: LocalID) throws -> Int {
    try connection.run("DELETE FROM memories WHERE id = ?", id.rawValue)
  }

  /// Deletes the memory that is linked to a server row, if there is one, as a copy of another
  /// memory.
  package func delete(copyOf serverID: ServerID) throws {
    _ = try connection.withTriggers(true) {
      try connection.run("DELETE FROM memories WHERE server_id = ?", serverID.rawValue)
    }
  }

  // MARK: Links

  /// Links a memory to its row on the server.
  package func link(_ id: LocalID, to serverID: ServerID) throws {
    try connection.run(
      "UPDATE memories SET server_id = ? WHERE id = ?", serverID.rawValue, id.rawValue)
    let notes = NoteTable<ReadWrite>(connection)
    try notes.put("1", for: serverID.rawValue, in: .unseen)
  }

  /// Removes the link between a memory and its row on the server.
  package func unlink(_ id: LocalID) throws {
    try connection.withTriggers(false) {
      _ = try connection.run("UPDATE memories SET server_id = NULL WHERE id = ?", id.rawValue)
    }
  }

  /// Removes the links of all memories to the server.
  package func unlinkAll() throws {
    try connection.withTriggers(false) {
      _ = try connection.run("UPDATE memories SET server_id = NULL WHERE server_id IS NOT NULL")
    }
  }

  // MARK: Withheld

  func withhold(_ id: LocalID) throws {
    try connection.run("INSERT OR IGNORE INTO memctl_withheld(memory_id) VALUES (?)", id.rawValue)
  }

  func endWithholding(of id: LocalID) throws {
    try connection.run("DELETE FROM memctl_withheld WHERE memory_id = ?", id.rawValue)
  }

  /// Forgets withheld memories that are gone, and those that turned out to be on the server.
  package func tidyWithheld() throws {
    try connection.run(
      """
      DELETE FROM memctl_withheld WHERE NOT EXISTS
        (SELECT 1 FROM memories m WHERE m.id = memory_id AND m.server_id IS NULL)
      """)
  }
}
