import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

/// Servers that are away, overloaded or refuse the key (promises G8, G9, G10).
@Suite("Availability") struct AvailabilityTests {
  let server = ModelServer()

  // MARK: Away

  @Test("Hundreds of failed syncs leave the queue as it was")
  func offline() throws {
    let client = try Client(of: FaultyServer().url(""), clock: TestClock())
    for content in ["a", "b"] { try client.store(content) }
    let before = try client.pendingOps()
    for _ in 0..<300 {
      let report = try client.engine.sync()
      #expect(report.kinds == [.offline])
      client.clock.advance(seconds: 60)
    }
    #expect(try client.pendingOps() == before)
    #expect(try client.cache.queue.entries().map(\.attempts) == [0, 0])
    #expect(try client.states() == [.pending, .pending])
    let counters = try Connection(path: client.path).query("SELECT retry_count FROM pending_ops") {
      $0.int(0)
    }
    #expect(counters == [0, 0])
  }

  @Test("A gateway's errors never use up attempts", arguments: [408, 425, 429, 502, 503, 504])
  func gateway(status: Int) throws {
    let client = try Client(server)
    let id = server.add("b")
    _ = try client.engine.sync()
    try client.store("a")
    try client.delete("b")
    server.change { $0.fault = { call, _, _ in call == .sync ? nil : .refuse(status) } }
    for _ in 0..<20 {
      #expect(try client.engine.sync().kinds == [.overloaded])
      client.waitLongEnough()
    }
    #expect(try client.cache.queue.entries().map(\.attempts) == [0, 0])
    server.stopFailing()
    _ = try client.engine.sync()
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(server.memories.contains { $0.id == id } == false)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What the Python side counted while offline is set back, so that it deletes nothing")
  func counters() throws {
    let client = try Client(of: FaultyServer().url(""), clock: TestClock())
    try client.store("a")
    let connection = try Connection(path: client.path)
    try client.queue("delete", #"{"server_id": 1}"#)
    try connection.run("UPDATE pending_ops SET retry_count = 4")
    _ = try client.engine.sync()
    // A store that it tried is out of its reach until it has been looked for.
    #expect(try connection.query("SELECT retry_count FROM pending_ops") { $0.int(0) } == [0])
    #expect(try client.states() == [.inDoubt, .pending])
  }

  @Test("A server that is away is asked once, not once for each entry")
  func oneAttempt() throws {
    let client = try Client(server)
    for number in 0..<50 { try client.store("m\(number)") }
    server.change { $0.fault = { _, _, _ in .refuse(503) } }
    _ = try client.engine.sync()
    #expect(server.count(.store) <= Push.width)
    #expect(server.count(.sync) == 0)
  }

  @Test("Three lost answers in a row mean that the server is away")
  func silence() throws {
    let client = try Client(server)
    for number in 0..<50 { try client.store("m\(number)") }
    server.fail(.store, with: .loseRequest)
    let report = try client.engine.push()
    #expect(report.kinds == [.offline])
    #expect(server.count(.store) < 3 + Push.width)
    #expect(report.push?.inDoubt == server.count(.store))
  }

  // MARK: Overloaded

  @Test(
    "A server that asks for a pause is left alone for so long",
    arguments: [("90", 90.0), ("Sun, 01 Mar 2026 12:01:30 GMT", 90), ("99999999", 3_600)])
  func retryAfter(header: String, seconds: Double) throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(429, headers: ["Retry-After": header]))
    _ = try client.engine.sync()
    let asked = server.requests.count
    client.clock.advance(seconds: seconds - 1)
    #expect(try client.engine.sync().kinds == [.overloaded])
    #expect(server.requests.count == asked)
    client.clock.advance(seconds: 2)
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a"])
  }

  @Test("A pull that is told to wait waits, too")
  func pullRetryAfter() throws {
    let client = try Client(server)
    server.fail(.sync, 1...1, with: .refuse(503, headers: ["Retry-After": "60"]))
    #expect(try client.engine.pull().kinds == [.overloaded])
    #expect(try client.engine.resync().kinds == [.overloaded])
    #expect(server.count(.sync) == 1)
    #expect(server.requests.count == 2)
    client.clock.advance(seconds: 61)
    #expect(try client.engine.pull().problems == [])
  }

  @Test("Who asks by hand does not wait for a pause to end, and what the server says then counts")
  func overriddenPause() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, with: .refuse(429, headers: ["Retry-After": "86400"]))
    #expect(try client.engine.sync().kinds == [.overloaded])
    client.engine.overridesPause = true
    #expect(try client.engine.sync().kinds == [.overloaded])
    #expect(server.count(.store) == 2)
    client.engine.overridesPause = false
    #expect(try client.engine.sync().kinds == [.overloaded])
    #expect(server.count(.store) == 2)
    server.stopFailing()
    #expect(try client.cache.queue.retry(EntryID(rawValue: 1)))
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a"])
  }

  @Test("Where nothing is to be tried again, a pause goes on")
  func emptyRetry() throws {
    let client = try Client(server)
    server.fail(.sync, 1...1, with: .refuse(503, headers: ["Retry-After": "60"]))
    _ = try client.engine.pull()
    #expect(try client.cache.queue.retryAll() == 0)
    #expect(try client.cache.queue.retry([]) == 0)
    #expect(try client.cache.pause(at: client.clock.now) != nil)
    let id = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now).entry
    #expect(try client.cache.queue.retry([id]) == 1)
    #expect(try client.cache.pause(at: client.clock.now) == nil)
  }

  @Test("A clock that was set back does not prolong a pause")
  func pauseAndClockSetBack() throws {
    let client = try Client(server)
    server.fail(.sync, 1...1, with: .refuse(503, headers: ["Retry-After": "60"]))
    _ = try client.engine.pull()
    client.clock.advance(seconds: -30 * 86_400)
    #expect(try client.engine.pull().problems == [])
  }

  @Test("An entry that fails is tried again later and later, and others at once")
  func backoff() throws {
    let client = try Client(server)
    let id = ServerID(rawValue: server.add("a"))
    _ = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(.update(MemoryFields(content: "b"), id), at: client.clock.now)
    }
    server.fail(.update, with: .refuse(500))
    var waits: [Double] = []
    for _ in 0..<4 {
      let before = client.clock.now
      #expect(try client.engine.push().kinds == [.serverFailed])
      let next = try #require(try client.cache.queue.entries()[0].nextAttemptAt)
      waits.append(next.seconds(since: before))
      client.clock.advance(seconds: waits.last! - 1)
      #expect(try client.engine.push().push?.sent == 0)
      client.clock.advance(seconds: 2)
    }
    for (wait, full) in zip(waits, [15.0, 30, 60, 120]) {
      #expect((full / 2...full).contains(wait))
    }
    _ = try client.engine.push()
    #expect(try client.states() == [.dead])
  }

  // MARK: The key

  @Test("What ended a pull is remembered until a pull reaches its end, however well a push goes")
  func lastError() throws {
    let client = try Client(server)
    server.fail(.sync, with: .refuse(500))
    _ = try client.engine.pull()
    let failedAt = client.clock.now.description
    client.clock.advance(seconds: 1)
    _ = try client.engine.push()
    var counts = try client.cache.counts()
    #expect(counts.lastError?.kind == .serverFailed)
    #expect(counts.lastError?.time == failedAt)
    #expect(!counts.lastSyncSuccess)
    server.stopFailing()
    _ = try client.engine.pull()
    counts = try client.cache.counts()
    #expect(counts.lastError == nil)
    #expect(counts.lastSyncSuccess)
    #expect(counts.lastSuccess == client.clock.now.description)
  }

  @Test("A refused key stops the batch and changes no counter")
  func unauthorized() throws {
    let client = try Client(server)
    // The key is accepted at first, and then no longer.
    _ = try client.engine.push()
    for number in 0..<30 { try client.store("m\(number)") }
    let before = try client.pendingOps()
    server.change { $0.key = "another" }
    let report = try client.engine.sync()
    #expect(report.kinds == [.unauthorized])
    #expect((1...Push.width).contains(server.count(.store)))
    #expect(server.count(.sync) == 0)
    #expect(try client.pendingOps() == before)
    #expect(
      try client.cache.queue.entries().allSatisfy { $0.attempts == 0 && $0.state == .pending })
    #expect(try client.cache.counts().authFailed)
  }

  @Test("After a refusal nothing is sent until auth-check passes")
  func resumes() throws {
    let client = try Client(server)
    try client.store("a")
    server.change { $0.key = "another" }
    _ = try client.engine.sync()
    let (stores, syncs) = (server.count(.store), server.count(.sync))
    for operation in [SyncEngine.sync, SyncEngine.pull, { engine in { try engine.resync() } }] {
      #expect(try operation(client.engine)().kinds == [.unauthorized])
    }
    #expect(server.count(.store) == stores)
    #expect(server.count(.sync) == syncs)
    #expect(server.count(.authCheck) == 4)
    server.change { $0.key = "secret-key" }
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a"])
    #expect(try client.cache.counts().authFailed == false)
  }

  @Test(
    "An auth-check that fails by itself is no acceptance",
    arguments: [ModelServer.Fault.loseRequest, .refuse(500), .refuse(503), .refuse(429)])
  func authCheckFails(fault: ModelServer.Fault) throws {
    let client = try Client(server)
    try client.store("a")
    server.change { $0.key = "another" }
    _ = try client.engine.sync()
    server.change { $0.key = "secret-key" }
    server.fail(.authCheck, with: fault)
    let report = try client.engine.sync()
    #expect(report.problems.count == 1)
    #expect(server.contents == [])
    #expect(server.count(.sync) == 0)
    server.stopFailing()
    #expect(try client.engine.sync().problems == [])
    #expect(server.contents == ["a"])
  }

  @Test("A server without auth-check that answers /health is tried")
  func noAuthCheck() throws {
    let client = try Client(server)
    try client.store("a")
    server.change { $0.key = "another" }
    _ = try client.engine.sync()
    server.change { $0.key = "secret-key" }
    server.fail(.authCheck, with: .refuse(404))
    #expect(try client.engine.sync().problems == [])
    #expect(server.count(.health) == 1)
    #expect(server.contents == ["a"])
  }

  @Test("Whether the key is accepted")
  func access() throws {
    let client = try Client(server)
    #expect(try client.checkAuth() == .accepted(account: "alice"))
    server.change { $0.key = "another" }
    #expect(try client.checkAuth() == .setback(.unauthorized(message: "Invalid API key")))
    server.fail(.authCheck, with: .refuse(403, body: #"{"detail":"no"}"#))
    #expect(try client.checkAuth() == .setback(.unauthorized(message: "no")))
    server.fail(.authCheck, with: .refuse(404))
    #expect(try client.checkAuth() == .unknown)
    server.change { $0.fault = { _, _, _ in .refuse(404) } }
    guard case .setback(.invalidResponse) = try client.checkAuth() else {
      Issue.record("a server that knows neither address is taken for a memory server")
      return
    }
    let away = try Client(of: FaultyServer().url(""), clock: TestClock())
    guard case .setback(.unreachable) = try away.checkAuth() else {
      Issue.record("a server that is away is not seen as such")
      return
    }
  }

  @Test("/health gets no key")
  func healthWithoutKey() throws {
    let client = try Client(server)
    server.fail(.authCheck, with: .refuse(404))
    _ = try client.checkAuth()
    let health = try #require(server.requests.first { $0.path == "/health" })
    #expect(health.headers["authorization"] == nil)
  }

  @Test("A 403 on one operation while the key is fine concerns that operation alone")
  func forbidden() throws {
    let client = try Client(server)
    server.add("theirs")
    _ = try client.engine.sync()
    server.edit(1) { $0.owner = "bob" }
    try client.delete("theirs")
    try client.store("a")
    let report = try client.engine.sync()
    #expect(report.kinds == [.rejected])
    #expect(server.contents == ["a", "theirs"])
    let entry = try #require(try client.cache.queue.entries().first)
    #expect(entry.state == .dead)
    #expect(entry.lastError?.status == 403)
    #expect(entry.lastError?.message == "Only the owner can delete a memory")
    #expect(try client.cache.counts().authFailed == false)
  }

  @Test("A 403 while the key is refused stops the batch")
  func forbiddenKey() throws {
    let client = try Client(server)
    try client.store("a")
    server.change { $0.fault = { _, _, _ in .refuse(403) } }
    #expect(try client.engine.sync().kinds == [.unauthorized])
    #expect(try client.states() == [.pending])
    #expect(try client.cache.counts().authFailed)
  }

  @Test("A 404 from an address that is no memory server buries nothing", arguments: [404, 405])
  func wrongAddress(status: Int) throws {
    let client = try Client(server)
    server.add("b")
    _ = try client.engine.sync()
    try client.store("a")
    try client.delete("b")
    server.change { $0.fault = { _, _, _ in .refuse(status) } }
    _ = try client.engine.sync()
    #expect(try client.states() == [.pending, .pending])
    server.stopFailing()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
  }
}
