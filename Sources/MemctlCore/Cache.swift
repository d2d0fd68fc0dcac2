import MemoryAPI
import MemoryModel
import MemoryStore
import MemorySync
import System

/// The memories of one user on this machine, in a file that other programs read and write as well.
///
/// A read returns what the file holds at that moment. A write is durable when the call returns, and
/// is queued for the server in the same transaction; `Synchronizer` sends it. A cache is used by
/// one thread; each process or thread opens its own.
///
/// Every function throws `Problem` of kind `.file` if the file cannot be read or written, of kind
/// `.busy` if another program has been writing to it for 30 seconds, and of kind `.interrupted` if
/// the cancellation ends that wait. Then nothing was written.
public final class Cache {
  package let database: Database

  /// Opens the file at `path`, and upgrades one that an older version wrote.
  ///
  /// A new file, and a folder that is created for it, can be read by their owner alone. An existing
  /// file that others could read is closed to them when it is opened for writing, unless
  /// `keepsPermissions` is set.
  ///
  /// - Parameters:
  ///   - cancellation: ends a wait for another program's lock.
  ///   - temporaryFolder: where a file that can be neither written nor read in place is copied to.
  ///   - tell: receives what was wrong and has been repaired, while the file is opened or later.
  /// - Throws: `Problem` of kind `.notFound` if the file is missing and may not be created; of kind
  ///   `.file` if it is not a database, was written by a newer version, or cannot be used.
  public convenience init(
    path: String, access: CacheAccess = .create, cancellation: Cancellation? = nil,
    temporaryFolder: String = "/tmp", keepsPermissions: Bool = false,
    tell: @escaping (Mending) -> Void = { _ in }
  ) throws {
    self.init(
      try Database(
        path: path, access: access, cancellation: cancellation, temporaryFolder: temporaryFolder,
        keepsPermissions: keepsPermissions, tell: tell))
  }

  package init(_ database: Database) { self.database = database }

  /// The path that was opened.
  public var path: String { database.path }

  /// Whether the path still names the file that was opened.
  public var isCurrent: Bool { database.isCurrent }

  /// A value that differs after any program has written to the file.
  public func version() throws -> FileVersion { try database.version() }

  /// The operations that the server has not acknowledged yet.
  public var queue: Queue { Queue(database: database) }

  /// The earlier versions of memories.
  public var trash: Trash { Trash(database: database) }

  /// What the user did here.
  public var journal: Journal { Journal(database: database) }

  // MARK: Memories

  /// Writes a new memory and queues its store, in one transaction.
  ///
  /// The fields are not checked here; the server accepts what `MemoryFields.validated` returns.
  @discardableResult
  public func store(
    _ fields: MemoryFields, at now: Timestamp = .now
  ) throws -> (memory: LocalID, entry: EntryID) {
    try database.write { try $0.store(fields, at: now) }
  }

  /// Changes a memory, and brings the change to the server, in one transaction.
  ///
  /// The former text goes to the trash. A memory whose store is still queued changes there, and
  /// later changes replace earlier ones that were not sent yet. A sensitive memory that the server
  /// has is stored anew and its former row is deleted, because a change cannot carry the mark that
  /// makes the server redact the text.
  ///
  /// - Parameter expected: what the memory has to say at this moment; nil for whatever it says.
  /// - Returns: nil if there is no such memory.
  /// - Throws: `Problem` of kind `.invalidInput` if the result breaks a limit; of kind `.busy` if the
  ///   store of the memory may have reached the server already, or if the memory does not say what
  ///   was expected. Then nothing is changed.
  public func edit(
    _ id: LocalID, _ changes: MemoryChanges, expecting expected: MemoryFields? = nil,
    at now: Timestamp = .now
  ) throws -> EditResult? {
    try database.write { try $0.edit(id, changes, expecting: expected, at: now) }
  }

  /// Deletes a memory and adjusts its entries in the queue, in one transaction.
  ///
  /// - Parameter purging: whether neither it nor any earlier version of it is kept in the trash.
  /// - Returns: what the deletion led to; nil if there is no such memory.
  @discardableResult
  public func delete(
    _ id: LocalID, purging: Bool = false, at now: Timestamp = .now
  ) throws -> Deletion? {
    try delete([id], purging: purging, at: now).first
  }

  /// Deletes several memories in the same way, all in one transaction.
  ///
  /// - Returns: what each deletion led to; ids without a memory are skipped.
  @discardableResult
  public func delete(
    _ ids: [LocalID], purging: Bool = false, at now: Timestamp = .now
  ) throws -> [Deletion] {
    try database.write { try $0.delete(ids, purging: purging, at: now) }
  }

  /// The memory with this id; nil if there is none.
  public func memory(_ id: LocalID) throws -> Memory? {
    try database.read { try $0.memories.memory(id) }
  }

  /// The memory that has this id on the server; nil if there is none.
  public func memory(_ id: ServerID) throws -> Memory? {
    try database.read { try $0.memories.memory(id) }
  }

  /// Calls `body` with each selected memory, in order, without loading all of them at once.
  ///
  /// The selection is made once, at the start. A memory that is deleted before its turn is skipped.
  /// No lock is held while `body` runs, so it may take its time.
  public func forEachMemory(
    _ selection: MemorySelection = MemorySelection(), _ body: (Memory) throws -> Void
  ) throws {
    try database.forEachMemory(selection, body)
  }

  /// The memories that have the words of a search in their content, category, tags or keywords, best
  /// first: those with all of the words or, where there is none, with at least one of them.
  ///
  /// The system's Python server finds the same memories in the same order, so an assistant recalls
  /// the same through either.
  public func search(_ search: MemorySearch) throws -> SearchResults {
    try database.search(search)
  }

  /// Whether a memory has a category with exactly this name; Python programs write any.
  public func hasCategory(_ name: String) throws -> Bool {
    try database.read { try $0.memories.hasCategory(name) }
  }

  /// The memories whose id begins with `digits`, highest id first, at most `limit`.
  ///
  /// Without digits, every memory matches.
  public func memories(
    _ numbering: MemoryNumbering, beginningWith digits: String, limit: Int
  ) throws -> [Memory] {
    try database.read {
      try $0.memories.memories(numbering, beginningWith: digits, limit: limit)
    }
  }

  /// Every tag that a memory has, in alphabetical order.
  ///
  /// The tags are kept in memory until a program writes to the file.
  public func tags() throws -> [String] { try database.tags() }

  /// Whether the user dropped the store of a memory, so that it is not sent.
  public func isWithheld(_ id: LocalID) throws -> Bool {
    try database.read { try $0.memories.isWithheld(id) }
  }

  // MARK: Status

  /// The number of memories.
  public func memoryCount() throws -> Int { try database.read { try $0.memories.count() } }

  /// The numbers of memories, entries and dead letters, all read at one moment.
  public func counts() throws -> Counts { try database.read { try Counts($0) } }

  /// The state of sync, read at one moment without looking at any memory.
  public func syncState() throws -> SyncState { try database.read { try SyncState($0) } }

  /// The error of the last sync; nil if it completed, or if none ever ran.
  public func lastRunError() throws -> LastRunError? {
    try database.read { try $0.notes.lastRunError() }
  }

  /// Whether the server refused the key; nothing is sent until it accepts one.
  public func isKeyRefused() throws -> Bool { try database.read { try $0.notes.isKeyRefused() } }

  /// The time before which the server asked not to be called; nil if it may be called.
  public func pause(at now: Timestamp = .now) throws -> Timestamp? {
    try database.read { try $0.notes.pause(at: now) }
  }

  /// The server that the cache was filled from, and the account; nil if it belongs to none yet.
  public func origin() throws -> (address: String, account: String?)? {
    try database.read { try $0.notes.origin().map { ($0.address, $0.account) } }
  }

  /// When the cache was last compared with everything on its server, in ISO 8601; nil if it never
  /// was.
  public func lastComparison() throws -> String? {
    try database.read { try $0.notes.value(of: .comparedAt) }
  }

  // MARK: Repair

  /// Replaces a damaged cache with a new one that is made from what can still be read.
  ///
  /// Nothing syncs meanwhile, and the damaged file is kept.
  ///
  /// - Parameter tell: called if only the full-text index was damaged; it has been rebuilt.
  /// - Returns: nil if the cache is undamaged, or if only its full-text index was damaged; then the
  ///   file stays in its place.
  /// - Throws: `Problem` of kind `.file`, `.notFound`, `.busy` or `.interrupted`; then the file is
  ///   as it was.
  public static func repair(
    path: String, lock: LockSettings = LockSettings(), cancellation: Cancellation = Cancellation(),
    tell: @escaping (Mending) -> Void = { _ in }
  ) throws -> RescueReport? {
    guard Rescue.isPossible(path) else { throw Problem.noCache(path) }
    return try SyncLock(of: path, lock, cancellation).withLock {
      try Rescue.run(path: path, tell: tell)
    }
  }
}
