import MemoryAPI

/// A source of snapshots and transactions of a cache.
///
/// The ledger decides whether a transaction lasts: those of a `Database` do, those of a `Rehearsal`
/// are undone. `read` and `write` throw `Problem` of kind `.bug` while a snapshot or transaction is
/// in use.
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
