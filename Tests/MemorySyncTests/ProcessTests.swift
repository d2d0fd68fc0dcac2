import ClientSupport
import Foundation
import MemoryAPI
import MemoryModel
import SQLite
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Several processes on one file, and ones that die (promises G1 and G16).
@Suite("Several processes") struct ProcessTests {
  let server = ModelServer()

  @Test("Who syncs while another does is told so, by its name, and nothing is sent")
  func busy() throws {
    let client = try Client(server)
    try client.store("a")
    let lock = SyncLock(cachePath: client.path, patience: 0, cancellation: Cancellation())
    try lock.withLock {
      for operation in [
        SyncEngine.sync, SyncEngine.pull, { engine in { try engine.resync() } },
      ] {
        let problem = try #require(try problem { _ = try operation(client.engine)() })
        #expect(problem.kind == .busy)
        #expect(problem.message.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
        #expect(problem.hint != nil)
      }
    }
    #expect(server.requests.isEmpty)
    #expect(try client.engine.sync().problems == [])
  }

  @Test("Who is asked to stop while waiting for another is interrupted")
  func interrupted() throws {
    let folder = TemporaryFolder()
    let path = folder.file("memory.db")
    let cancellation = Cancellation()
    let waiting = SyncLock(cachePath: path, patience: 600, cancellation: cancellation)
    try SyncLock(cachePath: path, patience: 0, cancellation: Cancellation()).withLock {
      cancellation.cancel()
      let found = try problem { try waiting.withLock {} }
      #expect(found == .interrupted)
    }
  }

  @Test("A lock is free again when its holder has died")
  func deadHolder() throws {
    let folder = TemporaryFolder()
    let path = folder.file("memory.db")
    try python(
      """
      import fcntl, sys
      file = open(sys.argv[1] + ".memctl-lock", "w")
      fcntl.flock(file, fcntl.LOCK_EX)
      file.write("process 1, since ever")
      """, path)
    let lock = SyncLock(cachePath: path, patience: 0, cancellation: Cancellation())
    #expect(try lock.withLock { true })
  }

  @Test("What the Python side gives up is not lost: it is looked for, and sent if it is not there")
  func rescue() throws {
    let client = try Client(server)
    server.change { $0.honoursIdempotencyKeys = true }
    server.add("deleted here")
    try client.store("first")
    _ = try client.engine.sync()
    for content in ["arrived", "lost"] { try client.store(content) }
    // They were tried by memctl before, so that something is known of them.
    server.fail(.store, with: .refuse(429))
    _ = try client.engine.push()
    server.stopFailing()
    try client.delete("deleted here")
    try python(PythonSide.giveUp, client.path)
    #expect(try client.pendingOps() == [])
    let states = try client.states()
    #expect(states == [.inDoubt, .inDoubt, .pending])
    // The last of its attempts did arrive, without a key.
    server.add("arrived")
    // How long ago it made that attempt stands nowhere.
    _ = try client.engine.sync()
    #expect(server.contents == ["arrived", "first"])
    client.waitLongEnough()
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["arrived", "first", "lost"])
    #expect(try client.contents() == ["arrived", "first", "lost"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What the Python side gives up a moment ago may still arrive, so it is not sent at once")
  func rescuedAtOnce() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).execute(
      "UPDATE pending_ops SET retry_count = 5; DELETE FROM pending_ops")
    _ = try client.engine.sync()
    #expect(server.count(.store) == 0)
    server.add("a")
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test(
    "What another program tried in vain may have arrived, so it is looked for before it is sent")
  func triedByAnother() throws {
    let client = try Client(server)
    for content in ["arrived", "lost"] { try client.store(content) }
    try Connection(path: client.path).run("UPDATE pending_ops SET retry_count = 1")
    // Its request took longer than it waited.
    server.add("arrived")
    for _ in 0..<2 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents == ["arrived", "lost"])
    #expect(try client.contents() == ["arrived", "lost"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What another program drops unsent is kept, at whatever count, and its rejection is told")
  func droppedByAnother() throws {
    let client = try Client(server)
    try client.store("a")
    let connection = try Connection(path: client.path)
    try connection.run("DELETE FROM pending_ops")
    // Its own resync deletes what has no id on the server.
    try connection.run("DELETE FROM memories WHERE server_id IS NULL")
    server.fail(.store, with: .refuse(422, body: #"{"detail":"no"}"#))
    for _ in 0..<3 {
      client.waitLongEnough()
      _ = try client.engine.sync()
    }
    #expect(try client.states() == [.dead])
    #expect(try client.contents() == ["a"])
  }

  @Test("A store that another program sends as well makes no copy, though its memory is gone")
  func memoryIsGone() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let connection = try Connection(path: client.path)
    // The other program has read the queue; then it deletes what has no id on the server.
    try connection.run("DELETE FROM memories")
    _ = try client.engine.push()
    #expect(try client.contents() == ["a"])
    // It sends what it read, and links that.
    let theirs = server.add("a")
    try connection.run("UPDATE memories SET server_id = ? WHERE id = ?", theirs, id.rawValue)
    for _ in 0..<2 { _ = try client.engine.sync() }
    #expect(server.memories.map(\.id) == [theirs])
    #expect(try client.memories().map(\.serverID?.rawValue) == [theirs])
  }

  @Test("An entry that the user drops is not rescued")
  func dropped() throws {
    let client = try Client(server)
    try client.store("a")
    try Connection(path: client.path).run("UPDATE pending_ops SET retry_count = 5")
    #expect(
      try client.cache.queue.drop(try #require(try client.cache.queue.entries().first).id) != nil)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("While an entry is on its way, no other program sees it in the queue")
  func claims() throws {
    let client = try Client(server)
    server.add("theirs")
    _ = try client.engine.pull()
    try client.store("a")
    try client.delete("theirs")
    let path = client.path
    let seen = Locked<[Int]>([])
    server.change {
      $0.fault = { call, _, _ in
        guard call == .store || call == .delete else { return nil }
        let count = try? Client.pendingOps(path).count
        seen.update { $0.append(count ?? -1) }
        return nil
      }
    }
    _ = try client.engine.push()
    #expect(seen.value == [0, 0])
  }

  @Test("An entry that another program sent while a push was under way is left alone")
  func sentByAnother() throws {
    let client = try Client(server)
    for number in 0..<60 { try client.store("m\(number)") }
    let path = client.path
    server.change {
      $0.fault = { call, number, _ in
        if call == .store, number == 1 {
          try? Connection(path: path).execute(
            """
            UPDATE memories SET server_id = 99 WHERE id = 60;
            DELETE FROM pending_ops WHERE id = 60;
            """)
        }
        return nil
      }
    }
    let report = try client.engine.push()
    #expect(report.problems == [])
    #expect(server.contents.count == 59)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What is known of an entry that another program has sent is forgotten")
  func sentAfterRelease() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(429))
    _ = try client.engine.push()
    let connection = try Connection(path: client.path)
    #expect(try connection.first("SELECT count(*) FROM memctl_entries") { $0.int(0) } == 1)
    try connection.execute("UPDATE memories SET server_id = 1; DELETE FROM pending_ops")
    _ = try client.engine.push()
    #expect(try connection.first("SELECT count(*) FROM memctl_entries") { $0.int(0) } == 0)
  }

  // MARK: One transaction (promise G1)

  @Test("A memory and its queue entry are written together or not at all")
  func storeIsAtomic() throws {
    let client = try Client(server)
    let breaking = try Connection(path: client.path)
    try breaking.execute(
      """
      CREATE TRIGGER broken BEFORE INSERT ON pending_ops BEGIN
        SELECT RAISE(ABORT, 'no queue');
      END
      """)
    #expect(try problem { try client.store("a") }?.kind == .file)
    #expect(try client.contents() == [])
    try breaking.execute("DROP TRIGGER broken")
    try client.store("a")
    #expect(try client.contents() == ["a"])
    #expect(try client.pendingOps().count == 1)
  }

  @Test("A deleted memory and its queue entry go together or not at all")
  func deleteIsAtomic() throws {
    let client = try Client(server)
    server.add("a")
    _ = try client.engine.pull()
    try Connection(path: client.path).execute(
      """
      CREATE TRIGGER broken BEFORE INSERT ON pending_ops BEGIN
        SELECT RAISE(ABORT, 'no queue');
      END
      """)
    #expect(try problem { try client.delete("a") }?.kind == .file)
    #expect(try client.contents() == ["a"])
  }

  @Test("An acknowledgement that cannot be written makes no second copy, and traps nothing")
  func settlingFails() throws {
    let client = try Client(server)
    for number in 0..<20 { try client.store("m\(number)") }
    let connection = try Connection(path: client.path)
    try connection.execute(
      """
      CREATE UNIQUE INDEX broken ON memories(server_id IS NOT NULL) WHERE server_id IS NOT NULL
      """)
    for _ in 0..<3 {
      #expect(try problem { _ = try client.engine.sync() }?.kind == .file)
    }
    try connection.execute("DROP INDEX broken")
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents.sorted() == (0..<20).map { "m\($0)" }.sorted())
    #expect(try client.memories().allSatisfy { $0.serverID != nil })
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("Rows and watermark are written together or not at all (promise G11)")
  func pullIsAtomic() throws {
    let client = try Client(server)
    server.add("a")
    let connection = try Connection(path: client.path)
    try connection.execute(
      """
      CREATE TRIGGER broken BEFORE INSERT ON sync_meta BEGIN SELECT RAISE(ABORT, 'no'); END
      """)
    #expect(try problem { _ = try client.engine.pull() }?.kind == .file)
    #expect(try client.contents() == [])
    #expect(!client.cache.database.connection.isInTransaction)
    try connection.execute("DROP TRIGGER broken")
    _ = try client.engine.pull()
    #expect(try client.contents() == ["a"])
  }

  @Test("A write waits for another program's, and two caches on one file see the same")
  func twoCaches() throws {
    let client = try Client(server)
    let other = try Cache(path: client.path)
    try client.store("a")
    _ = try other.store(MemoryFields(content: "b"), at: client.clock.now)
    #expect(try client.contents() == ["a", "b"])
    #expect(try other.counts().total == 2)
  }
}
