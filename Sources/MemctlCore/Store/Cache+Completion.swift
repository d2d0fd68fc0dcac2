import SQLite

/// Ids as somebody types them, a digit after the other: what begins with some digits is found without
/// reading the rest of the table.
extension Cache {
  public enum Numbering: String, Sendable {
    case local = "id"
    case server = "server_id"
  }

  /// Memories whose id begins with `digits`, the highest first, at most `limit`; with no digits, of
  /// all.
  public func memories(
    _ numbering: Numbering, beginningWith digits: String, limit: Int
  ) throws -> [Memory] {
    let id = numbering.rawValue
    return try rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        """
        SELECT \(Self.memoryColumns) FROM memories WHERE \(id) BETWEEN ? AND ?
        ORDER BY \(id) DESC LIMIT ?
        """, range.lowerBound, range.upperBound, limit, row: Self.memory)
    }
  }

  /// The same for entries of the queue, dead ones included.
  public func entries(beginningWith digits: String, limit: Int) throws -> [QueueEntry] {
    try rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        "SELECT * FROM (\(Self.lastEntries)) ORDER BY id DESC", range.lowerBound, range.upperBound,
        limit, row: Self.entry)
    }
  }

  /// The same for versions in the trash.
  public func trashed(beginningWith digits: String, limit: Int) throws -> [TrashedMemory] {
    try rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        """
        SELECT \(Self.trashColumns) FROM memctl_trash WHERE id BETWEEN ? AND ?
        ORDER BY id DESC LIMIT ?
        """, range.lowerBound, range.upperBound, limit, row: Self.trashed)
    }
  }

  // The ids alone are merged in their order, so that a long queue is not sorted for a few of it.
  private static let lastEntries = entries(
    where: """
      id IN (SELECT id FROM pending_ops WHERE id BETWEEN ?1 AND ?2
        UNION ALL SELECT id FROM memctl_entries WHERE op_type IS NOT NULL AND id BETWEEN ?1 AND ?2
        ORDER BY id DESC LIMIT ?3)
      """)

  private func rows<Row>(
    beginningWith digits: String, limit: Int,
    _ select: (ClosedRange<Int64>, Int) throws -> [Row]
  ) throws -> [Row] {
    try read {
      var rows: [Row] = []
      for range in Self.numbers(beginningWith: digits) where rows.count < limit {
        rows += try select(range, limit - rows.count)
      }
      return rows
    }
  }

  /// The numbers that begin with `digits`, the highest first.
  static func numbers(beginningWith digits: String) -> [ClosedRange<Int64>] {
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
