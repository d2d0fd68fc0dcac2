import MemoryAPI

/// Where a server keeps the memories of its users; a conforming type stands for one database.
///
/// Any thread may call any method at any time, and several may at once.
///
/// **Changes** return at once. `completion` is called exactly once, on any thread, the caller's
/// included. Success means that the change is on the disk, and that every read that begins from then
/// on sees it. Failure means that nothing of it is kept, unless the database went away during a commit:
/// then nobody can tell, and repeating an insertion under its key is safe. A change is atomic, and
/// changes take effect one after another: what one decides on (who owns a memory, whether a key is
/// known) still holds when it commits. Two changes of which neither waited for the other may take
/// effect in any order.
///
/// **Reads** block the calling thread. Each sees the store as it is at one moment, with all of a
/// change or nothing of it; the next may see a later moment.
///
/// **Times.** A change gives each memory that it touches an `updatedAt` later than the one before.
/// `watermark` says how those of all changes relate to what a read sees.
///
/// **Failures** are errors of the store alone, by `StoreFailure.Kind`. What a change finds out about
/// the memories, such as that there is none with an id, is a value.
///
/// A store takes and returns texts as they are: what may be stored, and who is shown what, is for its
/// callers to decide. It checks only ownership, because that has to hold at the moment of a change.
package protocol Store: Sendable {
  // MARK: Changes

  /// Adds memories, all of them or none, with ids that ascend in the order of `drafts`. Both times of a
  /// memory are that of the change.
  ///
  /// - Parameter key: makes the insertion happen once. Its ids are kept with it, in the same
  ///   transaction, for at least `IdempotencyKey.lifetime`, whatever becomes of the memories. Of two
  ///   insertions with one key at the same time, one inserts, and the other gets the same ids.
  func insert(
    _ drafts: [Draft], owner: String, key: IdempotencyKey?,
    completion: @escaping Completion<Insertion>)

  /// Changes what `patch` names of a live memory. An empty patch changes nothing, its time included,
  /// but is answered like any other.
  func update(
    _ id: Int64, with patch: Patch, by user: String, completion: @escaping Completion<Update>)

  /// Turns a live memory into a tombstone, which keeps its texts. `deletedAt` and `updatedAt` are the time
  /// of the change.
  func delete(_ id: Int64, by user: String, completion: @escaping Completion<Deletion>)

  /// Finishes the changes that were given before, and returns when their completions have returned.
  /// From then on changes fail as `closed`, and reads go on.
  func close()

  // MARK: What changed

  /// A time to ask for later changes with: a read that begins after it was handed out sees every change
  /// up to it, and whatever commits after that read has a later time. So nothing is missed, and little
  /// is seen twice.
  ///
  /// That holds across restarts, and when the host's clock is set back. It may take a commit, so it is
  /// completed like a change.
  func watermark(completion: @escaping Completion<Timestamp>)

  /// Names the state of all of a user's memories: never again the same after one of them has changed.
  /// What a later read sees may be newer, but not older.
  func revision(of user: String) throws(StoreFailure) -> Revision

  /// The ids of a user's memories that changed after `time`, tombstones included, in the order of
  /// their `updatedAt`, then of their ids.
  ///
  /// - Parameter time: nil asks for all.
  func changes(of user: String, since time: Timestamp?) throws(StoreFailure) -> [Int64]

  // MARK: Memories

  /// One live memory, whoever owns it.
  func memory(_ id: Int64) throws(StoreFailure) -> MemoryRecord?

  /// The memories with these ids, tombstones included, in the order of `ids`. Ids that stand for none
  /// are left out.
  ///
  /// All of them are in memory at once, so callers ask for some hundred at a time.
  func memories(_ ids: ArraySlice<Int64>) throws(StoreFailure) -> [MemoryRecord]

  /// How many live memories, of all users, a filter lets through, and a revision of these.
  func summary(of filter: MemoryFilter) throws(StoreFailure) -> MemorySummary

  /// The ids of the live memories, of all users, that a filter lets through: the most important first,
  /// equally important ones by id.
  func list(
    _ filter: MemoryFilter, limit: Int64, offset: Int64
  ) throws(StoreFailure) -> [Int64]
}

/// What is called with the result of a change.
package typealias Completion<Value> = @Sendable (Result<Value, StoreFailure>) -> Void
