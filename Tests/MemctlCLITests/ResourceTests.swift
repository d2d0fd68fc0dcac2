import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("When this machine lacks something")
struct ResourceTests {
  private let server = ModelServer()
  private let home: Home

  init() throws {
    server.change { $0.key = Home.key }
    home = try Home(server: server.baseURL)
  }

  /// Neither a store nor a sync writes or sends anything, and people are told why; after the repair
  /// what was queued before goes out.
  ///
  /// - Parameter run: runs a command, with the text of a memory where it takes one.
  private func expectRefusal(
    _ message: String, _ hint: String, repair: () throws -> Void,
    run: (String, String?) throws -> ChildProgram.Ended,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let requests = server.count(.store)
    for command in ["store", "sync"] {
      let ended = try run(command, command == "store" ? String(repeating: "é", count: 1_400) : nil)
      #expect(ended.message == message, sourceLocation: sourceLocation)
      #expect(ended.hint == hint, sourceLocation: sourceLocation)
      #expect(ended.status == 74, sourceLocation: sourceLocation)
    }
    #expect(server.count(.store) == requests, sourceLocation: sourceLocation)
    try repair()
    #expect(try home.queue() == ["store: pending"], sourceLocation: sourceLocation)
    #expect(try home.isSound(), sourceLocation: sourceLocation)
    #expect(try home.memctl("sync").status == 0, sourceLocation: sourceLocation)
    #expect(server.contents == ["mine"], sourceLocation: sourceLocation)
    #expect(try home.queue() == [], sourceLocation: sourceLocation)
  }

  @Test(
    "a full disk is told, nothing is half-written or sent, and once there is room all goes on",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount"))
  func fullDisk() throws {
    let disk = try SmallDisk()
    home.environment["MEMORY_DB"] = disk.path + "/memory.db"
    try home.enqueue("mine")
    disk.fill()
    try expectRefusal(
      "the disk is full; nothing was written to \(disk.path)/memory.db",
      "free some space, then try again", repair: disk.free
    ) { try $1.map { try home.memctl("store", $0) } ?? home.memctl($0) }
  }

  @Test("a file that must not grow any more is an error, and does not end memctl")
  func fileSizeLimit() throws {
    try home.enqueue("mine")
    try expectRefusal(
      "\(home.database) cannot be read or written: disk I/O error: File too large",
      "nothing was changed; check the disk, its free space and the quota, then try again",
      repair: {}
    ) {
      try $1.map { try home.measured("store", $0, largestFile: 4_096).ended }
        ?? home.measured($0, largestFile: 4_096).ended
    }
  }

  @Test(
    "a read-only disk is told, and once it can be written all goes on",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount"))
  func readOnlyDisk() throws {
    let disk = try SmallDisk()
    home.environment["MEMORY_DB"] = disk.path + "/memory.db"
    try home.enqueue("mine")
    try disk.setReadOnly(true)
    try expectRefusal(
      "cannot open \(disk.path)/memory.db: Read-only file system",
      "check the path and its permissions, or choose another with --db",
      repair: { try disk.setReadOnly(false) }
    ) { try $1.map { try home.memctl("store", $0) } ?? home.memctl($0) }
  }

  @Test(
    "a file or folder that may not be written is told, and once it may be all goes on",
    .enabled(if: Nobody.isPossible, "root may write everything, and needs setpriv to be nobody"),
    arguments: [
      ("memory.db", 0o400, "cannot open PATH: Permission denied"),
      ("", 0o500, "PATH cannot be written: attempt to write a readonly database"),
    ])
  func permissions(name: String, mode: mode_t, message: String) throws {
    let folder = home.folder.path + "/cache"
    mkdir(folder, 0o700)
    home.environment["MEMORY_DB"] = folder + "/memory.db"
    try home.enqueue("mine")
    for file in ["/cache", "/cache/memory.db", ""] { Nobody.own(home.folder.path + file) }
    let path = name.isEmpty ? folder : "\(folder)/\(name)"
    chmod(path, mode)
    try expectRefusal(
      message.replacing("PATH", with: home.database),
      name.isEmpty
        ? "check its owner and permissions and those of its folder"
        : "check the path and its permissions, or choose another with --db",
      repair: { chmod(path, 0o700) }
    ) { try home.asNobody([$0] + ($1.map { [$0] } ?? [])) }
  }

  @Test("a cache that was removed while memctl ran is told, and the next sync fills a new one")
  func removedWhileRunning() throws {
    let folder = home.folder.path + "/cache"
    home.environment["MEMORY_DB"] = folder + "/memory.db"
    try home.enqueue("mine")
    server.add("theirs")
    server.change {
      $0.fault = { call, _, _ in
        if call == .store { try? FileManager.default.removeItem(atPath: folder) }
        return nil
      }
    }
    let ended = try home.memctl("sync")
    #expect(
      ended.message
        == "\(home.database) was removed or replaced while memctl used it; nothing was written")
    #expect(ended.hint == "memctl sync fills a new one from the server")
    #expect(ended.status == 74)
    #expect(try home.memctl("sync").status == 0)
    #expect(server.contents == ["mine", "theirs"])
    #expect(
      try home.rows("SELECT content FROM memories ORDER BY content")
        == [[.text("mine")], [.text("theirs")]])
  }

  @Test("thousands of dead letters stand in nobody's way, and can all be tried again")
  func deadLetters() throws {
    try home.enqueue("mine")
    try Connection(path: home.database).run(
      """
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
      INSERT INTO memctl_entries (id, op_type, payload, created_at, state, idempotency_key)
      SELECT n + 10, 'store', '{"content":"rejected","importance":0.5}', ?, 'dead', 'key' || n
      FROM numbers
      """, Timestamp.now.description)
    #expect(try home.memctl("sync").status == 0)
    #expect(server.contents == ["mine"])
    #expect(try home.memctl("counts", "--json").json[0]["dead_letters"] as? Int == 2_000)
    #expect(try home.memctl("queue", "--dead", "--limit", "10", "--json").json.count == 10)
    #expect(try home.memctl("queue", "retry", "--all").status == 0)
    #expect(try home.memctl("push", "--limit", "3").status == 0)
    #expect(server.contents.count == 4)
    #expect(try home.memctl("counts", "--json").json[0]["pending_ops"] as? Int == 1_997)
  }
}
