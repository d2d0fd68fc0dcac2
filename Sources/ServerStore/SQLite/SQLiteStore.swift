import MemoryAPI
import SQLite

/// A store in an SQLite file, which one process serves: one writer and any number of readers.
///
/// Every commit is synced to the disk before it is completed (WAL, `synchronous=FULL`).
package final class SQLiteStore: Store {
  let writer: Writer
  let readers: Readers
  private let clock: Clock
  private let lock: StoreLock

  /// Drafts from which on an insertion is long work.
  private static let longInsertion = 1000

  /// Opens the file at `path`, and makes it, and the folder it is in, when missing: for their owner
  /// alone.
  package init(path: String) throws(StoreOpeningFailure) {
    lock = try StoreLock(of: path)
    do {
      let connection = try Connection(path: path)
      guard try StoreSchema.prepare(connection) else { throw StoreOpeningFailure.foreign(path) }
      func time(_ sql: String) throws -> Timestamp {
        Timestamp(microseconds: try connection.first(sql) { $0.int64(0) } ?? 0)
      }
      clock = Clock(
        last: try time("SELECT max(updated_at) FROM memories"),
        reserved: try time("SELECT reserved FROM clock"))
      let files = StoreFiles(of: path)
      readers = Readers(path: path, files: files)
      writer = Writer(WriteTransaction(connection: connection, clock: clock, files: files))
    } catch let failure as StoreOpeningFailure {
      throw failure
    } catch {
      throw .unusable(path, reason: "\(error)")
    }
  }

  // MARK: Changes

  package func insert(
    _ drafts: [Draft], owner: String, key: IdempotencyKey?,
    completion: @escaping Completion<Insertion>
  ) {
    @Sendable func ids(from first: Int64) -> [Int64] {
      (0..<Int64(drafts.count)).map { first + $0 }
    }
    let isLong = drafts.count > Self.longInsertion
    writer.submit(
      isLong: isLong,
      { transaction in
        if let key, let kept = try transaction.keys.find(key.name, owner: owner) {
          return kept.fingerprint == key.fingerprint
            ? .replayed(ids(from: kept.firstID)) : .keyReused
        }
        let first = try transaction.memories.insert(drafts, owner: owner, time: transaction.time)
        if let key { try transaction.keys.insert(key, owner: owner, firstID: first) }
        return .inserted(ids(from: first))
      }, completion: completion)
  }

  package func update(
    _ id: Int64, with patch: Patch, by user: String, completion: @escaping Completion<Update>
  ) {
    writer.submit(
      { transaction in
        guard let memory = try transaction.memories.find(id), memory.deletedAt == nil else {
          return .notFound
        }
        guard memory.owner == user else { return .notPermitted }
        if !patch.isEmpty {
          try transaction.memories.update(id, with: patch, at: transaction.time())
        }
        return .updated
      }, completion: completion)
  }

  package func delete(
    _ id: Int64, by user: String, completion: @escaping Completion<Deletion>
  ) {
    writer.submit(
      { transaction in
        guard let memory = try transaction.memories.find(id) else { return .nothingToDelete }
        guard memory.owner == user else { return .notPermitted }
        guard memory.deletedAt == nil else { return .nothingToDelete }
        try transaction.memories.delete(id, at: transaction.time())
        return .deleted(content: memory.content)
      }, completion: completion)
  }

  package func close() { writer.close() }

  // MARK: What changed

  package func watermark(completion: @escaping Completion<Timestamp>) {
    let (time, isReserved) = clock.horizon()
    if isReserved { return completion(.success(time)) }
    // A commit renews the reservation. Where it fails, an earlier time misses nothing either.
    writer.submit({ _ in }) { [clock] _ in completion(.success(clock.horizon().time)) }
  }

  package func revision(of user: String) throws(StoreFailure) -> Revision {
    try read { Revision(try $0.lastChange(of: user)) }
  }

  package func changes(
    of user: String, since time: Timestamp?
  ) throws(StoreFailure) -> [Int64] {
    try read { try $0.changes(of: user, since: time) }
  }

  // MARK: Memories

  package func memory(_ id: Int64) throws(StoreFailure) -> MemoryRecord? {
    try read { memories in
      try memories.find(id).flatMap { $0.deletedAt == nil ? $0 : nil }
    }
  }

  package func memories(_ ids: ArraySlice<Int64>) throws(StoreFailure) -> [MemoryRecord] {
    try read { try $0.find(ids) }
  }

  package func summary(of filter: MemoryFilter) throws(StoreFailure) -> MemorySummary {
    try read { memories in
      let (count, lastChange) = try memories.summary(of: filter)
      // A memory that comes in makes the last change later; one that goes makes the number smaller.
      return MemorySummary(count: count, revision: Revision(count, lastChange))
    }
  }

  package func list(
    _ filter: MemoryFilter, limit: Int64, offset: Int64
  ) throws(StoreFailure) -> [Int64] {
    try read { try $0.list(filter, limit: limit, offset: offset) }
  }

  private func read<Result>(
    _ body: (MemoryTable) throws -> Result
  ) throws(StoreFailure) -> Result {
    do {
      return try readers.read { try body(MemoryTable(connection: $0)) }
    } catch {
      throw StoreFailure(error)
    }
  }
}
