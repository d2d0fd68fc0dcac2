import SQLite

/// Reads the rows of a table in a damaged file, and passes over what cannot be read.
struct TableReader {
  let connection: Connection
  let table: String
  let columns: [String]

  /// The number of ids within which the next readable row is usually found: the rows of one page of
  /// the file are next to each other.
  private static let ordinaryGap: Int64 = 256

  /// Calls `body` with the values of each row that can be read.
  ///
  /// - Returns: whether every row could be read.
  func forEach(_ body: ([Value]) throws -> Void) throws -> Bool {
    let hasRowIDs =
      try connection.first(
        "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql LIKE '%WITHOUT ROWID%'", table
      ) { _ in true } == nil
    return hasRowIDs ? try forEachByRowID(body) : try forEachFromBothEnds(body)
  }

  private func forEachByRowID(_ body: ([Value]) throws -> Void) throws -> Bool {
    var isComplete = true
    var next: Int64? = .min
    while let first = next {
      next = nil
      var last: Int64?
      do {
        try connection.forEach(
          "SELECT rowid, \(list) FROM \(table) WHERE rowid >= ? ORDER BY rowid", first
        ) { row in
          let id = row.int64(0)
          // What is left of a page that was cut off in the middle reads as rows with the id 0.
          guard id >= last ?? first, id != last else {
            isComplete = false
            return
          }
          last = id
          try body(columns.indices.map { row.value($0 + 1) })
        }
      } catch let error as SQLiteError where error.isDamage {
        isComplete = false
        let gap = last.map { $0 == .max ? $0 : $0 + 1 } ?? first
        next = firstReadable(after: gap)
      }
    }
    return isComplete
  }

  /// The id of the first readable row after `id`; nil if there is none.
  private func firstReadable(after id: Int64) -> Int64? {
    var unreadable = id
    var step: Int64 = 1
    while true {
      let (candidate, isTooHigh) = unreadable.addingReportingOverflow(step)
      if isTooHigh { return nil }
      if case .success(let found) = row(from: candidate) {
        // The rows between the last failure and here may be partly readable.
        var (low, high) = (unreadable, candidate)
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if case .success = row(from: middle) { high = middle } else { low = middle }
        }
        if high == candidate { return found }
        return (try? row(from: high).get()) ?? nil
      }
      unreadable = candidate
      if candidate > id.addingReportingOverflow(Self.ordinaryGap).partialValue {
        step = step.multipliedReportingOverflow(by: 2).partialValue
        if step <= 0 { return nil }
      }
    }
  }

  /// The id of the first row from `id` on; nil at the end of the table.
  private func row(from id: Int64) -> Result<Int64?, any Error> {
    Result {
      try connection.first(
        "SELECT rowid FROM \(table) WHERE rowid >= ? ORDER BY rowid LIMIT 1", id
      ) { $0.int64(0) }
    }
  }

  /// Reads the rows before the first unreadable place, and those after the last one.
  private func forEachFromBothEnds(_ body: ([Value]) throws -> Void) throws -> Bool {
    func read(_ order: String) throws -> Bool {
      do {
        try connection.forEach("SELECT \(list) FROM \(table) ORDER BY 1 \(order)") { row in
          try body(columns.indices.map { row.value($0) })
        }
        return true
      } catch let error as SQLiteError where error.isDamage {
        return false
      }
    }
    if try read("ASC") { return true }
    _ = try read("DESC")
    return false
  }

  private var list: String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }
}

extension SQLiteError {
  /// Whether the file makes no sense at this place.
  var isDamage: Bool { [.corrupt, .notADatabase, .other].contains(kind) }
}
