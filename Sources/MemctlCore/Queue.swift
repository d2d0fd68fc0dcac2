import MemoryAPI
import MemoryModel
import MemoryStore

/// The operations that the server has not acknowledged yet, in the order in which they were queued.
///
/// Each function is one transaction; see `Cache` for the errors that all of them throw.
public struct Queue {
  let database: Database

  /// Every entry, dead letters included, oldest first.
  public func entries() throws -> [QueueEntry] { try database.read { try $0.queue.entries() } }

  /// The highest id in the queue; nil if the queue is empty.
  public func newest() throws -> EntryID? { try database.read { try $0.queue.newest() } }

  /// Whether a sync would send an entry that was queued after `id`.
  public func hasDue(after id: EntryID?, at now: Timestamp = .now) throws -> Bool {
    try database.read { try $0.queue.hasDue(after: id, at: now) }
  }

  /// The queue in numbers.
  public func summary(at now: Timestamp = .now) throws -> QueueSummary {
    try database.read { try $0.queue.summary(at: now) }
  }

  /// The entry with this id; nil if there is none.
  public func entry(_ id: EntryID) throws -> QueueEntry? {
    try database.read { try $0.queue.entry(id) }
  }

  /// The entries whose id begins with `digits`, highest id first, at most `limit`.
  ///
  /// Without digits, every entry matches.
  public func entries(beginningWith digits: String, limit: Int) throws -> [QueueEntry] {
    try database.read { try $0.queue.entries(beginningWith: digits, limit: limit) }
  }

  /// The first entry that has to be done before this one because both concern the same memory; nil
  /// if there is none.
  public func predecessor(of entry: QueueEntry) throws -> QueueEntry? {
    try database.read { try $0.queue.predecessor(of: entry) }
  }

  /// Changes the memory that an entry carries, in the entry and in the cache.
  ///
  /// The entry may be sent at once, even if it was a dead letter. It keeps its id and its place,
  /// but is a new request from then on: it gets a new idempotency key, and its failures are
  /// forgotten.
  ///
  /// - Returns: the changed operation; nil if there is no such entry.
  /// - Throws: `Problem` of kind `.busy` if the entry may have reached the server already; of kind
  ///   `.invalidInput` if it carries no memory, is meant for another server, cannot be read even
  ///   with the changes, breaks a limit, or could not bring the change to the server. Then nothing
  ///   is changed.
  public func edit(
    _ id: EntryID, _ changes: MemoryChanges, at now: Timestamp = .now
  ) throws -> QueuedOperation? {
    try database.write { try $0.edit(id, changes, at: now) }
  }

  /// Lets an entry be sent again at once, even if it is a dead letter or the server asked for a
  /// pause.
  ///
  /// - Returns: false if there is no such entry.
  public func retry(_ id: EntryID) throws -> Bool {
    try database.write { try $0.retry(id) }
  }

  /// Lets several entries be sent again in the same way, all in one transaction.
  ///
  /// - Returns: the number of entries.
  /// - Throws: `Problem` of kind `.notFound` if one is missing; then nothing is changed.
  public func retry(_ ids: [EntryID]) throws -> Int {
    try database.write { transaction in
      for id in ids {
        guard try transaction.retry(id) else { throw Problem.noEntry(id) }
      }
      return ids.count
    }
  }

  /// Lets every entry be sent again in the same way, except dropped ones and those that are meant
  /// for another server.
  ///
  /// On this server, the ids in the latter belong to other memories, so such an entry is retried
  /// only if the caller names it.
  ///
  /// - Returns: the number of entries.
  public func retryAll() throws -> Int {
    try database.write { transaction in
      let entries = try transaction.queue.entries().filter {
        !$0.isMeantForAnotherServer && !$0.isDropped
      }
      for entry in entries { _ = try transaction.retry(entry.id) }
      return entries.count
    }
  }

  /// Removes an entry without sending it; its memory stays in the cache.
  ///
  /// A store that may have reached the server is hidden until that is known. Otherwise the memory
  /// could come back as a copy.
  ///
  /// - Returns: what that led to; nil if there is no such entry.
  public func drop(_ id: EntryID, at now: Timestamp = .now) throws -> DroppedEntry? {
    try drop([id], at: now).first
  }

  /// Drops several entries in the same way, all in one transaction.
  ///
  /// - Returns: what each drop led to; ids without an entry are skipped.
  public func drop(_ ids: [EntryID], at now: Timestamp = .now) throws -> [DroppedEntry] {
    try database.write { try $0.drop(ids, at: now) }
  }

  /// Settles an entry in doubt by what the user knows.
  ///
  /// - Returns: what that led to; nil if there is no such entry.
  /// - Throws: `Problem` of kind `.invalidInput` if the entry is not in doubt, or the memory is not
  ///   one of its candidates; of kind `.busy` while it is being sent. Then nothing is changed.
  public func settle(
    _ id: EntryID, by answer: DoubtAnswer, at now: Timestamp = .now
  ) throws -> DoubtSettlement? {
    try database.write { try $0.settle(id, by: answer, at: now) }
  }

  /// Queues the stores of memories that the server does not have, including dropped ones, in the
  /// given order.
  ///
  /// - Throws: `Problem` of kind `.notFound` if there is no such memory; of kind `.invalidInput` if
  ///   the server has it already, or an entry for it is queued. Then none is queued.
  public func enqueue(_ ids: [LocalID], at now: Timestamp = .now) throws -> [EntryID] {
    try database.write { try $0.enqueueStores(of: ids, at: now) }
  }
}
