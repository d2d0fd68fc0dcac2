import Foundation
import TestSupport
import Testing

/// The prompt, a server, and whoever else uses them.
@Suite("At the prompt, syncing")
struct PromptSyncTests {
  /// As often as it may be.
  private static let often = ["MEMORY_SYNC_INTERVAL": "1"]

  @Test("goes on in the background, and what it did stands above the line that is being typed")
  func whileTyping() throws {
    let home = try Home.withServer()
    let prompt = try home.prompt(adding: Self.often)
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.type("ver")
    try prompt.wait(forCursorAfter: "memctl> ver")
    try home.neighbour().memctl("store", "from elsewhere")
    try prompt.wait(forText: "sync: 1 new")
    try prompt.wait(forCursorAfter: "memctl> ver")
    #expect(prompt.screen.lines.suffix(2) == ["sync: 1 new", "memctl> ver"])
    prompt.type("sion" + Key.enter)
    try prompt.wait(forLine: "memctl 0.1.0")
    prompt.enter("list")
    try prompt.wait(forText: "from elsewhere")
    #expect(try prompt.leave() == 0)
  }

  @Test("waits with its news until a search in the history is over")
  func whileSearching() throws {
    let home = try Home.withServer()
    let prompt = try home.prompt(adding: Self.often)
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.type(Key.control("r") + "ver")
    try prompt.wait(forText: "(reverse-i-search)`ver': version")
    let neighbour = try home.neighbour()
    try neighbour.memctl("store", "one")
    // The loop has brought it; the screen must not tell yet.
    try home.await { try home.memctl("counts").output.contains("total\t1") }
    try neighbour.memctl("store", "two")
    try home.await { try home.memctl("counts").output.contains("total\t2") }
    prompt.type("s")
    try prompt.wait(forText: "(reverse-i-search)`vers': version")
    #expect(!prompt.transcript.contains("sync:"))
    prompt.type(Key.enter)
    try prompt.wait(forText: "sync: 1 new")
    #expect(try prompt.leave() == 0)
  }

  @Test("and what others write is told by the prompt, which leaves what is typed alone")
  func othersWrites() throws {
    let home = try Home.alone()
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("coun")
    try prompt.wait(forCursorAfter: "memctl (no key)> coun")
    try home.memctl("store", "elsewhere")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> coun")
    prompt.type("ts" + Key.enter)
    try prompt.wait(forText: "memories      1")
    // Another file under the same name is another cache.
    try FileManager.default.removeItem(atPath: home.database)
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(try prompt.leave() == 0)
  }

  @Test("tells that the server is away, and that it is back")
  func offline() throws {
    let home = try Home.withServer()
    let url = home.environment["MEMORY_API_URL"]!
    let port = URL(string: url)!.port!
    home.stopServer()
    let prompt = try home.prompt(adding: Self.often)
    try prompt.wait(forCursorAfter: "memctl (offline)> ")
    prompt.enter("store later")
    try prompt.wait(forCursorAfter: "memctl (1 pending, offline)> ")
    try home.startServer(port: port)
    try prompt.wait(forText: "sync: 1 sent")
    try prompt.wait(forCursorAfter: "memctl> ")
    #expect(try prompt.leave() == 0)
  }

  @Test("tells at once that the server is back, when a command has found it there")
  func backAgain() throws {
    let home = try Home.withServer()
    let port = URL(string: home.environment["MEMORY_API_URL"]!)!.port!
    home.stopServer()
    // The next cycle would come in ten hours.
    let prompt = try home.prompt(adding: ["MEMORY_SYNC_INTERVAL": "36000"])
    try prompt.wait(forCursorAfter: "memctl (offline)> ")
    try home.memctl("store", "earlier", adding: ["MEMORY_SYNC_DISABLE": "1"])
    try prompt.wait(forCursorAfter: "memctl (1 pending, offline)> ")
    try home.startServer(port: port)
    prompt.enter("store now")
    try prompt.wait(forText: "on the server as 1")
    try prompt.wait(forText: "sync: 1 sent")
    try prompt.wait(forCursorAfter: "memctl> ")
    #expect(try prompt.leave() == 0)
  }

  @Test("ends soon where the prompt was killed")
  func killed() throws {
    let home = try Home.withServer()
    let prompt = try home.prompt(adding: ["MEMORY_SYNC_INTERVAL": "36000"])
    try prompt.wait(forCursorAfter: "memctl> ")
    let loop = try #require(prompt.children.first)
    try home.await { try home.memctl("counts", "--json").json[0]["last_success_at"] is String }
    kill(prompt.identifier, SIGKILL)
    _ = try prompt.finish()
    try home.await { kill(loop, 0) != 0 }
  }

  @Test("says once what needs the user")
  func refusedKey() throws {
    let server = FaultyServer(
      thereafter: .answer(401, body: Array(#"{"detail":"Invalid API key"}"#.utf8)))
    let home = try Home(server: server)
    let prompt = try home.prompt(adding: Self.often)
    try prompt.wait(forCursorAfter: "memctl (key refused)> ")
    server.awaitRequests(3)
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    #expect(
      prompt.transcript.split(separator: "sync: ").count == 2,
      "\(prompt.transcript.debugDescription)")
    #expect(try prompt.leave() == 0)
    home.check(prompt.transcript, of: [], #_sourceLocation)
  }

  @Test("leaves nothing running, neither when it is turned off nor at the end")
  func ending() throws {
    let home = try Home.withServer()
    try home.addCache()
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl> ")
    let first = try #require(prompt.children.first)
    // The keys do not reach it.
    prompt.type("x" + Key.control("c"))
    try prompt.wait(forText: "^C")
    prompt.enter("counts")
    try prompt.wait(forText: "dead letters")
    try prompt.wait(forCursorAfter: "memctl> ")
    #expect(prompt.children == [first])
    prompt.enter(".set autosync off")
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl> ")
    #expect(prompt.children.isEmpty)
    prompt.enter(".set autosync on")
    prompt.enter("list")
    try prompt.wait(forLine: "no memories")
    try prompt.wait(forCursorAfter: "memctl> ")
    let second = try #require(prompt.children.first)
    #expect(second != first)
    #expect(try prompt.leave() == 0)
    #expect(kill(second, 0) != 0)
  }

  @Test("leaves nothing behind, either, where Ctrl-C does not wait for its end")
  func endingUnattended() throws {
    let server = FaultyServer(thereafter: .accepting(FaultyBehaviour([.read, .hold])))
    let home = try Home(server: server)
    try home.memctl("store", "on its way", adding: ["MEMORY_SYNC_DISABLE": "1"])
    let prompt = try home.prompt()
    server.awaitRequests(2)
    prompt.enter(".set autosync off")
    try prompt.wait(for: "the end of the line") {
      $0.lineBeforeCursor == "" && $0.lines.contains { $0.hasSuffix(".set autosync off") }
    }
    prompt.type(Key.control("c"))
    try prompt.wait(for: "the prompt") { $0.lineBeforeCursor.hasSuffix("> ") }
    server.release()
    try home.await { prompt.children.isEmpty }
    #expect(try prompt.leave() == 0)
  }

  @Test("starts not at all where syncing is off")
  func disabled() throws {
    let server = FaultyServer()
    let home = try Home(server: server)
    home.environment["MEMORY_SYNC_DISABLE"] = "1"
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (sync off)> ")
    #expect(prompt.children.isEmpty)
    #expect(try prompt.leave() == 0)
    #expect(server.connectionCount == 0)
  }

  @Test("several prompts are not in each other's way")
  func severalPrompts() throws {
    let home = try Home.withServer()
    let prompts = try (0..<3).map { _ in try home.prompt(adding: Self.often) }
    for prompt in prompts { try prompt.wait(forCursorAfter: "memctl> ") }
    for (index, prompt) in prompts.enumerated() { prompt.enter("store 'memory \(index)'") }
    for prompt in prompts {
      try prompt.wait(forText: "stored ")
      try prompt.wait(forCursorAfter: "memctl> ")
    }
    for prompt in prompts { #expect(try prompt.leave() == 0) }
    let neighbour = try home.neighbour()
    try neighbour.memctl("sync")
    #expect(try neighbour.memctl("counts").output.contains("total\t3\n"))
  }

  // MARK: Keys and signals

  /// A prompt without background sync, whose server does not answer.
  private func stalled(_ home: Home) throws -> TerminalProgram {
    try home.file(".config/memctl/replrc", ".set autosync off\n")
    return try home.prompt()
  }

  @Test("Ctrl-C stops a sync whose server is silent, and brings the prompt back")
  func cancelling() throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    let prompt = try stalled(home)
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.enter("pull; version")
    server.awaitRequests(2)
    prompt.type(Key.control("c"))
    try prompt.wait(forText: "memctl: interrupted")
    try prompt.wait(forCursorAfter: "memctl> ")
    // What followed in the same line was given up, too.
    #expect(!prompt.screen.lines.contains("memctl 0.1.0"))
    // Nor does a script go on, whether errors stop it or not.
    let script = try home.file("script", ".bail off\npull\nversion\n")
    prompt.enter(".read \(script)")
    server.awaitRequests(4)
    prompt.type(Key.control("c"))
    try prompt.wait(for: "a second interruption") {
      $0.lines.count { $0.contains("memctl: interrupted") } == 2
    }
    prompt.enter("counts")
    try prompt.wait(forText: "memories      0")
    #expect(!prompt.screen.lines.contains("memctl 0.1.0"))
    #expect(try prompt.leave() == 0)
  }

  @Test("a second Ctrl-C abandons the command at once, and nothing is lost")
  func abandoning() throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    let prompt = try stalled(home)
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.enter("store 'on its way'")
    server.awaitRequests(2)
    prompt.type(Key.control("c"))
    try prompt.wait(forText: "^C")
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (1 pending)> ")
    #expect(try prompt.leave() == 0)
    let entry = try #require(home.memctl("queue", "--json").json.first)
    #expect(["in_doubt", "sending"].contains(entry["state"] as? String))
  }

  @Test(
    "a signal ends the prompt, and history and terminal are in order",
    arguments: [(SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func signals(_ signal: Int32, _ status: Int32) throws {
    let home = try Home.withServer()
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.type("not finished")
    try prompt.wait(forCursorAfter: "memctl> not finished")
    let children = prompt.children
    kill(prompt.identifier, signal)
    #expect(try prompt.finish() == status)
    #expect(home.history == ["version"])
    // Bracketed paste is off again.
    #expect(prompt.transcript.contains("\u{1B}[?2004l"))
    #expect(children.allSatisfy { kill($0, 0) != 0 })
  }

  @Test("a signal ends the pager of a command as well, and the terminal is as it was")
  func signalInPager() throws {
    let home = try Home.alone()
    for number in 1...30 { try home.memctl("store", "memory \(number)") }
    let prompt = try home.prompt(adding: ["PAGER": "sh -c 'cat; echo paging; exec sleep 1000'"])
    try prompt.wait(forCursorAfter: "memctl (30 pending, no key)> ")
    prompt.enter("list")
    try prompt.wait(forLine: "paging")
    kill(prompt.identifier, SIGTERM)
    #expect(try prompt.finish() == 143)
  }

  @Test("a signal in the middle of a command lets what is on its way be settled first")
  func signalInCommand() throws {
    let answer = FaultyBehaviour.answer(
      body: Array(#"{"id":7,"category":"facts","importance":0.5}"#.utf8))
    let server = FaultyServer(
      thereafter: .accepting(FaultyBehaviour([.read, .hold]) + answer))
    let home = try Home(server: server)
    let prompt = try stalled(home)
    try prompt.wait(forCursorAfter: "memctl> ")
    prompt.enter("store 'on its way'")
    server.awaitRequests(2)
    kill(prompt.identifier, SIGTERM)
    server.release()
    #expect(try prompt.finish() == 143)
    #expect(try home.memctl("queue").output == "")
    #expect(try home.memctl("show", "server:7").status == 0)
    #expect(home.history == ["store 'on its way'"])
  }
}

extension TerminalProgram {
  /// The processes that it has started and that still run.
  fileprivate var children: [pid_t] {
    let path = "/proc/\(identifier)/task/\(identifier)/children"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { pid_t($0) }
  }
}

extension Home {
  /// Asks again and again, until it is so; longer than anything takes.
  fileprivate func await(_ condition: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 60)
    while try !condition() { try #require(Date() < end) }
  }
}
