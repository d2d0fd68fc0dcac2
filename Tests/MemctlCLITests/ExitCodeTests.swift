import Foundation
import SQLite
import TestSupport
import Testing

@Suite("A failure ends with its code, a message and a hint")
struct ExitCodeTests {
  private let home: Home

  init() throws { home = try Home() }

  private func expect(
    _ status: Int32, _ message: String, _ hint: String?, of ended: ChildProgram.Ended,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(ended.message.normalized == message, sourceLocation: sourceLocation)
    #expect(ended.hint == hint, sourceLocation: sourceLocation)
    #expect(ended.status == status, sourceLocation: sourceLocation)
  }

  @Test("65: what is given is not valid")
  func invalidInput() throws {
    expect(
      65, "the content has 1,401 characters (limit 1,400)",
      "shorten it, or store it as several memories",
      of: try home.memctl("store", String(repeating: "é", count: 1_401)))
    expect(
      65, "the memory is empty", "give its text",
      of: try home.memctl("store", input: .file("/dev/null")))
    let unknown = try home.memctl("store", "text", "-c", "fact")
    #expect(unknown.message == "unknown category 'fact'")
    #expect(unknown.hint?.hasPrefix("did you mean 'facts'? one of architecture, ") == true)
    #expect(unknown.status == 65)
    #expect(try home.memctl("list").output == "")
  }

  @Test("65: the server rejected something, which is now a dead letter")
  func rejected() throws {
    let server = FaultyServer(
      thereafter: .accepting(
        .decide { $0.method == "POST" ? .answer(422, body: rejection) : .answer() }))
    home.environment["MEMORY_API_URL"] = server.url("")
    try home.addSamples()
    try home.play("rejected", "push --limit 1", "queue --dead", "queue show 1 --json", "counts")
    try home.play(
      "rejected-terminal", onTerminalOf: 80, "queue retry 1", "push -n1", "queue show 1")
  }

  @Test("66: there is no such memory or entry")
  func notFound() throws {
    expect(
      66, "there is no cache at HOME/memory.db",
      "check the path; memctl store and memctl sync create a cache where there is none",
      of: try home.memctl("list"))
    try home.addCache()
    expect(
      66, "there is no memory 99", "memctl list shows the ids", of: try home.memctl("show", "99"))
    expect(
      66, "there is no memory server:99", "memctl list shows the ids",
      of: try home.memctl("delete", "server:99"))
    expect(
      66, "there is no entry 7 in the queue",
      "it may have been sent already; memctl queue lists the entries",
      of: try home.memctl("queue", "show", "7"))
  }

  @Test("74: the file cannot be used")
  func file() throws {
    expect(
      74, "cannot open HOME: Is a directory",
      "check the path and its permissions, or choose another with --db",
      of: try home.memctl("counts", "--db", home.folder.path))
    expect(
      74, "cannot create the folder /dev/null/x: Not a directory",
      "create it, or choose another file with --db",
      of: try home.memctl("store", "a", "--db", "/dev/null/x/memory.db"))
    try "no database, but long enough to look like one".write(
      toFile: home.database, atomically: true, encoding: .utf8)
    expect(
      74, "HOME/memory.db is not a memory cache: it is not an SQLite database",
      "choose another file with --db; this one was not changed", of: try home.memctl("list"))
  }

  @Test("74: the file is of a newer version")
  func newerVersion() throws {
    try home.memctl("counts")
    try Connection(path: home.database).execute("PRAGMA user_version = 3")
    expect(
      74, "HOME/memory.db was written by a newer program (schema 3)",
      "install a newer memctl; the file was not changed", of: try home.memctl("list"))
  }

  @Test("75: the server is away")
  func offline() throws {
    let hint = "nothing is lost; memctl sync sends what is queued once the server is back"
    for command in ["sync", "push", "pull", "resync"] {
      try home.addSamples()
      expect(
        75, "cannot reach the server at \(Home.nowhere): connection refused by 127.0.0.1:1", hint,
        of: try home.memctl(command))
    }
    try home.play("offline-json", "sync --json", "pull --json")
    try home.play("offline-terminal", onTerminalOf: 80, "sync")
  }

  @Test("75: the server asks for a pause")
  func overloaded() throws {
    let server = FaultyServer(thereafter: .answer(503, body: Array(#"{"detail":"full"}"#.utf8)))
    home.environment["MEMORY_API_URL"] = server.url("")
    expect(
      75, "the server is overloaded: full", "nothing is lost; try again later",
      of: try home.memctl("pull"))
  }

  @Test("75: an entry waits for a later attempt")
  func waiting() throws {
    let server = FaultyServer(
      thereafter: .accepting(
        .decide { $0.method == "POST" ? .answer(500, body: crash) : .answer(body: emptyAnswer) }))
    home.environment["MEMORY_API_URL"] = server.url("")
    try home.memctl("store", "kept")
    let hint =
      "nothing is lost; a later memctl sync finds out whether it arrived, see memctl queue"
    let push = try home.memctl("push")
    expect(
      75, "1 entry is not on the server yet; the next attempt is due at TIME", hint, of: push)
    #expect(try home.memctl("push", "--json").json[0]["ok"] as? Bool == false)
    // It is not what a pull is for.
    #expect(try home.memctl("pull").status == 0)
    // To retry what may have arrived ends no wait.
    try home.memctl("queue", "retry", "--all")
    #expect(try home.memctl("push").status == 75)
    #expect(server.requests.count { $0.method == "POST" } == 1)
  }

  @Test("75: a delete waits for a later attempt, which a retry does not wait for")
  func waitingDelete() throws {
    let server = FaultyServer(
      thereafter: .accepting(
        .decide { $0.method == "DELETE" ? .answer(500, body: crash) : .answer(body: emptyAnswer) }))
    home.environment["MEMORY_API_URL"] = server.url("")
    try home.addSynced(["theirs"])
    try home.memctl("delete", "1")
    expect(
      75, "1 entry is not on the server yet; the next attempt is due at TIME",
      "nothing is lost; memctl queue lists what is waiting, memctl queue retry --all ends the wait",
      of: try home.memctl("push"))
    try home.memctl("queue", "retry", "--all")
    try home.memctl("push")
    #expect(server.requests.count { $0.method == "DELETE" } == 2)
  }

  @Test("76: the server's response is invalid")
  func invalidResponse() throws {
    let server = FaultyServer(thereafter: .accepting(.answer(body: Array("<html>".utf8))))
    home.environment["MEMORY_API_URL"] = server.url("")
    expect(
      76,
      "invalid response to a sync request: it is not valid JSON at byte 0: a value is missing",
      "nothing was changed; check that the address is that of a memory server",
      of: try home.memctl("pull"))
  }

  @Test("76: a resync that would empty the cache is refused, unless it is forced")
  func guarded() throws {
    let server = try ServerProcess(
      ["--store", home.folder.path + "/server.db"], environment: home.environment)
    home.environment["MEMORY_API_URL"] = server.baseURL
    for number in 1...12 { try home.memctl("store", "memory \(number)") }
    server.stop()
    let emptied = try ServerProcess(
      ["--store", home.folder.path + "/empty.db"], listen: "127.0.0.1:\(server.port)",
      environment: home.environment)
    #expect(emptied.baseURL == server.baseURL)
    try home.play("guard", "resync --json", "resync --dry-run", "resync --force --json")
    #expect(try home.memctl("list").output == "")
  }

  @Test("77: the server does not accept the key")
  func unauthorized() throws {
    let other = try Home.withServer().neighbour()
    other.environment["MEMORY_API_KEY"] = "another-key-that-is-wrong"
    expect(
      77, "the server does not accept the key: Invalid API key",
      """
      memctl login asks for another key and keeps it; or set MEMORY_API_KEY or --api-key-file; nothing \
      is sent until the server accepts the key
      """,
      of: try other.memctl("sync"))
    #expect(try other.memctl("store", "kept").status == 77)
    #expect(try other.memctl("queue").output.hasSuffix("\tkept\n"))
    #expect(try other.onTerminal("counts").text.contains("refused by the server"))
    other.environment["MEMORY_API_KEY"] = Home.key
    #expect(try other.memctl("sync").status == 0)
  }

  @Test(
    "78: no key, a bad address, plain http to a foreign host, syncing turned off",
    arguments: [
      (
        ["MEMORY_API_KEY": ""], "there is no key for the server, so nothing can be synced",
        """
        memctl login asks for it and keeps it; or set MEMORY_API_KEY, or name a file that holds it with \
        --api-key-file
        """
      ),
      (
        ["MEMORY_API_URL": "memory.example.org:x"],
        "'memory.example.org:x' is not the address of a server",
        "an address looks like https://memory.example.org"
      ),
      (
        ["MEMORY_API_URL": "http://memory.example.org"],
        "plain http would let anyone on the way to memory.example.org read the key",
        """
        put a proxy that speaks TLS in front of the server and use https://memory.example.org; in a \
        network that you trust, MEMCTL_ALLOW_HTTP=memory.example.org allows this host
        """
      ),
      (["MEMORY_SYNC_DISABLE": "1"], "syncing is off", "unset MEMORY_SYNC_DISABLE"),
    ])
  func configuration(_ variables: [String: String], _ message: String, _ hint: String) throws {
    expect(78, message, hint, of: try home.memctl("sync", adding: variables))
  }

  @Test("the key file's first line is the key, and a missing file is 78")
  func keyFile() throws {
    let home = try Home.withServer()
    home.environment["MEMORY_API_KEY"] = nil
    try home.write("key", Home.key + "\n")
    #expect(try home.memctl("sync", "--api-key-file", "key").status == 0)
    let missing = try home.memctl("sync", "--api-key-file", "nokey")
    #expect(missing.message == "there is no key file nokey (option --api-key-file)")
    #expect(missing.status == 78)
  }
}

private let emptyAnswer = Array(
  #"{"memories":[],"server_time":"2026-11-22T10:00:00+00:00"}"#.utf8)
private let crash = Array("Internal Server Error".utf8)
private let rejection = Array(
  #"{"detail":[{"loc":["body","tags"],"msg":"too many","input":"\#(Home.secret)"}]}"#.utf8)
