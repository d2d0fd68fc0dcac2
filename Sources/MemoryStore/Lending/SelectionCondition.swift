import JSON
import MemoryAPI
import MemoryModel
import SQLite

/// What a selection asks of memories, as a condition in SQL on the columns of `memories`.
struct SelectionCondition {
  private(set) var sql = "1"
  /// The values of its parameters.
  private(set) var values: [Value] = []

  init(_ selection: MemorySelection, _ snapshot: borrowing Snapshot) throws {
    if let category = selection.category { require("memories.category = ?", .text(category)) }
    if let since = selection.since {
      require("julianday(memories.created_at) >= julianday(?)", since)
    }
    if let until = selection.until {
      require("julianday(memories.created_at) <= julianday(?)", until)
    }
    if selection.isOrphan { sql += " AND memories.server_id IS NULL" }
    if selection.isPending { try requirePending(snapshot) }
    let tags = selection.tags.map(Tags.trimmed)
    if !tags.isEmpty {
      let lists = try snapshot.memories.tagLists().filter { list in
        let found = Tags.all(in: list)
        return tags.allSatisfy(found.contains)
      }
      require(
        "memories.tags IN (SELECT value FROM json_each(?))",
        .text(JSONValue.array(lists.map { .string($0) }).text))
    }
  }

  private mutating func requirePending(_ snapshot: borrowing Snapshot) throws {
    var local: [Int64] = []
    var onServer: [Int64] = []
    for entry in try snapshot.queue.entries() where entry.state != .dead && !entry.isDropped {
      switch try? entry.operation() {
      case .store(_, let id?): local.append(id.rawValue)
      case .update(_, let id): onServer.append(id.rawValue)
      default: break
      }
    }
    func list(_ ids: [Int64]) -> Value { .text("[\(ids.map(String.init).joined(separator: ","))]") }
    sql += """
       AND (memories.id IN (SELECT value FROM json_each(?))
        OR memories.server_id IN (SELECT value FROM json_each(?)))
      """
    values += [list(local), list(onServer)]
  }

  private mutating func require(_ condition: String, _ value: Value) {
    sql += " AND \(condition)"
    values.append(value)
  }

  private mutating func require(_ condition: String, _ time: Timestamp) {
    require(condition, .text(time.description))
  }
}

/// The tags of a memory, which stand in one text, separated by commas.
enum Tags {
  /// As people see them: two tags are the same if their characters are, however they are encoded.
  static func all(in list: String) -> [String] {
    list.split(separator: ",").map(trimmed).filter { !$0.isEmpty }
  }

  static func trimmed(_ tag: some StringProtocol) -> String {
    let start = tag.drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
