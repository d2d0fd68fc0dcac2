import JSON
import SQLite

/// A record of the server's that could not be read, and that is asked for again.
struct Unread: Hashable {
  /// When it was met first, by this machine's clock.
  var firstAt: Timestamp
  /// Nil where it does not say when it was changed.
  var updatedAt: Timestamp?
  var reason: String
}

/// Records that could not be read, as notes in `memctl_meta`: each stays until it is read, or until an
/// answer that would have it has it no more.
extension Cache {
  private static let skipped = "skipped:"

  /// By the id of the memory, or by a negative number where a record has none.
  func unread() throws -> [Int64: Unread] {
    let notes = try connection.query(
      "SELECT substr(key, ?2), value FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'",
      Self.skipped, Self.skipped.count + 1
    ) { (Int64($0.text(0)), Unread(note: $0.text(1))) }
    return notes.reduce(into: [:]) { unread, note in
      if let key = note.0, let record = note.1 { unread[key] = record }
    }
  }

  /// Brings the notes up to date with an answer.
  ///
  /// - Parameters:
  ///   - found: what could not be read in it.
  ///   - seen: the ids of all that it had.
  func noteUnread(
    _ found: [Int64: ServerRow.Defect], in extent: RowApplier.Extent, seen: Set<Int64>,
    at now: Timestamp
  ) throws {
    let known = try unread()
    if known.isEmpty, found.isEmpty { return }
    let firstNameless = known.filter { $0.key < 0 }.map(\.value.firstAt).min()
    var asked = false
    for (key, record) in known {
      let isCovered = extent.covers(record)
      asked = asked || isCovered
      if found[key] == nil, isCovered || seen.contains(key) {
        try connection.run("DELETE FROM memctl_meta WHERE key = ?", "\(Self.skipped)\(key)")
      }
    }
    for (key, defect) in found {
      let first = known[key]?.firstAt ?? (key < 0 ? firstNameless : nil) ?? now
      let record = Unread(firstAt: first, updatedAt: defect.updatedAt, reason: defect.reason)
      if record == known[key] { continue }
      try connection.run(
        "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES (?, ?)", "\(Self.skipped)\(key)",
        record.note)
    }
    if asked || known.isEmpty { try set(.unreadAskedAt, now.description) }
  }

  /// Where the server is another one.
  func forgetUnread() throws {
    try connection.run(
      "DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", Self.skipped)
    try set(.unreadAskedAt, nil)
  }
}

extension RowApplier.Extent {
  /// Whether an answer of this extent has the record, if the server still has it.
  fileprivate func covers(_ record: Unread) -> Bool {
    switch self {
    case .everything: true
    case .changes(let since): record.updatedAt.map { $0 > since } ?? false
    }
  }
}

extension Unread {
  fileprivate init?(note: String) {
    guard let value = try? JSONValue(parsing: note),
      let firstAt = value["first_at"]?.string.flatMap(Timestamp.init)
    else { return nil }
    self.firstAt = firstAt
    updatedAt = value["updated_at"]?.string.flatMap(Timestamp.init)
    reason = value["reason"]?.string ?? ""
  }

  fileprivate var note: String {
    let value: JSONValue = [
      "first_at": .string(firstAt.description),
      "updated_at": updatedAt.map { .string($0.description) } ?? .null,
      "reason": .string(reason),
    ]
    return value.text
  }
}

/// Memories that were stored from here, as notes in `memctl_meta`, until an answer has shown them. Until
/// then their times are this machine's, and tell nothing of the row that the server has.
extension Cache {
  private static let stored = "unseen:"

  func noteUnseen(_ id: ServerID) throws {
    try connection.run(
      "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES (?, '1')",
      "\(Self.stored)\(id.rawValue)")
  }

  func unseen() throws -> Set<Int64> {
    Set(
      try connection.query(
        "SELECT substr(key, ?2) FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", Self.stored,
        Self.stored.count + 1
      ) { Int64($0.text(0)) ?? 0 })
  }

  /// Those that an answer has shown, and those that are gone again.
  func forgetUnseen(_ seen: Set<Int64>) throws {
    for id in try unseen() {
      if try !seen.contains(id) && memory(ServerID(rawValue: id)) != nil { continue }
      try connection.run("DELETE FROM memctl_meta WHERE key = ?", "\(Self.stored)\(id)")
    }
  }

  /// Where the ids are those of a former server.
  func forgetUnseen() throws {
    try connection.run(
      "DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", Self.stored)
  }
}
