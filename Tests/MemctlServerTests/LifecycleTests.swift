import Foundation
import Glibc
import SQLite
import TestSupport
import Testing

@Suite struct LifecycleTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private var keysPath: String { fixture.folder.appendingPathComponent("keys").path }
  private var otherStore: [String] {
    ["--store", fixture.folder.appendingPathComponent("other.db").path]
  }

  private func failure(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> ServerProcess.LaunchFailure {
    try #require(throws: ServerProcess.LaunchFailure.self) {
      try ServerProcess(arguments, environment: environment)
    }
  }

  @Test func `SIGTERM refuses new connections, finishes what is running and exits 0`() throws {
    let body = Array(#"{"content":"a"}"#.utf8)
    let running = try fixture.connect()
    try running.sendHead(
      "POST", "/api/memories", headers: ["Authorization": "key-a", "Expect": "100-continue"],
      length: body.count)
    #expect(try running.receiveHead().status == 100)
    fixture.server.terminate()
    while (try? fixture.connect()) != nil {}
    try running.send(body)
    let answer = try running.receive()
    #expect(answer.status == 200)
    #expect(answer.headers["connection"]?.lowercased() == "close")
    #expect(fixture.server.wait() == 0)
    try fixture.relaunch()
    #expect(try fixture.ask("GET", "/api/memories/sync").memories.count == 1)
  }

  @Test func `An idle connection does not hold the end up`() throws {
    let idle = try fixture.connect()
    try idle.sendHead("GET", "/health", headers: [:], length: 0)
    #expect(try idle.receive().status == 200)
    #expect(fixture.server.stop() == 0)
    #expect(idle.isAtEnd())
  }

  @Test func `Store and folder are for their owner alone`() throws {
    try fixture.store("a")
    for (path, mode) in [
      (fixture.storePath, 0o600), (fixture.storePath + "-wal", 0o600),
      ((fixture.storePath as NSString).deletingLastPathComponent, 0o700),
    ] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
    }
  }

  @Test func `A store that others could read is closed to them`() throws {
    fixture.server.kill()
    #expect(chmod(fixture.storePath, 0o644) == 0)
    try fixture.relaunch()
    let attributes = try FileManager.default.attributesOfItem(atPath: fixture.storePath)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `It can be started again on the same port at once`() throws {
    // The server's side of this connection is closed first, and lingers.
    let connection = try fixture.connect()
    try connection.sendHead("GET", "/health", headers: [:], length: 0)
    #expect(try connection.receive().status == 200)
    let port = fixture.server.port
    #expect(fixture.server.stop() == 0)
    let server = try ServerProcess(
      ["--store", fixture.storePath, "--keys", keysPath], listen: "127.0.0.1:\(port)")
    #expect(server.port == port)
  }

  @Test func `A log that nobody reads neither ends the server nor holds it up`() throws {
    // Each of these is told.
    #expect(unlink(fixture.storePath) == 0)
    let connection = try fixture.connect()
    func ask(_ count: Int) throws {
      for _ in 0..<count {
        try connection.sendHead(
          "GET", "/api/memories/1", headers: ["Authorization": "key-a"], length: 0)
        #expect(try connection.receive().status == 503)
      }
    }
    // More than a pipe takes.
    try ask(2000)
    fixture.server.closeErrors()
    try ask(100)
    #expect(fixture.server.stop() == 0)
  }

  @Test(arguments: ["--help", "--version"])
  func `What cannot be printed is a failure`(option: String) throws {
    let process = Process()
    let errors = Pipe()
    process.executableURL = builtProduct("memctl-serve")
    process.arguments = [option]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      text.hasPrefix("memctl-serve: cannot write to stdout: No space left on device\nhint: "))
  }

  @Test func `The store is below the home folder unless it is named`() throws {
    let home = fixture.folder.appendingPathComponent("home").path
    _ = try ServerProcess([], environment: ["HOME": home, "MEMORY_API_KEY": "k"])
    #expect(FileManager.default.fileExists(atPath: "\(home)/.local/share/memctl/server.db"))
    _ = try ServerProcess(
      [], environment: ["XDG_DATA_HOME": "\(home)/x", "CLAUDE_MEMORY_API_KEY": "k"])
    #expect(FileManager.default.fileExists(atPath: "\(home)/x/memctl/server.db"))
  }

  @Test func `A single key from the environment is the default user's`() throws {
    let server = try ServerProcess(otherStore, environment: ["MEMORY_API_KEY": "k"])
    let connection = try HTTPConnection(port: server.port)
    try connection.sendHead("GET", "/api/auth-check", headers: ["Authorization": "k"], length: 0)
    #expect(try connection.receive().text == #"{"status":"ok","user_id":"default"}"#)
  }

  @Test func `An IPv6 address is listened on in brackets`() throws {
    let server = try ServerProcess(
      otherStore + ["--keys", keysPath], listen: "[::1]:0")
    #expect(server.baseURL.hasPrefix("http://[::1]:"))
  }

  @Test func `It says which store it serves, and with --log what it is asked`() throws {
    let server = try ServerProcess(otherStore + ["--keys", keysPath, "--log"])
    let connection = try HTTPConnection(port: server.port)
    for (target, key) in [("/api/memories/sync?since=secret", "key-a"), ("/health", "wrong-key")] {
      try connection.sendHead("GET", target, headers: ["Authorization": key], length: 0)
      _ = try connection.receive()
    }
    let body = Array(#"{"content":"secret"}"#.utf8)
    try connection.sendHead(
      "POST", "/api/memories", headers: ["Authorization": "key-a"], length: body.count)
    try connection.send(body)
    #expect(try connection.receive().status == 200)
    #expect(server.stop() == 0)
    let lines = server.errors.split(separator: "\n").map(String.init)
    #expect(lines.first == "memctl-serve: serving the store \(otherStore[1])")
    let told = lines.dropFirst().map { line in
      line.split(separator: " ").enumerated().filter { [1, 2, 3].contains($0.offset) }
        .map { String($0.element) }.joined(separator: " ")
    }
    #expect(told == ["GET /api/memories/sync 422", "GET /health 200", "POST /api/memories 200"])
    for secret in ["secret", "key-a", "wrong-key"] { #expect(!server.errors.contains(secret)) }
    // Nothing of it unless it is asked for.
    _ = try fixture.ask("GET", "/health")
    #expect(fixture.server.stop() == 0)
    #expect(fixture.server.errors == "memctl-serve: serving the store \(fixture.storePath)\n")
  }

  @Test(arguments: [
    (["--completions", "bash"], "completions/memctl-serve.bash"),
    (["--completions", "zsh"], "completions/_memctl-serve"),
    (["--completions", "fish"], "completions/memctl-serve.fish"),
    (["--man"], "man/memctl-serve.1"),
  ])
  func `Completions and manual page stand in the repository as it prints them`(
    arguments: [String], path: String
  ) throws {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    let output = Pipe()
    process.executableURL = builtProduct("memctl-serve")
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let committed = try Data(contentsOf: package.appending(path: path))
    #expect(printed == committed, "\(path) is out of date; write it anew with: make generate")
  }

  @Test func `Without a key it does not start`() throws {
    let failure = try failure(otherStore)
    #expect(failure.status == 78)
    #expect(failure.errors.hasPrefix("memctl-serve: there is no key"))
    #expect(failure.errors.contains("\nhint: "))
  }

  @Test func `Other machines need a keys file`() throws {
    let failure = try #require(throws: ServerProcess.LaunchFailure.self) {
      try ServerProcess(otherStore, listen: "0.0.0.0:0", environment: ["MEMORY_API_KEY": "k"])
    }
    #expect(failure.status == 78)
  }

  @Test(arguments: [
    "[]", "{}", "nonsense", #"{"a":""}"#, #"{"a":1}"#, #"{"a":"k","b":"k"}"#,
    #"{"a":"k\u0000"}"#, #"{"a":"k\nl"}"#, #"{"a":"k l"}"#, #"{"a\u0000b":"k"}"#, #"{"":"k"}"#,
  ])
  func `Keys that cannot be used are refused`(keys: String) throws {
    let file = fixture.folder.appendingPathComponent("bad-keys")
    try Data(keys.utf8).write(to: file)
    #expect(try failure(otherStore + ["--keys", file.path]).status == 78)
  }

  @Test func `Keys that anybody can write are refused, and those that others can read are told`()
    throws
  {
    #expect(chmod(keysPath, 0o666) == 0)
    let failure = try failure(otherStore + ["--keys", keysPath])
    #expect(failure.status == 78)
    #expect(failure.errors.contains("anyone on this machine can change the keys"))
    #expect(chmod(keysPath, 0o640) == 0)
    let server = try ServerProcess(otherStore + ["--keys", keysPath])
    #expect(server.stop() == 0)
    #expect(server.errors.contains("can read the keys; chmod 600"))
  }

  @Test func `A key from the environment that no header could carry is refused`() throws {
    let failure = try failure(otherStore, environment: ["MEMORY_API_KEY": "a b"])
    #expect(failure.status == 78)
    #expect(!failure.errors.contains("a b"))
  }

  @Test func `A port that is taken is named with a way out`() throws {
    let failure = try #require(throws: ServerProcess.LaunchFailure.self) {
      try ServerProcess(
        otherStore + ["--keys", keysPath], listen: "127.0.0.1:\(fixture.server.port)")
    }
    #expect(failure.status == 78)
    #expect(failure.errors.contains("hint: use a free port with --listen 127.0.0.1:0"))
  }

  @Test func `Two servers do not share a store`() throws {
    let failure = try failure(["--store", fixture.storePath, "--keys", keysPath])
    #expect(failure.status == 74)
    #expect(failure.errors.contains("served by another process"))
  }

  @Test func `A file that is no store is left alone`() throws {
    let file = fixture.folder.appendingPathComponent("notes")
    let text = Data(String(repeating: "not a database ", count: 100).utf8)
    try text.write(to: file)
    #expect(try failure(["--store", file.path, "--keys", keysPath]).status == 74)
    #expect(try Data(contentsOf: file) == text)
    #expect(try failure(["--store", "/proc/nowhere/x.db", "--keys", keysPath]).status == 74)
  }

  @Test func `Another program's database is left alone`() throws {
    let file = fixture.folder.appendingPathComponent("memory.db")
    try Connection(path: file.path).execute("CREATE TABLE memories (id INTEGER PRIMARY KEY)")
    let before = try Data(contentsOf: file)
    let failure = try failure(["--store", file.path, "--keys", keysPath])
    #expect(failure.status == 74)
    #expect(failure.errors.contains("not a store of this version"))
    #expect(try Data(contentsOf: file) == before)
  }

  @Test(arguments: [["--nonsense"], ["--listen", "nowhere"], ["--listen", "1.2.3.4:99999"]])
  func `A wrong option is a usage error`(arguments: [String]) throws {
    #expect(try failure(arguments).status == 64)
  }
}
