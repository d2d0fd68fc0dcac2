import MemoryModel
import SQLite

/// Rows for callers that take their time: no lock is held while they look at one. Each list
/// reflects a single moment; a row that is deleted before its turn is left out.
extension Database {
  /// Calls `body` with each selected memory, in order, without keeping more than a few in memory.
  ///
  /// - Parameter byID: whether they come in the order of their ids, and not in that of the selection.
  package func forEachMemory(
    _ selection: MemorySelection, byID: Bool = false, _ body: (Memory) throws -> Void
  ) throws {
    var ids = try read { snapshot in
      let condition = try SelectionCondition(selection, snapshot)
      return try snapshot.memories.ids(selection, condition)
    }
    if byID { ids.sort() }
    try forEachPortion(of: ids) { portion, list in
      let memories = try read { try $0.memories.memories(list) }
      let found = Dictionary(uniqueKeysWithValues: memories.map { ($0.id.rawValue, $0) })
      for id in portion { if let memory = found[id] { try body(memory) } }
    }
  }

  /// Calls `body` with each version in the trash, the latest first.
  ///
  /// - Parameter limit: the most versions; nil for all.
  package func forEachTrashed(
    limit: Int? = nil, _ body: (TrashedMemory) throws -> Void
  ) throws {
    let ids = try read { try $0.trash.ids(limit: limit) }
    try forEachPortion(of: ids) { _, list in
      for version in try read({ try $0.trash.versions(list) }) { try body(version) }
    }
  }

  /// Calls `body` with a few ids at a time, together with the JSON array in which SQL takes them.
  /// No snapshot is kept between two portions: it would let the log grow.
  private func forEachPortion(
    of ids: [Int64], _ body: (ArraySlice<Int64>, _ list: String) throws -> Void
  ) throws {
    try ids.forEachPortion(of: 500) { portion in
      try body(portion, "[\(portion.map(String.init).joined(separator: ","))]")
    }
  }
}

extension MemoryTable {
  fileprivate func ids(
    _ selection: MemorySelection, _ condition: SelectionCondition
  ) throws -> [Int64] {
    // Other programs write times in other zones, so sorting the texts would not sort the times.
    let order =
      switch selection.order {
      case .newest: "julianday(created_at) DESC, created_at DESC, id DESC"
      case .oldest: "julianday(created_at), created_at, id"
      case .updated: "julianday(updated_at) DESC, updated_at DESC, id DESC"
      case .importance: "importance DESC, id DESC"
      }
    return try connection.query(
      "SELECT id FROM memories WHERE \(condition.sql) ORDER BY \(order) LIMIT ?",
      values: condition.values + [.integer(Int64(selection.limit ?? -1))]
    ) { $0.int64(0) }
  }

  func memories(_ list: String) throws -> [Memory] {
    try connection.query(
      "SELECT \(Self.columns) FROM memories WHERE id IN (SELECT value FROM json_each(?))", list,
      row: Self.memory)
  }
}

extension TrashTable {
  fileprivate func ids(limit: Int?) throws -> [Int64] {
    try connection.query("SELECT id FROM memctl_trash ORDER BY id DESC LIMIT ?", limit ?? -1) {
      $0.int64(0)
    }
  }

  fileprivate func versions(_ list: String) throws -> [TrashedMemory] {
    try connection.query(
      """
      SELECT \(Self.columns) FROM memctl_trash
      WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC
      """, list, row: Self.version)
  }
}
