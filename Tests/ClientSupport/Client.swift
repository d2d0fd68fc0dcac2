import HTTPTransport
import MemoryAPI
import MemoryModel
import SQLite
import System
import TestSupport
import MemctlCore
import MemoryStore
import MemorySync

/// A cache in a folder of its own, and the real engine between it and a server.
package final class Client {
  package let folder: TemporaryFolder
  package let path: String
  package let cache: Cache
  package let engine: SyncEngine
  package let clock: TestClock
  package let cancellation: Cancellation

  /// - Parameters:
  ///   - folder: given where several clients share one file.
  ///   - seed: what the client's random numbers follow from.
  package init(
    of baseURL: String, clock: TestClock, key: String = "secret-key",
    folder: TemporaryFolder = TemporaryFolder(), seed: UInt64 = 1,
    cancellation: Cancellation = Cancellation()
  ) throws {
    self.folder = folder
    self.clock = clock
    self.cancellation = cancellation
    path = folder.file("memory.db")
    let generator = Locked(SeededGenerator(seed: seed))
    let random = Randomness { generator.update { $0.next() } }
    cache = Cache(try Database(path: path, random: random))
    let requests = try Requests(address: baseURL, key: key, timeout: 5)
    let transport = CurlTransport(
      cancellation: cancellation, options: CurlTransport.Options(userAgent: "memctl/test"))
    engine = SyncEngine(
      cache.database, APIClient(requests, over: transport),
      lock: SyncLock(cachePath: path, patience: 0, cancellation: cancellation),
      SyncConditions(random: random, now: { clock.now }, cancellation: cancellation))
  }

  package convenience init(_ server: ModelServer, seed: UInt64 = 1) throws {
    try self.init(of: server.baseURL, clock: server.clock, seed: seed)
  }

  // MARK: What a user does

  @discardableResult
  package func store(
    _ content: String, category: String = "facts", tags: String = "", importance: Double = 0.5,
    isSensitive: Bool = false
  ) throws -> LocalID {
    let fields = MemoryFields(
      content: content, category: category, tags: tags, importance: importance,
      isSensitive: isSensitive)
    return try cache.store(fields, at: clock.now).0
  }

  /// Writes a memory that no queue entry speaks of, as the Python side leaves one when it dies.
  @discardableResult
  package func storeOrphan(
    _ content: String, tags: String = "", importance: Double = 0.5, isSensitive: Bool = false,
    age seconds: Double = 600
  ) throws -> LocalID {
    let connection = try Connection(path: path)
    try connection.run(
      """
      INSERT INTO memories (content, tags, importance, is_sensitive, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?5, ?5)
      """, content, tags, importance, isSensitive,
      clock.now.advanced(bySeconds: -seconds).description)
    return LocalID(rawValue: connection.lastInsertedRowID)
  }

  /// Queues an entry as another program might, whatever it says.
  package func queue(_ name: String, _ payload: String) throws {
    try Connection(path: path).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES (?, ?, 'x')", name, payload)
  }

  @discardableResult
  package func delete(_ content: String) throws -> Deletion? {
    try memory(content).flatMap { try cache.delete($0.id, at: clock.now) }
  }

  // MARK: What stands in the file

  package func memories() throws -> [Memory] {
    var memories: [Memory] = []
    try cache.forEachMemory(.init(order: .oldest)) { memories.append($0) }
    return memories
  }

  package func memory(_ content: String) throws -> Memory? {
    try memories().first { $0.fields.content == content }
  }

  /// In alphabetical order.
  package func contents() throws -> [String] { try memories().map(\.fields.content).sorted() }

  package func states() throws -> [QueueEntry.State] { try cache.queue.entries().map(\.state) }

  /// What another program sees: the contents of `pending_ops`, oldest first.
  package func pendingOps() throws -> [String] { try Self.pendingOps(path) }

  package static func pendingOps(_ path: String) throws -> [String] {
    try Connection(path: path).query("SELECT payload FROM pending_ops ORDER BY id") { $0.text(0) }
  }

  /// Lets the time pass after which a lost store can no longer turn up, and any delay is over.
  package func waitLongEnough() { clock.advance(seconds: 4_000) }
}

extension TestClock {
  package var now: Timestamp { Timestamp(microseconds: microseconds) }
}

extension SyncReport {
  /// The kinds of its problems, in order.
  package var kinds: [Problem.Kind] { problems.map(\.kind) }
}

/// The kind of the problem that `body` throws; nil when it throws none.
package func problem(_ body: () throws -> Void) throws -> Problem? {
  do {
    try body()
    return nil
  } catch let problem as Problem {
    return problem
  }
}
