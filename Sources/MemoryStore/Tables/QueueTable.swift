import MemoryAPI
import MemoryModel
import SQLite

/// The queue: `pending_ops`, which other programs read and write, together with the entries that
/// memctl holds in `memctl_entries` so that nobody else sends them.
package struct QueueTable<Access>: ~Copyable {
  let connection: Connection
  let random: Randomness

  init(_ connection: Connection, _ random: Randomness) {
    self.connection = connection
    self.random = random
  }

  /// A query for every entry that meets `condition`, from either table.
  static func entries(where condition: String) -> String {
    """
    SELECT p.id, p.op_type, p.payload, p.created_at, coalesce(e.state, 'pending'),
      coalesce(e.attempts, 0), e.next_attempt_at, e.error_kind, e.error_status, e.error_message,
      e.idempotency_key, e.sent_after, e.last_sent_at, coalesce(e.delete_when_known, 0),
      coalesce(e.sent_without_key, 0), coalesce(e.is_dropped, 0), coalesce(e.is_edited, 0),
      coalesce(e.candidates, '')
    FROM (SELECT * FROM pending_ops WHERE \(condition)) p LEFT JOIN memctl_entries e ON e.id = p.id
    UNION ALL
    SELECT id, op_type, payload, created_at, state, attempts, next_attempt_at, error_kind,
      error_status, error_message, idempotency_key, sent_after, last_sent_at, delete_when_known,
      sent_without_key, is_dropped, is_edited, candidates
    FROM memctl_entries WHERE op_type IS NOT NULL AND \(condition)
    """
  }

  static func entry(_ row: Statement) -> QueueEntry {
    QueueEntry(
      id: EntryID(rawValue: row.int64(0)), operationName: row.text(1), payload: row.text(2),
      createdAt: row.text(3), state: QueueEntry.State(rawValue: row.text(4)) ?? .pending,
      attempts: row.int(5), nextAttemptAt: row.optionalText(6).flatMap(Timestamp.init),
      lastError: row.optionalText(7).map { kind in
        QueueEntry.LastError(
          kind: Problem.Kind(stored: kind) ?? .bug, status: row.optionalInt64(8).map(Int.init),
          message: row.text(9))
      },
      idempotencyKey: row.optionalText(10), sentAfter: row.optionalText(11).flatMap(Timestamp.init),
      lastSentAt: row.optionalText(12).flatMap(Timestamp.init), deleteWhenKnown: row.bool(13),
      wasSentWithoutKey: row.bool(14), isDropped: row.bool(15), isEdited: row.bool(16),
      candidates: QueueEntry.Candidate.list(row.text(17)))
  }

  /// Every entry, dead ones included, oldest first.
  package func entries() throws -> [QueueEntry] {
    try connection.query(
      "SELECT * FROM (\(Self.entries(where: "true"))) ORDER BY id", row: Self.entry)
  }

  package func entry(_ id: EntryID) throws -> QueueEntry? {
    try connection.first(
      Self.entries(where: "id = ?"), id.rawValue, id.rawValue, row: Self.entry)
  }

  /// The highest id in the queue.
  package func newest() throws -> EntryID? {
    try connection.first(
      """
      SELECT max(id) FROM (
        SELECT max(id) AS id FROM pending_ops
        UNION ALL SELECT max(id) FROM memctl_entries WHERE op_type IS NOT NULL)
      """
    ) { $0.optionalInt64(0).map(EntryID.init) } ?? nil
  }

  /// Whether an entry after `id` is waiting to be sent, and for no later time.
  package func hasDue(after id: EntryID?, at now: Timestamp) throws -> Bool {
    try connection.first(
      """
      SELECT 1 FROM pending_ops p LEFT JOIN memctl_entries e ON e.id = p.id
      WHERE p.id > ?1 AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= ?2)
      UNION ALL SELECT 1 FROM memctl_entries
      WHERE id > ?1 AND op_type IS NOT NULL AND state = 'pending'
        AND (next_attempt_at IS NULL OR next_attempt_at <= ?2)
      """, id?.rawValue ?? 0, now.description
    ) { _ in true } ?? false
  }

  /// The queued or held stores of a memory that has no server id yet.
  package func storeEntries(of id: LocalID) throws -> [QueueEntry] {
    // The text of the id narrows the search before payloads are read in full.
    let stores = Self.entries(where: "op_type = 'store' AND instr(payload, ?1)")
    return try connection.query(
      "SELECT * FROM (\(stores)) ORDER BY id", String(id.rawValue), row: Self.entry
    ).filter { entry in
      guard case .store(_, localID: id)? = try? entry.operation() else { return false }
      return true
    }
  }

  /// The queued updates of a memory, except one that is being sent.
  func updates(of serverID: ServerID) throws -> [QueueEntry] {
    let updates = Self.entries(where: "op_type = 'update' AND instr(payload, ?1)")
    return try connection.query(
      "SELECT * FROM (\(updates)) ORDER BY id", String(serverID.rawValue), row: Self.entry
    ).filter { entry in
      guard case .update(_, serverID)? = try? entry.operation() else { return false }
      return entry.state != .sending
    }
  }

  /// The first entry that has to be done before this one, because it is about the same memory.
  package func predecessor(of entry: QueueEntry) throws -> QueueEntry? {
    try entries().first {
      $0.id < entry.id && $0.state != .dead && $0.subject == entry.subject
    }
  }

  /// The server ids of the memories that entries of this type are about, dead ones included, unless
  /// they were meant for another server.
  package func serverIDs(ofEntries name: String) throws -> Set<Int64> {
    let payloads = try connection.query(
      """
      SELECT payload FROM pending_ops WHERE op_type = ?1
      UNION ALL SELECT payload FROM memctl_entries
      WHERE op_type = ?1 AND NOT (state = 'dead' AND error_kind IS 'refused')
      """, name
    ) { $0.text(0) }
    return Set(
      payloads.compactMap { payload in
        switch try? QueuedOperation(name: name, payload: payload) {
        case .delete(let id), .update(_, let id): id.rawValue
        default: nil
        }
      })
  }

  // MARK: How many

  /// Entries that the server has not acknowledged and that are not dead, those in doubt included.
  package func countPending() throws -> Int {
    try count("SELECT count(*) FROM pending_ops") + count("\(Self.held) <> 'dead'")
  }

  package func countInDoubt() throws -> Int {
    try count("\(Self.held) IN ('in_doubt', 'sending')")
  }

  package func countDead() throws -> Int { try count("\(Self.held) = 'dead'") }

  /// Entries in doubt of which only a person can tell whether they have arrived.
  package func countUndecided() throws -> Int {
    try count("\(Self.held) = 'in_doubt' AND candidates <> ''")
  }

  private static var held: String {
    "SELECT count(*) FROM memctl_entries WHERE op_type IS NOT NULL AND NOT is_dropped AND state"
  }

  private func count(_ sql: String) throws -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }
}

extension QueueTable where Access == ReadWrite {
  /// Appends an operation. An update goes into `memctl_entries`, where the Python side does not see
  /// it: it would treat the update as done.
  @discardableResult
  package func enqueue(_ operation: QueuedOperation, at now: Timestamp) throws -> EntryID {
    try connection.run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES (?, ?, ?)", operation.name,
      operation.payload, now.description)
    let id = EntryID(rawValue: connection.lastInsertedRowID)
    switch operation {
    case .update: try hold(id, as: .pending)
    case .delete(let serverID):
      let notes = NoteTable<ReadWrite>(connection)
      try notes.put(now.description, for: serverID.rawValue, in: .deletions)
    case .store: break
    }
    return id
  }

  /// Moves an entry from `pending_ops` to memctl's own table, or changes its state there.
  ///
  /// - Returns: false if the entry is gone because another program has sent it.
  @discardableResult
  package func hold(_ id: EntryID, as state: QueueEntry.State) throws -> Bool {
    let moved = try connection.run(
      """
      INSERT INTO memctl_entries(id, op_type, payload, created_at, state, idempotency_key)
      SELECT id, op_type, payload, created_at, ?2, ?3 FROM pending_ops WHERE id = ?1
      ON CONFLICT(id) DO UPDATE SET op_type = excluded.op_type, payload = excluded.payload,
        created_at = excluded.created_at, state = excluded.state
      """, id.rawValue, state.rawValue, random.identifier())
    if moved == 0 {
      return try connection.run(
        "UPDATE memctl_entries SET state = ?2 WHERE id = ?1 AND op_type IS NOT NULL", id.rawValue,
        state.rawValue) > 0
    }
    try connection.run("DELETE FROM pending_ops WHERE id = ?", id.rawValue)
    return true
  }

  /// Keeps a store in doubt until the server cannot commit it any more.
  package func hold(_ id: EntryID, untilLookAt time: Timestamp) throws {
    try connection.run(
      "UPDATE memctl_entries SET next_attempt_at = ? WHERE id = ?", time.description, id.rawValue)
  }

  /// Keeps a store in doubt that may have created one of these rows.
  package func hold(
    _ id: EntryID, candidates: [QueueEntry.Candidate], untilLookAt time: Timestamp
  ) throws {
    try connection.run(
      "UPDATE memctl_entries SET candidates = ? WHERE id = ?",
      QueueEntry.Candidate.text(candidates), id.rawValue)
    try hold(id, untilLookAt: time)
  }

  /// Marks a pending store as in doubt: another program may have sent it already, up to this
  /// moment.
  package func doubt(_ id: EntryID, at now: Timestamp) throws {
    try hold(id, as: .inDoubt)
    try connection.run(
      "UPDATE memctl_entries SET sent_without_key = 1, last_sent_at = ? WHERE id = ?",
      now.description, id.rawValue)
  }

  /// Marks each pending store as in doubt: this file may be a copy of one from which they were
  /// sent.
  package func doubtStores(at now: Timestamp) throws {
    for entry in try entries() where entry.operationName == "store" && entry.state == .pending {
      try doubt(entry.id, at: now)
    }
  }

  /// Gives a store in doubt a new key, because its old one belongs to a memory that is already
  /// linked. The store waits until the effect of the other entry's key can be seen, but not for
  /// ever.
  package func renewKey(_ id: EntryID, until time: Timestamp) throws {
    try connection.run(
      "UPDATE memctl_entries SET idempotency_key = ?, attempts = attempts + 1 WHERE id = ?",
      random.identifier(), id.rawValue)
    try hold(id, untilLookAt: time)
  }

  /// Returns an entry to the queue, to be sent later by whichever program comes first; what memctl
  /// knows about it is kept. Updates, which the Python side would misunderstand, stay with memctl,
  /// and so do edited entries, whose former text the Python side may have read.
  package func release(_ id: EntryID) throws {
    try connection.run(
      """
      UPDATE memctl_entries SET state = 'pending', sent_without_key = 0, candidates = '' WHERE id = ?
      """, id.rawValue)
    let released = try connection.run(
      """
      INSERT INTO pending_ops(id, op_type, payload, created_at)
      SELECT id, op_type, payload, created_at FROM memctl_entries
      WHERE id = ? AND op_type IN ('store', 'delete') AND NOT is_edited
      """, id.rawValue)
    if released > 0 {
      try connection.run(
        "UPDATE memctl_entries SET op_type = NULL, payload = NULL, created_at = NULL WHERE id = ?",
        id.rawValue)
    }
  }

  /// Removes an entry for good, because it was acknowledged or the user wants it.
  package func remove(_ id: EntryID) throws {
    // An entry that vanishes from `pending_ops` is rescued, unless it was held first.
    try hold(id, as: .pending)
    try connection.run("DELETE FROM memctl_entries WHERE id = ?", id.rawValue)
  }

  /// Removes an entry that is not on its way.
  ///
  /// - Returns: a text from which `putBack` makes the same entry again; nil if there is no such
  ///   entry.
  func take(_ id: EntryID) throws -> String? {
    guard let state = try entry(id)?.state else { return nil }
    try hold(id, as: state)
    let text = try connection.first(
      "SELECT json_object(\(Self.keptColumns.map { "'\($0)', \($0)" }.joined(separator: ", "))) "
        + "FROM memctl_entries WHERE id = ?", id.rawValue
    ) { $0.text(0) }
    try remove(id)
    return text
  }

  /// Returns an entry that was taken to its place in the queue, with its key and its last error.
  func putBack(_ text: String) throws -> EntryID? {
    let values = Self.keptColumns.map { "json_extract(?1, '$.\($0)')" }.joined(separator: ", ")
    let added = try connection.run(
      """
      INSERT OR IGNORE INTO memctl_entries (\(Self.keptColumns.joined(separator: ", ")))
      SELECT \(values)
      """, text)
    if added == 0 { return nil }
    let id = EntryID(rawValue: connection.lastInsertedRowID)
    if try entry(id)?.state == .pending { try release(id) }
    return id
  }

  private static var keptColumns: [String] {
    [
      "id", "op_type", "payload", "created_at", "state", "idempotency_key", "attempts",
      "error_kind", "error_status", "error_message", "is_edited",
    ]
  }

  /// Records that the entry is sent now. Only the first `watermark` is kept.
  package func noteSending(_ id: EntryID, at now: Timestamp, watermark: Timestamp?) throws {
    try connection.run(
      """
      UPDATE memctl_entries SET sent_after = CASE WHEN last_sent_at IS NULL THEN ?3 ELSE sent_after END,
        last_sent_at = ?2 WHERE id = ?1
      """, id.rawValue, now.description, watermark?.description)
  }

  /// Records an answer that did not acknowledge the entry.
  package func noteFailure(
    _ id: EntryID, _ error: QueueEntry.LastError, countsAsAttempt: Bool, nextAttemptAt: Timestamp?
  ) throws {
    try connection.run(
      """
      UPDATE memctl_entries SET attempts = attempts + ?2, next_attempt_at = ?3, error_kind = ?4,
        error_status = ?5, error_message = ?6 WHERE id = ?1
      """, id.rawValue, countsAsAttempt, nextAttemptAt?.description, error.kind.rawValue,
      error.status, error.message)
  }

  /// Removes the queued updates of a memory that is about to be deleted, except one that is being
  /// sent.
  package func dropUpdates(of serverID: ServerID) throws {
    for entry in try updates(of: serverID) { try remove(entry.id) }
  }

  /// Lifts everything that holds an entry back, and makes a dead one pending again.
  ///
  /// - Returns: false when there is no such entry.
  package func retry(_ id: EntryID) throws -> Bool {
    guard let entry = try entry(id) else { return false }
    try connection.run(
      "UPDATE memctl_entries SET attempts = 0, next_attempt_at = NULL WHERE id = ?", id.rawValue)
    if entry.state == .dead { try release(id) }
    return true
  }

  /// Lets an entry be sent, or its memory be looked for, at once.
  func endDeferral(of id: EntryID) throws {
    try connection.run(
      "UPDATE memctl_entries SET next_attempt_at = NULL WHERE id = ?", id.rawValue)
  }

  /// Hides a store that may have arrived from the user, or shows it again.
  func setDropped(_ isDropped: Bool, _ id: EntryID) throws {
    try connection.run(
      "UPDATE memctl_entries SET is_dropped = ? WHERE id = ?", isDropped, id.rawValue)
  }

  /// Notes whether the memory of a store that may have arrived is to be deleted once its id is known.
  func deleteWhenKnown(_ id: EntryID, _ isUnwanted: Bool = true) throws {
    try connection.run(
      "UPDATE memctl_entries SET delete_when_known = ?2 WHERE id = ?1", id.rawValue, isUnwanted)
  }

  /// Turns an entry that is not in flight into a new request, without the records of the former
  /// one.
  ///
  /// Another program may already have read a pending entry, and would treat it as done once it has
  /// sent the former text, so that entry stays with memctl from then on.
  func replace(_ entry: QueueEntry, with operation: QueuedOperation) throws {
    let isExposed = entry.state == .pending
    if isExposed { try hold(entry.id, as: .pending) }
    try connection.run(
      """
      UPDATE memctl_entries SET payload = ?2, idempotency_key = ?3, sent_after = NULL,
        last_sent_at = NULL, attempts = 0, next_attempt_at = NULL, error_kind = NULL,
        error_status = NULL, error_message = NULL, is_edited = ?4
      WHERE id = ?1
      """, entry.id.rawValue, operation.payload, random.identifier(), isExposed)
    if !isExposed { try release(entry.id) }
  }

  // MARK: Tidying

  /// Puts the queue in order after whatever happened since the last sync. The caller holds the sync
  /// lock, so an entry that is being sent was left by a process that died: it may have arrived.
  ///
  /// - Parameters:
  ///   - longestWait: seconds; no entry waits for longer than that.
  ///   - longestFlight: the most seconds between the claim of an entry and the end of its sending.
  package func recover(at now: Timestamp, longestWait: Double, longestFlight: Double) throws {
    // A delete or an update is harmless when it arrives twice.
    let repeatable = try connection.query(
      "SELECT id FROM memctl_entries WHERE state = 'sending' AND op_type <> 'store'"
    ) { EntryID(rawValue: $0.int64(0)) }
    for id in repeatable { try release(id) }
    let claims = try connection.query(
      "SELECT id, last_sent_at FROM memctl_entries WHERE state = 'sending'"
    ) { (EntryID(rawValue: $0.int64(0)), $0.optionalText(1).flatMap(Timestamp.init)) }
    for (id, claimedAt) in claims {
      let sentAt = claimedAt.map { min($0.advanced(bySeconds: longestFlight), now) } ?? now
      try noteSending(id, at: sentAt, watermark: nil)
      try hold(id, as: .inDoubt)
    }
    // Another program counts an attempt that timed out like any other: it may have arrived.
    let tried = try connection.query(
      "SELECT id FROM pending_ops WHERE op_type = 'store' AND retry_count > 0"
    ) { EntryID(rawValue: $0.int64(0)) }
    for id in tried { try doubt(id, at: now) }
    // Nobody recorded when an entry that another program gave up was sent: it may have been just
    // now.
    try connection.run(
      "UPDATE memctl_entries SET last_sent_at = ? WHERE state = 'in_doubt' AND last_sent_at IS NULL",
      now.description)
    // Impossible times date from before the clock was set back.
    try connection.run(
      "UPDATE memctl_entries SET last_sent_at = ?1 WHERE last_sent_at > ?1", now.description)
    try connection.run(
      "UPDATE memctl_entries SET next_attempt_at = NULL WHERE next_attempt_at > ?",
      now.advanced(bySeconds: longestWait).description)
    // The Python side has sent and removed these.
    try connection.run(
      """
      DELETE FROM memctl_entries
      WHERE op_type IS NULL AND NOT EXISTS (SELECT 1 FROM pending_ops p WHERE p.id = memctl_entries.id)
      """)
    // The Python side counts attempts without a connection, too, and deletes an entry at 5.
    try connection.run("UPDATE pending_ops SET retry_count = 0 WHERE retry_count <> 0")
  }
}

/// The format of candidates in the file: `7,-9`, where 9 was deleted on the server.
extension QueueEntry.Candidate {
  fileprivate static func list(_ text: String) -> [Self] {
    text.split(separator: ",").compactMap { Int64($0) }.map {
      Self(id: ServerID(rawValue: abs($0)), isDeleted: $0 < 0)
    }
  }

  fileprivate static func text(_ candidates: [Self]) -> String {
    candidates.map { "\($0.isDeleted ? -$0.id.rawValue : $0.id.rawValue)" }.joined(separator: ",")
  }
}
