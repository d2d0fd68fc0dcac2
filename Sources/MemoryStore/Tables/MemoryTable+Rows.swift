import MemoryAPI
import MemoryModel
import SQLite

/// Many memories at a time, by the ids that they have on the server.
extension MemoryTable {
  /// The most rows that one statement takes, within the number of parameters that SQLite allows.
  /// <https://sqlite.org/limits.html#max_variable_number>
  package static var portionSize: Int { 32_400 / columnCount }

  /// A row's id on the server, its fields, and both of its times.
  fileprivate static var columnCount: Int { FieldColumns.count + 3 }

  /// Calls `body` with each memory that has one of these server ids, at most a portion of them.
  package func forEachLinked(
    in ids: [Int64], _ body: (borrowing LinkedMemory) throws -> Void
  ) throws {
    if ids.isEmpty { return }
    let statement = try connection.portion(
      "SELECT \(LinkedMemory.columns) FROM memories WHERE server_id IN", ids)
    while try statement.step() {
      let row = LinkedMemory(statement)
      try body(row)
    }
  }
}

extension MemoryTable where Access == ReadWrite {
  /// Deletes the memories with these server ids.
  ///
  /// - Returns: how many there were.
  package func delete(_ ids: [Int64]) throws -> Int {
    var deleted = 0
    try ids.forEachPortion(of: Self.portionSize) { portion in
      let statement = try connection.portion(
        "DELETE FROM memories WHERE server_id IN", Array(portion), suffix: "RETURNING server_id")
      while try statement.step() { deleted += 1 }
    }
    return deleted
  }

  /// Writes memories that the cache does not have, at most a portion of them, in one statement.
  package func insert(_ rows: [ServerRow]) throws {
    if rows.isEmpty { return }
    try write(
      rows,
      """
      INSERT INTO memories (server_id, \(FieldColumns.names), created_at, updated_at)
      VALUES \(Self.values(rows.count))
      """)
  }

  /// Brings linked memories to the server's state, at most one portion of them, in one statement.
  /// Their creation times stay those of the cache.
  package func update(_ rows: [ServerRow]) throws {
    if rows.isEmpty { return }
    try write(
      rows,
      """
      UPDATE memories SET \(FieldColumns.assignments(fromColumn: 2)),
        updated_at = column\(Self.columnCount)
      FROM (VALUES \(Self.values(rows.count))) WHERE server_id = column1
      """)
  }

  /// Postpones the merging of the full-text index's segments, or returns to FTS5's defaults, with
  /// which later writes merge them. When 100,000 memories came in, merging took a quarter of the
  /// time. <https://sqlite.org/fts5.html#the_automerge_configuration_option>
  package func mergeIndex(later: Bool) throws {
    let limits = later ? (automerge: 0, crisismerge: 64) : (automerge: 4, crisismerge: 16)
    for (name, value) in [("automerge", limits.automerge), ("crisismerge", limits.crisismerge)] {
      try connection.run("INSERT INTO memories_fts(memories_fts, rank) VALUES (?, ?)", name, value)
    }
  }

  private static func values(_ count: Int) -> String {
    let row = "(" + Array(repeating: "?", count: columnCount).joined(separator: ",") + ")"
    return Array(repeating: row, count: count).joined(separator: ",")
  }

  private func write(_ rows: [ServerRow], _ sql: String) throws {
    let statement = try connection.prepare(sql)
    var parameter = 0
    func bind(_ value: Value) throws {
      parameter += 1
      try statement.bind(value, at: parameter)
    }
    for row in rows {
      try bind(.integer(row.id.rawValue))
      for field in MemoryField.allCases { try bind(row.fields[field].sqliteValue) }
      try bind(.text(row.createdAt))
      try bind(.text(row.updatedAt))
    }
    try statement.step()
  }
}

/// A memory of the cache that the server has, valid only while its row is read.
package struct LinkedMemory: ~Copyable {
  private let statement: Statement

  fileprivate init(_ statement: Statement) { self.statement = statement }

  fileprivate static let columns = "server_id, id, \(FieldColumns.names), created_at, updated_at"
  private static let firstField = 2
  private static let createdAtColumn = firstField + FieldColumns.count

  package var serverID: Int64 { statement.int64(0) }
  package var id: LocalID { LocalID(rawValue: statement.int64(1)) }
  package var content: String { statement.text(Self.column(.content)) }
  package var category: String { statement.text(Self.column(.category)) }
  package var importance: Double { number(.importance) }
  package var isSensitive: Bool { statement.bool(Self.column(.isSensitive)) }
  package var updatedAt: String { statement.text(Self.createdAtColumn + 1) }

  /// Whether a text field equals `text`, without making a copy of it.
  package func has(_ field: MemoryField, _ text: String) -> Bool {
    statement.text(Self.column(field), equals: text)
  }

  /// The value of a field that is a number.
  package func number(_ field: MemoryField) -> Double { statement.double(Self.column(field)) }

  package func wasCreated(at time: String) -> Bool {
    statement.text(Self.createdAtColumn, equals: time)
  }

  package func wasUpdated(at time: String) -> Bool {
    statement.text(Self.createdAtColumn + 1, equals: time)
  }

  private static func column(_ field: MemoryField) -> Int { firstField + field.rawValue }
}

extension Connection {
  /// A statement whose text ends with a list of `ids`.
  func portion(_ sql: String, _ ids: [Int64], suffix: String = "") throws -> Statement {
    let marks = Array(repeating: "?", count: ids.count).joined(separator: ",")
    let statement = try prepare("\(sql) (\(marks)) \(suffix)")
    try statement.bind(ids)
    return statement
  }
}

extension [Int64] {
  /// Calls `body` with at most `size` of them at a time.
  func forEachPortion(of size: Int, _ body: (ArraySlice<Int64>) throws -> Void) rethrows {
    for start in stride(from: 0, to: count, by: size) {
      try body(self[start..<Swift.min(start + size, count)])
    }
  }
}
