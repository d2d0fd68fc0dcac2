import MemoryAPI
import MemoryModel
import MemoryStore

/// Notes about records that could not be read. Each stays until the record is read, or until an
/// answer that would contain the record no longer does.
enum UnreadRecords {
  /// Brings the notes up to date with an answer.
  ///
  /// - Parameters:
  ///   - found: the records in it that could not be read.
  ///   - seen: the ids of all records in it.
  static func note(
    _ found: [Int64: ServerRow.Defect], of extent: SyncExtent, seen: Set<Int64>,
    at now: Timestamp, in transaction: borrowing Transaction
  ) throws {
    let known = try transaction.notes.unread()
    if known.isEmpty, found.isEmpty { return }
    let firstNameless = known.filter { $0.key < 0 }.map(\.value.firstAt).min()
    var asked = false
    for (key, record) in known {
      let isCovered = extent.covers(record)
      asked = asked || isCovered
      if found[key] == nil, isCovered || seen.contains(key) {
        try transaction.notes.remove(key, from: .unread)
      }
    }
    for (key, defect) in found {
      let first = known[key]?.firstAt ?? (key < 0 ? firstNameless : nil) ?? now
      let record = UnreadRecord(firstAt: first, updatedAt: defect.updatedAt, reason: defect.reason)
      if record == known[key] { continue }
      try transaction.notes.put(record.text, for: key, in: .unread)
    }
    if asked || known.isEmpty { try transaction.notes.set(.unreadAskedAt, now.description) }
  }

  /// The time since which the server has to be asked, so that it repeats the records that could not
  /// be read.
  ///
  /// It is the epoch if only a full answer has them, and nil if nothing has to be asked for now.
  ///
  /// The longer a record has been unreadable, the less often it is asked for: after a day about
  /// every two hours.
  static func start(in snapshot: borrowing Snapshot, at now: Timestamp) throws -> Timestamp? {
    let unread = try snapshot.notes.unread().values
    guard let first = unread.map(\.firstAt).min() else { return nil }
    let lastAsked = try snapshot.notes.time(of: .unreadAskedAt) ?? first
    let pause = abs(lastAsked.seconds(since: first)) / 10
    if abs(now.seconds(since: lastAsked)) < pause { return nil }
    return unread.map { $0.updatedAt?.advanced(bySeconds: -1) ?? .epoch }.min()
  }
}

extension SyncExtent {
  /// Whether an answer of this extent contains the record, if the server still has it.
  fileprivate func covers(_ record: UnreadRecord) -> Bool {
    switch self {
    case .everything: true
    case .changes(let since): record.updatedAt.map { $0 > since } ?? false
    }
  }
}
