import MemoryAPI
import MemoryModel
import MemoryStore

/// What the server has not acknowledged yet: entries in the order in which they were written.
///
/// Each function is one transaction; see `Cache` for what all of them throw.
public struct Queue {
  let database: Database

  /// Every entry, dead letters included, oldest first.
  public func entries() throws -> [QueueEntry] { try database.read { try $0.queue.entries() } }

  public func entry(_ id: EntryID) throws -> QueueEntry? {
    try database.read { try $0.queue.entry(id) }
  }

  /// Entries whose id begins with `digits`, the highest first, at most `limit`; with no digits, of
  /// all.
  public func entries(beginningWith digits: String, limit: Int) throws -> [QueueEntry] {
    try database.read { try $0.queue.entries(beginningWith: digits, limit: limit) }
  }

  /// The first entry that has to be done before this one, as it is of the same memory.
  public func predecessor(of entry: QueueEntry) throws -> QueueEntry? {
    try database.read { try $0.queue.predecessor(of: entry) }
  }

  /// Changes the memory that an entry carries, in the entry and in the cache, and lets it be sent at
  /// once, a dead letter included: it keeps its id and its place, and is another request from then on,
  /// with an idempotency key of its own and nothing held against it.
  ///
  /// - Returns: the operation as it is now; nil when there is no such entry.
  /// - Throws: `Problem` of kind `.busy` where it may have arrived at the server already; of kind
  ///   `.invalidInput` where it carries no memory, cannot be read all the same, breaks a bound, or
  ///   would not reach the server. Then nothing is changed.
  public func edit(
    _ id: EntryID, _ changes: MemoryChanges, at now: Timestamp = .now
  ) throws -> QueuedOperation? {
    try database.write { try $0.edit(id, changes, at: now) }
  }

  /// Lets an entry be sent again at once, a dead letter included, even where the server asked for a
  /// pause.
  ///
  /// - Returns: false when there is no such entry.
  public func retry(_ id: EntryID) throws -> Bool {
    try database.write { try $0.retry(id) }
  }

  /// Lets several entries be sent again in the same way, all in one transaction.
  ///
  /// - Returns: how many there were.
  /// - Throws: `Problem` of kind `.notFound` where one is missing; then nothing is changed.
  public func retry(_ ids: [EntryID]) throws -> Int {
    try database.write { transaction in
      for id in ids {
        guard try transaction.retry(id) else { throw Problem.noEntry(id) }
      }
      return ids.count
    }
  }

  /// Lets every entry be sent again in the same way, except those that were meant for another server:
  /// there the same ids are other memories, so only who names such an entry can mean it.
  ///
  /// - Returns: how many there were.
  public func retryAll() throws -> Int {
    try database.write { transaction in
      let entries = try transaction.queue.entries().filter {
        !$0.isMeantForAnotherServer && !$0.isDropped
      }
      for entry in entries { _ = try transaction.retry(entry.id) }
      return entries.count
    }
  }

  /// Removes an entry without sending it; its memory stays in the cache. A store that may have arrived
  /// is kept out of sight until that is known: else the memory could come back as a copy.
  ///
  /// - Returns: nil when there is no such entry.
  public func drop(_ id: EntryID) throws -> DroppedEntry? {
    try database.write { try $0.drop(id) }
  }

  /// Drops several entries in the same way, all in one transaction.
  ///
  /// - Returns: what came of each; an id without an entry is passed over.
  public func drop(_ ids: [EntryID]) throws -> [DroppedEntry] {
    try database.write { transaction in
      var dropped: [DroppedEntry] = []
      for id in ids { if let entry = try transaction.drop(id) { dropped.append(entry) } }
      return dropped
    }
  }

  /// Ends the doubt about an entry by what the user knows.
  ///
  /// - Returns: nil when there is no such entry.
  /// - Throws: `Problem` of kind `.invalidInput` for an entry that is not in doubt, or a memory that
  ///   is none of its candidates; then nothing is changed. Of kind `.busy` while it is being sent.
  public func settle(
    _ id: EntryID, by answer: DoubtAnswer, at now: Timestamp = .now
  ) throws -> DoubtSettlement? {
    try database.write { try $0.settle(id, by: answer, at: now) }
  }

  /// Queues the stores of memories that the server does not have, those that were dropped included,
  /// in their order.
  ///
  /// - Throws: `Problem` of kind `.notFound`, or of kind `.invalidInput` where there is nothing to
  ///   queue: the server has the memory, or an entry speaks of it. Then none is queued.
  public func enqueue(_ ids: [LocalID], at now: Timestamp = .now) throws -> [EntryID] {
    try database.write { try $0.enqueueStores(of: ids, at: now) }
  }
}
