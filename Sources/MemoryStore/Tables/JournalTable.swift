import MemoryAPI
import MemoryModel
import SQLite

/// The changes that a user made here, so that they can be listed and taken back.
///
/// A change is a row of `memctl_journal`, with a row of `memctl_journal_items` for each memory or
/// entry that it was about. No text stands there: that of a memory is in the cache or in the trash,
/// and a fingerprint tells whether it is still what the change made of it.
package struct JournalTable<Access>: ~Copyable {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// The ids of the changes, the latest first.
  package func changes(limit: Int?) throws -> [ChangeID] {
    try connection.query("SELECT id FROM memctl_journal ORDER BY id DESC LIMIT ?", limit ?? -1) {
      ChangeID(rawValue: $0.int64(0))
    }
  }

  /// The ids that begin with `digits`, the highest first, at most `limit`.
  package func changes(beginningWith digits: String, limit: Int) throws -> [ChangeID] {
    try Numbers.rows(beginningWith: digits, limit: limit) { range, limit in
      try connection.query(
        "SELECT id FROM memctl_journal WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?",
        range.lowerBound, range.upperBound, limit
      ) { ChangeID(rawValue: $0.int64(0)) }
    }
  }

  /// The latest change that stands; nil if there is none.
  func latest() throws -> ChangeID? {
    try connection.first(
      "SELECT max(id) FROM memctl_journal WHERE undone_at IS NULL"
    ) { $0.optionalInt64(0) }?.map(ChangeID.init)
  }

  package func change(_ id: ChangeID) throws -> Change? {
    let head = try connection.first(
      "SELECT action, made_at, undone_at FROM memctl_journal WHERE id = ?", id.rawValue
    ) { (Change.Action(rawValue: $0.text(0)) ?? .store, $0.text(1), $0.optionalText(2)) }
    guard let (action, madeAt, undoneAt) = head else { return nil }
    let states = try states(of: id)
    let first = try items(of: id, limit: 1).first
    return Change(
      id: id, action: action, madeAt: madeAt, undoneAt: undoneAt,
      count: states.values.reduce(0, +), states: states,
      example: try first.flatMap { try memory(of: $0) },
      memory: first?.memory)
  }

  /// The memory that an item is about, as it is now or in its latest version.
  private func memory(of item: JournalItem) throws -> Memory? {
    guard let id = item.memory else { return nil }
    let memories = MemoryTable<Access>(connection)
    if let memory = try memories.memory(id) { return memory }
    return try connection.first(
      """
      SELECT \(TrashTable<Access>.columns) FROM memctl_trash WHERE memory_id = ?
      ORDER BY id DESC LIMIT 1
      """, id.rawValue, row: TrashTable<Access>.version
    )?.memory
  }

  private func states(of id: ChangeID) throws -> [Change.State: Int] {
    let counts = try connection.query(
      """
      SELECT CASE
          WHEN e.state = 'dead' THEN 'rejected'
          WHEN e.state IN ('in_doubt', 'sending') THEN 'in_doubt'
          WHEN p.id IS NOT NULL OR e.id IS NOT NULL THEN 'queued'
          WHEN i.kind = 'deleted' AND i.entry_id IS NULL THEN 'only_here'
          WHEN i.kind = 'deleted' THEN 'on_server'
          WHEN m.id IS NULL THEN 'gone'
          WHEN m.server_id IS NULL THEN 'only_here'
          ELSE 'on_server'
        END, count(*)
      FROM memctl_journal_items i
        LEFT JOIN pending_ops p ON p.id = i.entry_id
        LEFT JOIN memctl_entries e ON e.id = i.entry_id AND e.op_type IS NOT NULL
        LEFT JOIN memories m ON m.id = i.memory_id
      WHERE i.change_id = ? GROUP BY 1
      """, id.rawValue
    ) { ($0.text(0), $0.int(1)) }
    return counts.reduce(into: [:]) { states, count in
      if let state = Change.State(rawValue: count.0) { states[state] = count.1 }
    }
  }

  /// What a change was about, in the order in which it was done.
  func items(of id: ChangeID, limit: Int? = nil) throws -> [JournalItem] {
    try connection.query(
      """
      SELECT kind, memory_id, entry_id, trash_id, restored_id, fingerprint, is_withheld, entry
      FROM memctl_journal_items WHERE change_id = ? ORDER BY id LIMIT ?
      """, id.rawValue, limit ?? -1
    ) { row in
      var item = JournalItem(JournalItem.Kind(rawValue: row.text(0)) ?? .created, nil)
      item.memory = row.optionalInt64(1).map(LocalID.init)
      item.entry = row.optionalInt64(2).map(EntryID.init)
      item.former = row.optionalInt64(3).map(TrashID.init)
      item.restored = row.optionalInt64(4).map(TrashID.init)
      item.fingerprint = row.optionalInt64(5)
      item.isWithheld = row.bool(6)
      item.dropped = row.optionalText(7)
      return item
    }
  }
}

extension JournalTable where Access == ReadWrite {
  /// The most items that are kept, except that the latest change is kept whole.
  static var capacity: Int64 { 500_000 }

  /// Notes a change, in the transaction that makes it. Nothing is noted if it was about nothing.
  func record(_ action: Change.Action, _ items: [JournalItem], at now: Timestamp) throws {
    if !items.isEmpty { try append(items, to: begin(action, at: now)) }
  }

  /// Begins a change that takes several transactions.
  func begin(_ action: Change.Action, at now: Timestamp) throws -> ChangeID {
    try tidy(at: now)
    try connection.run(
      "INSERT INTO memctl_journal (action, made_at) VALUES (?, ?)", action.rawValue,
      now.description)
    return ChangeID(rawValue: connection.lastInsertedRowID)
  }

  /// Whether more can be added to a change: nobody has taken it back, and it is not forgotten.
  func isOpen(_ id: ChangeID) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM memctl_journal WHERE id = ? AND undone_at IS NULL", id.rawValue
    ) { _ in true } ?? false
  }

  func append(_ items: [JournalItem], to id: ChangeID) throws {
    for item in items {
      try connection.run(
        """
        INSERT INTO memctl_journal_items (change_id, kind, memory_id, entry_id, trash_id,
          restored_id, fingerprint, is_withheld, entry)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, id.rawValue, item.kind.rawValue, item.memory?.rawValue, item.entry?.rawValue,
        item.former?.rawValue, item.restored?.rawValue, item.fingerprint, item.isWithheld,
        item.dropped)
    }
  }

  /// Notes that another entry now tells the server what a memory says.
  func follow(_ memory: LocalID, to entry: EntryID) throws {
    try connection.run(
      """
      UPDATE memctl_journal_items SET entry_id = ?2
      WHERE memory_id = ?1 AND kind IN ('created', 'changed')
      """, memory.rawValue, entry.rawValue)
  }

  func markUndone(_ id: ChangeID, at now: Timestamp) throws {
    try connection.run(
      "UPDATE memctl_journal SET undone_at = ? WHERE id = ?", now.description, id.rawValue)
  }

  /// Forgets the dropped entries of a memory, which hold its text.
  func forgetEntries(of memory: LocalID) throws {
    try connection.run(
      "UPDATE memctl_journal_items SET entry = NULL WHERE memory_id = ?", memory.rawValue)
  }

  /// Forgets the entries that were dropped: the ids in them are those of a former server.
  package func forgetServerIDs() throws {
    try connection.run("UPDATE memctl_journal_items SET entry = NULL WHERE entry IS NOT NULL")
  }

  /// Removes changes that are too old, and the oldest of too many.
  package func tidy(at now: Timestamp) throws {
    let notes = NoteTable<ReadWrite>(connection)
    if let oldest = try notes.beginDay(.journalDays, at: now, latest: { try last() }) {
      try remove(upTo: oldest)
    }
    let first = try connection.first(
      """
      SELECT change_id FROM memctl_journal_items
      WHERE id = (SELECT max(id) FROM memctl_journal_items) - ?
      """, Self.capacity
    ) { $0.int64(0) }
    if let first { try remove(upTo: min(first, try last() - 1)) }
  }

  /// The latest change that was ever made.
  private func last() throws -> Int64 {
    try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'memctl_journal'") {
      $0.int64(0)
    } ?? 0
  }

  private func remove(upTo id: Int64) throws {
    try connection.run("DELETE FROM memctl_journal_items WHERE change_id <= ?", id)
    try connection.run("DELETE FROM memctl_journal WHERE id <= ?", id)
  }
}

/// What a change did to one memory or entry.
struct JournalItem {
  enum Kind: String { case created, changed, deleted, dropped }

  let kind: Kind
  var memory: LocalID?
  /// The entry that tells the server; for a drop, the one that was given up.
  var entry: EntryID?
  /// What the memory said before the change.
  var former: TrashID?
  /// The version that was taken out of the trash.
  var restored: TrashID?
  /// What the change made of the memory; see `MemoryFields.fingerprint`.
  var fingerprint: Int64?
  /// Whether the user withheld the memory from the server before the change.
  var isWithheld = false
  /// A dropped entry, in the form of `QueueTable.text`.
  var dropped: String?

  init(_ kind: Kind, _ memory: LocalID?) {
    self.kind = kind
    self.memory = memory
  }
}
