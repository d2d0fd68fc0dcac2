import ClientSupport
import MemoryModel
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Watch loop") struct WatchLoopTests {
  let server = ModelServer()

  /// Runs the loop until it has ended so many cycles, and returns their kinds.
  private func watch(
    _ client: Client, cycles: Int,
    ended: (Int, Result<SyncReport, Problem>) throws -> Void = { _, _ in }
  ) throws -> [WatchLoop.Cycle] {
    var kinds: [WatchLoop.Cycle] = []
    try WatchLoop(interval: 0) { Synchronizer(client.engine) }.run(pause: client.cancellation.wait)
    {
      cycle, result in
      kinds.append(cycle)
      try ended(kinds.count, result)
      if kinds.count == cycles { client.cancellation.cancel() }
    }
    return kinds
  }

  @Test("It begins with a full resync, and every tenth cycle is one")
  func cycles() throws {
    let client = try Client(server)
    let kinds = try watch(client, cycles: 21)
    let expected = (0..<21).map { $0.isMultiple(of: 10) ? WatchLoop.Cycle.resync : .sync }
    #expect(kinds == expected)
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
    try WatchLoop(interval: 3_600) { Synchronizer(client.engine) }.run(pause: cancellation.wait) {
      _, result in
      reports.append(try result.get())
    }
    #expect(reports.map(\.kinds) == [[.interrupted]])
    #expect(reports[0].push?.acknowledged == server.contents.count)
    #expect(try client.memories().filter { $0.serverID != nil }.count == server.contents.count)
    #expect(try client.states().allSatisfy { $0 == .pending })
  }
}
