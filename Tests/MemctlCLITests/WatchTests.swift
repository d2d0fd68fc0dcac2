import Foundation
import SQLite
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

  @Test("goes on when the server is away, says so once, and tells of each cycle as JSON")
  func offline() throws {
    home.environment["MEMORY_API_URL"] = Home.nowhere
    let watch = try home.start(["watch", "--json"])
    for cycle in ["resync", "sync", "sync"] {
      let event = try event(of: watch)
      watch.send(SIGUSR1)
      #expect(event["cycle"] as? String == cycle)
      #expect(event["ok"] as? Bool == false)
      let errors = try #require(event["errors"] as? [[String: Any]])
      #expect(errors.map { $0["kind"] as? String } == ["offline"])
    }
    watch.send(SIGTERM)
    let ended = watch.finish()
    #expect(ended.errors.matches(of: /memctl: cannot reach the server/).count == 1)
    #expect(ended.status == 0)
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

  @Test("is found by status in its pause, as long as the cache is the one that it used")
  func found() throws {
    // While its key is refused, it does not look for changes of the cache either.
    home.environment["MEMORY_API_KEY"] = "wrong"
    let watch = try home.start(["watch", "--interval=86400", "--json"])
    home.environment["MEMORY_API_KEY"] = Home.key
    func users() throws -> [String] {
      let report = try home.memctl("status", "--json", "--offline").json[0]
      return try #require(report["in_use_by"] as? [[String: Any]]).map {
        "\($0["name"] ?? "") \($0["pid"] ?? "") \($0["syncing"] ?? "")"
      }
    }
    _ = try event(of: watch)
    #expect(try users() == ["memctl watch \(watch.identifier) 0"])
    #expect(
      try home.onTerminal("status", "--offline").text
        .contains("memctl watch (process \(watch.identifier))"))
    // Nobody is kept from syncing.
    #expect(try home.memctl("sync").status == 0)
    let folder = FileManager.default
    for suffix in ["", "-wal", "-shm", ".memctl-lock"] {
      try? folder.removeItem(atPath: home.database + suffix)
    }
    try home.memctl("sync")
    #expect(try users() == [])
    watch.send(SIGUSR1)
    _ = try event(of: watch)
    #expect(try users() == ["memctl watch \(watch.identifier) 0"])
    watch.send(SIGTERM)
    #expect(watch.finish().status == 0)
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
    #expect(watch.finish().status == 0)
    #expect(try home.queue() == [])
  }

  @Test("sends at once what another process queues, however long its interval is")
  func wakes() throws {
    home.environment["MEMORY_SYNC_DISABLE"] = nil
    let watch = try home.start(["watch", "--interval=86400", "--json"])
    _ = try event(of: watch)
    for content in ["a", "b"] {
      try home.enqueue(content)
      let push = try #require(try event(of: watch)["push"] as? [String: Any])
      #expect(push["acknowledged"] as? Int == 1)
    }
    // What other programs write is none of its business, and neither is what cannot be sent.
    try Connection(path: home.database).execute("UPDATE memories SET importance = 0.6")
    watch.send(SIGTERM)
    let ended = watch.finish()
    #expect(ended.output == "")
    #expect(ended.status == 0)
  }

  @Test("reads the settings again at SIGHUP, and keeps the old ones if the new ones are wrong")
  func reload() throws {
    let key = home.folder.path + "/key"
    home.environment["MEMORY_API_KEY"] = nil
    home.environment["MEMCTL_API_KEY_FILE"] = key
    func write(_ text: String) throws {
      try text.write(toFile: key, atomically: true, encoding: .utf8)
      chmod(key, 0o600)
    }
    try write("wrong")
    let watch = try home.start(["watch", "--interval=86400", "--json"])
    #expect(try event(of: watch)["ok"] as? Bool == false)
    try write(Home.key)
    watch.send(SIGHUP)
    #expect(try event(of: watch)["ok"] as? Bool == true)
    try FileManager.default.removeItem(atPath: key)
    watch.send(SIGHUP)
    #expect(try event(of: watch)["ok"] as? Bool == true)
    watch.send(SIGTERM)
    let ended = watch.finish()
    #expect(ended.errors.contains("\(key)"))
    #expect(ended.status == 0)
  }

  @Test(
    "tells a service manager that it is ready, alive and what it is doing", arguments: ["/", "@"])
  func notifies(kind: String) throws {
    let manager = ServiceSocket(
      kind == "@" ? "@memctl-\(UUID().uuidString)" : home.folder.path + "/notify")
    home.environment["NOTIFY_SOCKET"] = manager.name
    home.environment["WATCHDOG_USEC"] = "20000"
    let watch = try home.start(["watch", "--interval=86400", "--json"])
    manager.await("READY=1", "STATUS=cache and server are in step", "WATCHDOG=1", "WATCHDOG=1")
    watch.send(SIGHUP)
    manager.await("RELOADING=1", "READY=1")
    watch.send(SIGTERM)
    manager.await("STOPPING=1")
    #expect(watch.finish().status == 0)
  }

  @Test("tells people on a terminal what changes, and nothing else")
  func terminal() throws {
    let terminal = PseudoTerminal(columns: 100)
    let watch = try home.start(
      ["watch", "--color=never"], input: .terminal(terminal), output: .terminal(terminal),
      errors: .terminal(terminal))
    terminal.awaitText("cache and server are in step")
    for _ in 1...2 {
      watch.send(SIGUSR1)
      try home.enqueue("a")
      terminal.awaitText("1 sent")
    }
    home.stopServer()
    watch.send(SIGUSR1)
    terminal.awaitText("; trying again")
    for _ in 1...3 { watch.send(SIGUSR1) }
    try home.startServer(
      port: Int(home.environment["MEMORY_API_URL"]!.split(separator: ":").last!)!)
    watch.send(SIGUSR1)
    terminal.awaitText("working again")
    watch.send(SIGTERM)
    #expect(watch.finish().status == 0)
    let text = terminal.transcript()
    #expect(text.matches(of: /trying again/).count == 1)
    #expect(text.matches(of: /in step/).count == 1)
    #expect(!text.contains("hint:"))
  }

  @Test("needs no more memory and no longer log, however many cycles it has run")
  func compressedDays() throws {
    try home.addCache()
    // As the system's Python server does: its connection keeps the log from being removed.
    let other = try Connection(path: home.database)
    _ = try other.first("SELECT 1 FROM memories") { $0.int(0) }
    let watch = try home.start(["watch", "--interval=86400", "--json"])
    func memory() throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(watch.identifier)/status", encoding: .utf8)
      return try #require(status.firstMatch(of: /VmRSS:\s*(\d+)/).flatMap { Int($0.1) })
    }
    func cycles(_ count: Int) throws {
      for number in 1...count {
        if number.isMultiple(of: 10) { try home.enqueue("\(number)") } else { watch.send(SIGUSR1) }
        _ = try event(of: watch)
      }
    }
    _ = try event(of: watch)
    try cycles(100)
    let before = try memory()
    try cycles(400)
    #expect(try memory() - before < 1_024)
    let log = try FileManager.default.attributesOfItem(atPath: home.database + "-wal")
    let logSize = try #require(log[.size] as? Int)
    #expect(logSize <= 5 << 20)
    let descriptors = try FileManager.default.contentsOfDirectory(
      atPath: "/proc/\(watch.identifier)/fd")
    #expect(descriptors.count < 20)
    watch.send(SIGTERM)
    #expect(watch.finish().status == 0)
  }

  private func event(of watch: ChildProgram) throws -> [String: Any] {
    // Without an event the test is to fail, and not to wait for ever.
    let id = watch.identifier
    let patience = DispatchWorkItem { kill(id, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: patience)
    defer { patience.cancel() }
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
