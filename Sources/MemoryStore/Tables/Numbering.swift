import MemoryModel
import SQLite

/// Search by the first digits of an id, as somebody types it, without reading the rest of the
/// table.
extension MemoryTable {
  /// Memories whose id begins with `digits`, the highest first, at most `limit`; if `digits` is
  /// empty, of all memories.
  package func memories(
    _ numbering: MemoryNumbering, beginningWith digits: String, limit: Int
  ) throws -> [Memory] {
    let id =
      switch numbering {
      case .local: "id"
      case .server: "server_id"
      }
    return try Numbers.rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        """
        SELECT \(Self.columns) FROM memories WHERE \(id) BETWEEN ? AND ?
        ORDER BY \(id) DESC LIMIT ?
        """, range.lowerBound, range.upperBound, limit, row: Self.memory)
    }
  }
}

extension QueueTable {
  /// Entries whose id begins with `digits`, dead ones included, the highest first, at most `limit`.
  package func entries(beginningWith digits: String, limit: Int) throws -> [QueueEntry] {
    // Only the ids are merged in order, so that a long queue is not sorted for the sake of a few
    // entries.
    let last = Self.entries(
      where: """
        id IN (SELECT id FROM pending_ops WHERE id BETWEEN ?1 AND ?2
          UNION ALL SELECT id FROM memctl_entries WHERE op_type IS NOT NULL AND id BETWEEN ?1 AND ?2
          ORDER BY id DESC LIMIT ?3)
        """)
    return try Numbers.rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        "SELECT * FROM (\(last)) ORDER BY id DESC", range.lowerBound, range.upperBound,
        limit, row: Self.entry)
    }
  }
}

extension TrashTable {
  /// Versions whose id begins with `digits`, the highest first, at most `limit`.
  package func versions(beginningWith digits: String, limit: Int) throws -> [TrashedMemory] {
    try Numbers.rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        """
        SELECT \(Self.columns) FROM memctl_trash WHERE id BETWEEN ? AND ?
        ORDER BY id DESC LIMIT ?
        """, range.lowerBound, range.upperBound, limit, row: Self.version)
    }
  }
}

/// The numbers that begin with some digits.
enum Numbers {
  static func rows<Row>(
    beginningWith digits: String, limit: Int,
    _ select: (ClosedRange<Int64>, Int) throws -> [Row]
  ) throws -> [Row] {
    var rows: [Row] = []
    for range in ranges(beginningWith: digits) where rows.count < limit {
      rows += try select(range, limit - rows.count)
    }
    return rows
  }

  /// The ranges of those numbers, the highest first.
  static func ranges(beginningWith digits: String) -> [ClosedRange<Int64>] {
    if digits.isEmpty { return [1...Int64.max] }
    guard let first = Int64(digits), first > 0, digits.allSatisfy(\.isNumber), digits.first != "0"
    else { return [] }
    var ranges = [first...first]
    while let last = ranges.last {
      let (lower, overflows) = last.lowerBound.multipliedReportingOverflow(by: 10)
      if overflows { break }
      let upper = last.upperBound.multipliedReportingOverflow(by: 10).partialValue
      let (end, isTooHigh) = upper.addingReportingOverflow(9)
      ranges.append(lower...(isTooHigh || end < lower ? .max : end))
    }
    return ranges.reversed()
  }
}
