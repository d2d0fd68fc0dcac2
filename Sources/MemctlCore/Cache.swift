import MemoryAPI
import MemoryModel
import MemoryStore
import MemorySync
import System

/// The memories of one user on this machine, in a file that other programs read and write as well.
///
/// Whatever is read is as old as the moment in which it was read. Whatever is written is durable when
/// the call returns, and is queued for the server in the same transaction; `Synchronizer` sends it.
/// One thread uses a cache; each process or thread opens its own.
///
/// Every function throws `Problem` of kind `.file` for a file that cannot be read or written, and of
/// kind `.busy` where another program has been writing it for 30 seconds. Then nothing was written.
public final class Cache {
  package let database: Database

  /// Opens the file at `path` and brings one of an older version up to date.
  ///
  /// A file that is created is readable by its owner alone, as is a folder that is created for it;
  /// an existing file that others could read is closed to them when it is opened for writing.
  ///
  /// - Parameters:
  ///   - cancellation: ends waits for another program's lock.
  ///   - temporaryFolder: where a file that can neither be written nor read in place is copied to.
  ///   - tell: gets what was wrong and is mended, while the file is opened or later.
  /// - Throws: `Problem` of kind `.notFound` for a file that is missing and may not be created; of
  ///   kind `.file` for one that is no database, is of a newer version, or cannot be used.
  public convenience init(
    path: String, access: CacheAccess = .create, cancellation: Cancellation? = nil,
    temporaryFolder: String = "/tmp", tell: @escaping (Mending) -> Void = { _ in }
  ) throws {
    self.init(
      try Database(
        path: path, access: access, cancellation: cancellation, temporaryFolder: temporaryFolder,
        tell: tell))
  }

  package init(_ database: Database) { self.database = database }

  /// The path that was opened.
  public var path: String { database.path }

  /// Whether the path still names the file that was opened.
  public var isCurrent: Bool { database.isCurrent }

  /// Another one after any program has written the file.
  public func version() throws -> FileVersion { try database.version() }

  /// What waits for the server.
  public var queue: Queue { Queue(database: database) }

  /// Earlier versions of memories.
  public var trash: Trash { Trash(database: database) }

  // MARK: Memories

  /// Writes a new memory and queues its store, in one transaction.
  ///
  /// The server takes what `MemoryFields.validated` returns.
  @discardableResult
  public func store(
    _ fields: MemoryFields, at now: Timestamp = .now
  ) throws -> (memory: LocalID, entry: EntryID) {
    try database.write { try $0.store(fields, at: now) }
  }

  /// Deletes a memory and its versions in the trash, and settles what the queue holds of it, in one
  /// transaction.
  ///
  /// - Returns: nil when there is no such memory.
  @discardableResult
  public func delete(_ id: LocalID, at now: Timestamp = .now) throws -> Deletion? {
    try database.write { try $0.delete(id, at: now) }
  }

  /// Deletes several memories in the same way, all in one transaction.
  ///
  /// - Returns: what each deletion led to; an id without a memory is passed over.
  @discardableResult
  public func delete(_ ids: [LocalID], at now: Timestamp = .now) throws -> [Deletion] {
    try database.write { try $0.delete(ids, at: now) }
  }

  /// The memory with this id; nil when there is none.
  public func memory(_ id: LocalID) throws -> Memory? {
    try database.read { try $0.memories.memory(id) }
  }

  /// The memory that has this id on the server; nil when there is none.
  public func memory(_ id: ServerID) throws -> Memory? {
    try database.read { try $0.memories.memory(id) }
  }

  /// Calls `body` with each selected memory, in order, without keeping more than a few in memory.
  ///
  /// The selection is that of one moment. A memory that is deleted before its turn comes is left out,
  /// and `body` may take its time: nothing is held while it runs.
  public func forEachMemory(
    _ selection: MemorySelection = MemorySelection(), _ body: (Memory) throws -> Void
  ) throws {
    try database.forEachMemory(selection, body)
  }

  /// Memories whose id begins with `digits`, the highest first, at most `limit`; with no digits, of
  /// all.
  public func memories(
    _ numbering: MemoryNumbering, beginningWith digits: String, limit: Int
  ) throws -> [Memory] {
    try database.read {
      try $0.memories.memories(numbering, beginningWith: digits, limit: limit)
    }
  }

  /// Every tag that a memory has, in alphabetical order. As long as nobody writes the file, they are
  /// read once.
  public func tags() throws -> [String] { try database.tags() }

  /// Whether the user dropped the store of a memory, so that nothing sends it.
  public func isWithheld(_ id: LocalID) throws -> Bool {
    try database.read { try $0.memories.isWithheld(id) }
  }

  // MARK: How things stand

  public func memoryCount() throws -> Int { try database.read { try $0.memories.count() } }

  /// How many there are of everything, at one moment.
  public func counts() throws -> Counts { try database.read { try Counts($0) } }

  /// How sync stands, at one moment, without a look at any memory.
  public func syncState() throws -> SyncState { try database.read { try SyncState($0) } }

  /// What the last sync met; nil where it reached its end, or none ever ran.
  public func lastRunError() throws -> LastRunError? {
    try database.read { try $0.notes.lastRunError() }
  }

  /// Whether the server refused the key. Nothing is sent until it accepts one.
  public func isKeyRefused() throws -> Bool { try database.read { try $0.notes.isKeyRefused() } }

  /// The time before which the server asked not to be called; nil where it may be called.
  public func pause(at now: Timestamp = .now) throws -> Timestamp? {
    try database.read { try $0.notes.pause(at: now) }
  }

  /// The server that the cache was filled from, and the account; nil where it belongs to none yet.
  public func origin() throws -> (address: String, account: String?)? {
    try database.read { try $0.notes.origin().map { ($0.address, $0.account) } }
  }

  /// When the cache was last compared with all that its server has, in ISO 8601; nil where it never
  /// was.
  public func lastComparison() throws -> String? {
    try database.read { try $0.notes.value(of: .comparedAt) }
  }

  // MARK: Repair

  /// Puts a new cache in the place of a damaged one, made of what can be read of it, while nobody
  /// syncs. The damaged file is kept.
  ///
  /// - Parameter tell: called where the full-text index alone was damaged, and is mended.
  /// - Returns: nil for a cache that is not damaged, or whose full-text index alone was; then the file
  ///   is the same.
  /// - Throws: `Problem` of kind `.file`, `.notFound` or `.busy`; then the file is as it was.
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
