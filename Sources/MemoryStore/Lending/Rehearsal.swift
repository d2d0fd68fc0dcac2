import MemoryAPI

/// A cache on which everything can be tried: each of its transactions is undone.
///
/// Each transaction starts from the file as it is, and no lock is held between two of them.
package struct Rehearsal: Ledger {
  private let database: Database

  package init(_ database: Database) { self.database = database }

  package var isRehearsal: Bool { true }

  /// A rehearsal repairs nothing.
  package func checkIndex(at now: Timestamp) {}

  package func read<Result>(_ body: (borrowing Snapshot) throws -> Result) throws -> Result {
    try database.read(body)
  }

  package func write<Result>(_ body: (borrowing Transaction) throws -> Result) throws -> Result {
    try database.undoing(body)
  }
}
