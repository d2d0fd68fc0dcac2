import ClientSupport
import MemoryModel
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Watch loop") struct WatchLoopTests {
  let server = ModelServer()

  /// Runs the loop until it has ended so many cycles, with a clock on which only its pauses take
  /// time.
  ///
  /// - Parameter hurries: whether each pause is ended at once.
  /// - Returns: the cycles, and the pauses between them.
  @discardableResult
  private func watch(
    _ client: Client, interval: Double = 60, cycles: Int, hurries: Bool = false,
    ended: (Int, Result<SyncReport, Problem>) throws -> Void = { _, _ in }
  ) throws -> (kinds: [WatchLoop.Cycle], pauses: [Pause]) {
    var kinds: [WatchLoop.Cycle] = []
    var pauses: [Pause] = []
    var time = 0.0
    let generator = Locked(SeededGenerator(seed: 1))
    let loop = WatchLoop(
      interval: { interval }, random: Randomness { generator.update { $0.next() } },
      clock: { time }, now: { client.clock.now }
    ) { Synchronizer(client.engine) }
    try loop.run(
      pause: { pause in
        pauses.append(pause)
        if !hurries {
          time += pause.seconds
          client.clock.advance(seconds: pause.seconds)
        }
        return kinds.count == cycles
      }
    ) { cycle, result in
      kinds.append(cycle)
      try ended(kinds.count, result)
    }
    return (kinds, pauses)
  }

  @Test("It begins with a full resync, and does another after every ten intervals")
  func cycles() throws {
    let (kinds, pauses) = try watch(try Client(server), cycles: 21)
    #expect(kinds == (0..<21).map { $0.isMultiple(of: 10) ? WatchLoop.Cycle.resync : .sync })
    #expect(pauses.allSatisfy { $0 == Pause(seconds: 60, mayHurry: true) })
  }

  @Test("However often it is hurried, no further resync comes before its time")
  func hurried() throws {
    let (kinds, _) = try watch(try Client(server), cycles: 30, hurries: true)
    #expect(kinds.count { $0 == .resync } == 1)
  }

  @Test("A server that is away is looked for within a second, then ever less often")
  func backoff() throws {
    let client = try Client(server)
    let (_, pauses) = try watch(client, cycles: 14) { [server] number, _ in
      if number == 1 { server.change { $0.fault = { _, _, _ in .loseRequest } } }
      if number == 12 { server.stopFailing() }
    }
    let seconds = pauses.map(\.seconds)
    let failing = Array(1...11)
    #expect(pauses.indices.filter { !pauses[$0].mayHurry } == failing)
    for (index, limit) in zip(failing, [1.0, 2, 4, 8, 10, 10]) {
      #expect((limit / 2...limit).contains(seconds[index]))
    }
    #expect(seconds.last == 60)
    // Clients that lost a server together do not come back together.
    #expect(Set(failing.map { seconds[$0] }).count == failing.count)
  }

  @Test(
    "A server that fails or is overloaded is spared, up to the interval and the time it asks for")
  func spared() throws {
    let client = try Client(server)
    server.fail(.sync, with: .refuse(500))
    let seconds = try watch(client, cycles: 9).pauses.map(\.seconds)
    #expect((30...60).contains(seconds[8]))
    server.fail(.authCheck, with: .refuse(503, headers: ["Retry-After": "400"]))
    let (_, pauses) = try watch(client, cycles: 2)
    #expect((390...400).contains(pauses[0].seconds))
    #expect(pauses.allSatisfy { !$0.mayHurry })
  }

  @Test("An entry that waits for a time is sent then, and not an interval later")
  func deferred() throws {
    let client = try Client(server)
    try client.store("a")
    try client.store("b")
    server.fail(.store, 1...1, with: .refuse(500))
    let (_, pauses) = try watch(client, interval: 10_000, cycles: 4)
    #expect(pauses[0].seconds < 200)
    #expect(server.contents == ["a", "b"])
  }

  @Test("What is written between two cycles is pushed by the next")
  func pushes() throws {
    let client = try Client(server)
    _ = try watch(client, cycles: 3) { number, _ in
      if number == 1 { try client.store("a") }
      if number == 2 { #expect(server.contents == ["a"]) }
    }
    #expect(server.contents == ["a"])
  }

  @Test("A server that lost everything empties no cache, however small, cycle after cycle")
  func emptied() throws {
    let client = try Client(server)
    for content in ["a", "b"] { server.add(content) }
    _ = try client.engine.sync()
    server.restore(upTo: 0)
    var refusals = 0
    _ = try watch(client, cycles: 11) { _, result in
      if try result.get().kinds == [.refused] { refusals += 1 }
      client.clock.advance(seconds: 86_400)
    }
    // Both resyncs, and each sync after the first week.
    #expect(refusals == 5)
    #expect(try client.contents() == ["a", "b"])
  }

  @Test("A cycle that fails is reported, and the next one comes all the same")
  func failures() throws {
    let client = try Client(server)
    server.fail(.sync, 1...2, with: .refuse(500))
    let lock = SyncLock(cachePath: client.path, patience: 0, cancellation: Cancellation())
    var kinds: [[Problem.Kind]] = []
    _ = try watch(client, cycles: 3) { _, result in
      kinds.append(try result.get().kinds)
    }
    #expect(kinds == [[.serverFailed], [.serverFailed], []])
    let again = try Client(server)
    var busy: Problem.Kind?
    _ = try lock.withLock {
      try watch(
        try Client(of: server.baseURL, clock: server.clock, folder: client.folder), cycles: 1
      ) {
        _, result in
        if case .failure(let problem) = result { busy = problem.kind }
      }
    }
    #expect(busy == .busy)
    #expect(try again.contents() == [])
  }

  @Test("While the key is refused auth-check alone is asked, and sync goes on once it passes")
  func refusedKey() throws {
    let client = try Client(server)
    try client.store("a")
    server.change { $0.key = "another" }
    _ = try watch(client, cycles: 5) { number, result in
      let kinds = try result.get().kinds
      #expect(kinds == (number < 5 ? [.unauthorized] : []))
      if number == 4 { server.change { $0.key = "secret-key" } }
    }
    #expect(server.contents == ["a"])
    #expect(server.count(.authCheck) == 5)
    #expect(server.requests.filter { $0.method == "POST" }.count == 1)
  }

  @Test("A wish to stop lets what is on its way be settled")
  func stops() throws {
    let client = try Client(server)
    for number in 0..<30 { try client.store("m\(number)") }
    let cancellation = client.cancellation
    server.change {
      $0.fault = { call, number, _ in
        if call == .store, number == 3 { cancellation.cancel() }
        return nil
      }
    }
    var reports: [SyncReport] = []
    try WatchLoop(interval: 3_600) { Synchronizer(client.engine) }.run(
      pause: { cancellation.wait(milliseconds: $0.milliseconds) }
    ) { _, result in
      reports.append(try result.get())
    }
    #expect(reports.map(\.kinds) == [[.interrupted]])
    #expect(reports[0].push?.acknowledged == server.contents.count)
    #expect(try client.memories().filter { $0.serverID != nil }.count == server.contents.count)
    #expect(try client.states().allSatisfy { $0 == .pending })
  }
}
