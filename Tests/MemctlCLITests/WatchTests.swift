import Foundation
import TestSupport
import Testing

@Suite("memctl watch")
struct WatchTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  @Test("sends what a Python program writes into the same file while it runs")
  func python() throws {
    let watch = try home.start(["watch", "--interval", "0.1", "--json"])
    let first = try event(of: watch)
    #expect(first["command"] as? String == "watch")
    #expect(first["cycle"] as? String == "resync")
    #expect(first["ok"] as? Bool == true)

    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-c", writer, home.database]
    try python.run()
    python.waitUntilExit()
    #expect(python.terminationStatus == 0)

    var acknowledged = 0
    while acknowledged == 0 {
      let push = try #require(try event(of: watch)["push"] as? [String: Any])
      acknowledged += try #require(push["acknowledged"] as? Int)
    }
    #expect(acknowledged == 1)
    watch.send(SIGINT)
    #expect(watch.finish().status == 130)
    let other = try home.neighbour()
    try other.memctl("pull")
    #expect(
      try other.memctl("list", "--json").json.map { $0["content"] as? String } == ["pythonic"])
    #expect(try home.memctl("queue").output == "")
  }

  @Test("goes on when the server is away, and says so each time")
  func offline() throws {
    home.environment["MEMORY_API_URL"] = Home.nowhere
    let watch = try home.start(["watch", "--interval=0.1", "--json"])
    for cycle in ["resync", "sync", "sync"] {
      let event = try event(of: watch)
      #expect(event["cycle"] as? String == cycle)
      #expect(event["ok"] as? Bool == false)
      let errors = try #require(event["errors"] as? [[String: Any]])
      #expect(errors.map { $0["kind"] as? String } == ["offline"])
    }
    watch.send(SIGTERM)
    #expect(watch.finish().status == 143)
  }

  @Test("asks for nothing but the key's acceptance while the key is refused")
  func refused() throws {
    let refusing = FaultyServer(
      thereafter: .answer(401, body: Array(#"{"detail":"Invalid API key"}"#.utf8)))
    home.environment["MEMORY_API_URL"] = refusing.url("")
    let watch = try home.start(["watch", "--interval=0.1", "--json"])
    for _ in 1...3 { _ = try event(of: watch) }
    watch.send(SIGTERM)
    _ = watch.finish()
    let paths = Set(refusing.requests.dropFirst().map(\.path))
    #expect(paths == ["/api/auth-check"])
  }

  @Test("does not start without a key")
  func noKey() throws {
    home.environment["MEMORY_API_KEY"] = nil
    #expect(try home.memctl("watch").status == 78)
  }

  @Test("opens a cache that was restored from a backup, and creates none while there is none")
  func restored() throws {
    let other = home.folder.path + "/backup.db"
    try home.enqueue("from the backup")
    try FileManager.default.copyItem(atPath: home.database, toPath: other)
    try home.memctl("queue", "drop", "1")
    let watch = try home.start(["watch", "--interval=0.1", "--json"])
    #expect(try event(of: watch)["ok"] as? Bool == true)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: home.database + suffix)
    }
    // The cycle that was under way may tell of it in other words.
    _ = try event(of: watch)
    let errors = try #require(try event(of: watch)["errors"] as? [[String: Any]])
    #expect(errors.map { $0["kind"] as? String } == ["not_found"])
    #expect(!FileManager.default.fileExists(atPath: home.database))
    try FileManager.default.moveItem(atPath: other, toPath: home.database)
    var acknowledged: Int?
    for _ in 0..<100 where acknowledged != 1 {
      acknowledged = try (event(of: watch)["push"] as? [String: Any])?["acknowledged"] as? Int
    }
    #expect(acknowledged == 1)
    watch.send(SIGTERM)
    #expect(watch.finish().status == 143)
    #expect(try home.queue() == [])
  }

  private func event(of watch: ChildProgram) throws -> [String: Any] {
    let line = try #require(watch.nextLine())
    return try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }
}

/// Writes a memory and its queue entry as the Python side of the system does.
private let writer = """
  import json, sqlite3, sys
  file = sqlite3.connect(sys.argv[1], timeout=30)
  with file:
      row = file.execute(
          "INSERT INTO memories(content, category, created_at, updated_at)"
          " VALUES ('pythonic', 'facts', '2026-11-22T10:00:00+00:00', '2026-11-22T10:00:00+00:00')")
      payload = dict(local_id=row.lastrowid, content="pythonic", category="facts", tags="",
                     expanded_keywords="", importance=0.5, force_sensitive=False)
      file.execute(
          "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('store', ?, ?)",
          (json.dumps(payload), "2026-11-22T10:00:00+00:00"))
  """
