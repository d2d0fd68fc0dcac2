import SQLite

/// How a file is, as far as it can be found out in a moment.
package struct Health {
  /// What SQLite says is wrong; nil if nothing is.
  package let damage: String?
  package let hasPlausibleIndex: Bool
  package let libraryVersion: String
}

extension Database {
  /// Reads all of the file, without comparing indexes with their tables.
  package func health() throws -> Health {
    try Database.translatingErrors(path) {
      let found = try connection.first("PRAGMA quick_check(1)") { $0.text(0) } ?? ""
      return Health(
        damage: found == "ok" ? nil : found,
        hasPlausibleIndex: try SearchIndex.isPlausible(connection),
        libraryVersion: try connection.first("SELECT sqlite_version()") { $0.text(0) } ?? "")
    }
  }

  /// Writes the log beside the file into the file, and empties it.
  ///
  /// - Returns: false if another program is still reading what is in it.
  package func foldLog() throws -> Bool {
    try Database.translatingErrors(path) {
      try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) == 0 } ?? false
    }
  }
}
