import MemoryAPI
import MemoryModel
import SQLite

/// What is known beyond memories and queue: the watermark, which is shared with the Python side,
/// and memctl's own notes in `memctl_meta`. It is common to all processes.
package struct NoteTable<Access>: ~Copyable {
  let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  // MARK: The watermark

  /// The server's time up to which the cache has been pulled, as it stands in the file.
  package func lastSyncText() throws -> String? {
    try connection.first("SELECT value FROM sync_meta WHERE key = 'last_sync_ts'") { $0.text(0) }
  }

  /// The watermark as a time; nil also if the text is not a time.
  package func watermark() throws -> Timestamp? { try lastSyncText().flatMap(Timestamp.init) }

  // MARK: Single notes

  package func value(of note: Note) throws -> String? {
    try connection.first("SELECT value FROM memctl_meta WHERE key = ?", note.rawValue) {
      $0.text(0)
    }
  }

  /// The value of a note as a time; nil also if the text is not a time.
  package func time(of note: Note) throws -> Timestamp? {
    try value(of: note).flatMap(Timestamp.init)
  }

  // MARK: Notes on memories

  /// The notes of a set, by the number that each is about.
  package func values(in set: NoteSet) throws -> [Int64: String] {
    let notes = try connection.query(
      "SELECT substr(key, ?2), value FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'",
      set.rawValue, set.rawValue.count + 1
    ) { (Int64($0.text(0)), $0.text(1)) }
    return notes.reduce(into: [:]) { values, note in
      if let number = note.0 { values[number] = note.1 }
    }
  }
}

extension NoteTable where Access == ReadWrite {
  /// Sets the watermark; with nil, the next pull requests everything from the beginning.
  package func setWatermark(_ watermark: Timestamp?) throws {
    guard let watermark else {
      try connection.run("DELETE FROM sync_meta WHERE key = 'last_sync_ts'")
      return
    }
    try connection.run(
      "INSERT OR REPLACE INTO sync_meta(key, value) VALUES ('last_sync_ts', ?)",
      watermark.description)
  }

  /// Sets a note, or removes it if the value is nil. An unchanged value is not written again.
  package func set(_ note: Note, _ value: String?) throws {
    if try self.value(of: note) == value { return }
    try write(value, at: note.rawValue)
  }

  package func put(_ value: String, for number: Int64, in set: NoteSet) throws {
    try write(value, at: "\(set.rawValue)\(number)")
  }

  package func remove(_ number: Int64, from set: NoteSet) throws {
    try write(nil, at: "\(set.rawValue)\(number)")
  }

  package func removeAll(in set: NoteSet) throws {
    try connection.run(
      "DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':'", set.rawValue)
  }

  /// Removes the notes on deletions before `time`, unless a store that went out may be mistaken for
  /// one of them.
  package func forgetDeletions(before time: Timestamp) throws {
    try connection.run(
      """
      DELETE FROM memctl_meta WHERE key >= ?1 AND key < ?1 || ':' AND value < ?2
        AND NOT EXISTS (SELECT 1 FROM memctl_entries
          WHERE op_type = 'store' AND state IN ('sending', 'in_doubt'))
      """, NoteSet.deletions.rawValue, time.description)
  }

  private func write(_ value: String?, at key: String) throws {
    if let value {
      try connection.run(
        "INSERT OR REPLACE INTO memctl_meta(key, value) VALUES (?, ?)", key, value)
    } else {
      try connection.run("DELETE FROM memctl_meta WHERE key = ?", key)
    }
  }
}

/// A note in `memctl_meta`, by its key.
package enum Note: String {
  /// "1" after the server refused the key, until it accepts it again.
  case authFailed = "auth_failed"
  /// When a sync last reached its end.
  case lastSuccess = "last_success_at"
  /// What went wrong since then, as JSON.
  case lastError = "last_error"
  /// The server that the cache was filled from.
  case originAddress = "origin_address"
  /// The account that the cache was filled from.
  case originAccount = "origin_account"
  /// The time before which the server asked not to be called.
  case notBefore = "not_before"
  /// The latest days on which the trash was tidied; see `RetentionDays`.
  case trashDays = "trash_days"
  /// The same for the journal.
  case journalDays = "journal_days"
  /// The mark of the last push, which is also kept beside the file.
  case pushMark = "push_mark"
  /// The server that is known to act once on a repeated `Idempotency-Key`.
  case idempotentServer = "idempotent_server"
  /// When the cache was last compared with everything that the server has.
  case comparedAt = "compared_at"
  /// "1" if that comparison is due, however recent the last one was.
  case comparisonOwed = "comparison_owed"
  /// Seconds by which the server's clock is ahead of this machine's.
  case serverLead = "server_lead"
  /// When the server was last asked for records that could not be read.
  case unreadAskedAt = "unread_asked_at"
  /// When the full-text index of a large cache was last compared with its memories.
  case indexComparedAt = "index_compared_at"
}

/// A set of notes on memories, named by the prefix of their keys; the rest of a key is the number
/// of the memory on the server.
package enum NoteSet: String {
  /// When a memory was deleted here: its tombstone must not be taken for that of an equal memory whose
  /// store is in doubt.
  case deletions = "deleted:"
  /// A record of the server that could not be read, as JSON. The number is negative if the record
  /// does not say which memory it is.
  case unread = "skipped:"
  /// "1" for a memory that was stored from here and that no answer has included since. Until then
  /// its times are this machine's, and say nothing about the server's row.
  case unseen = "unseen:"
}
