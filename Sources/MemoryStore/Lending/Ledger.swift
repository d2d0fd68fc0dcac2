import MemoryAPI

/// What lends snapshots and transactions of a cache.
///
/// Whether a transaction lasts is decided by who lends it: those of a `Database` do, those of a
/// `Rehearsal` are undone. Each throws `Problem` of kind `.bug` where something is lent already.
package protocol Ledger {
  /// Whether what is written is undone.
  var isRehearsal: Bool { get }

  /// Compares the full-text index with the memories and rebuilds it where they differ; with many
  /// memories once a day.
  func checkIndex(at now: Timestamp) throws

  /// Runs `body` on one snapshot of the file.
  ///
  /// - Throws: what `body` throws, and `Problem` of kind `.file`.
  func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result

  /// Runs `body` in one transaction that holds the write lock.
  ///
  /// - Throws: what `body` throws, and `Problem` of kind `.file`; then nothing was written.
  func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result
}

/// A cache on which everything can be tried: each of its transactions is undone.
///
/// Each starts from the file as it is, and none holds a lock between two of them.
package struct Rehearsal: Ledger {
  private let database: Database

  package init(_ database: Database) { self.database = database }

  package var isRehearsal: Bool { true }

  /// What it would mend stays as it is.
  package func checkIndex(at now: Timestamp) {}

  package func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result {
    try database.read(body)
  }

  package func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try database.undoing(body)
  }
}
