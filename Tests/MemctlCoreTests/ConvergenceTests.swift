import ClientSupport
import MemoryModel
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

@Suite("Convergence") struct ConvergenceTests {
  let server = ModelServer()

  /// Waits on a clock on which only the pauses take time.
  ///
  /// - Parameter paused: called in each pause, with its number.
  private func wait(
    _ client: Client, for goal: Convergence.Goal, timeout: Double? = nil,
    paused: (Int) throws -> Void = { _ in }
  ) throws -> (end: Convergence.End, report: SyncReport, pauses: [Double]) {
    var pauses: [Double] = []
    var time = 0.0
    let generator = Locked(SeededGenerator(seed: 1))
    let loop = Convergence(
      to: goal, of: client.cache, timeout: timeout, cancellation: client.cancellation,
      random: Randomness { generator.update { $0.next() } }, clock: { time },
      now: { client.clock.now }
    ) { Synchronizer(client.engine) }
    let (end, report) = try loop.run { pause in
      pauses.append(pause.seconds)
      time += pause.seconds
      client.clock.advance(seconds: pause.seconds)
      try? paused(pauses.count)
      return false
    }
    return (end, report, pauses)
  }

  @Test("Memories that are on the server already need neither a request nor a pause")
  func already() throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.engine.push()
    let requests = server.requests.count
    let (end, _, pauses) = try wait(client, for: .memories([id]))
    #expect(end == .reached)
    #expect(pauses == [])
    #expect(server.requests.count == requests)
  }

  @Test("A memory counts once it is linked, however long the server is away")
  func outage() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.change { $0.fault = { _, _, _ in .loseRequest } }
    let (end, _, pauses) = try wait(client, for: .memories([id])) { (number: Int) throws in
      #expect(try client.memory("a")?.serverID == nil)
      if number == 7 { server.stopFailing() }
    }
    #expect(end == .reached)
    #expect(pauses.count == 7)
    #expect(pauses.first.map { $0 <= 1 } == true)
    #expect(pauses.allSatisfy { $0 <= 10 })
    #expect(try client.memory("a")?.serverID != nil)
  }

  @Test("A store in doubt does not count before it is known to have arrived")
  func inDoubt() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, 1...1, with: .loseAnswer)
    let (end, _, pauses) = try wait(client, for: .memories([id]))
    #expect(end == .reached)
    #expect(!pauses.isEmpty)
    #expect(try client.memory("a")?.serverID != nil)
    #expect(server.contents == ["a"])
  }

  @Test("A change that is queued is waited for as well")
  func change() throws {
    let client = try Client(server)
    let id = try client.store("a")
    _ = try client.engine.push()
    try client.queue("update", #"{"server_id":1,"content":"b"}"#)
    _ = try client.engine.database.write { transaction in
      for entry in try transaction.queue.entries() {
        try transaction.queue.hold(entry.id, as: .pending)
      }
    }
    #expect(try wait(client, for: .memories([id])).end == .reached)
    #expect(server.contents == ["b"])
  }

  @Test("A rejection ends the wait at once, with the reason")
  func rejected() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.store, with: .refuse(422, body: #"{"detail":"too long"}"#))
    let (end, report, pauses) = try wait(client, for: .memories([id]))
    #expect(end == .stuck)
    #expect(report.kinds == [.rejected])
    #expect(report.problems.first?.message.contains("too long") == true)
    #expect(pauses == [])
    let (again, reason, _) = try wait(client, for: .memories([id]))
    #expect(again == .stuck)
    #expect(reason.problems.first?.message.contains("too long") == true)
  }

  @Test("What nothing sends, and a key that is refused, end the wait at once")
  func stuck() throws {
    let client = try Client(server)
    let orphan = try client.storeOrphan("mine")
    #expect(try wait(client, for: .memories([orphan])).report.kinds == [.invalidInput])
    let id = try client.store("a")
    server.change { $0.key = "another" }
    let (end, report, pauses) = try wait(client, for: .memories([id]))
    #expect(end == .stuck)
    #expect(report.kinds == [.unauthorized])
    #expect(pauses == [])
    #expect(try wait(client, for: .everything).report.kinds == [.unauthorized])
  }

  @Test("The wait ends when its time is over, and says what it was waiting for")
  func timeout() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.change { $0.fault = { _, _, _ in .loseRequest } }
    for goal in [Convergence.Goal.memories([id]), .everything] {
      let (end, report, pauses) = try wait(client, for: goal, timeout: 100)
      #expect(end == .timedOut)
      #expect(report.kinds == [.offline])
      #expect((99.9...100.1).contains(pauses.reduce(0, +)))
    }
  }

  @Test("What another process sends meanwhile is waited for all the same")
  func other() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.fail(.authCheck, 1...1, with: .loseRequest)
    let other = try Client(of: server.baseURL, clock: server.clock, folder: client.folder, seed: 2)
    let (end, _, pauses) = try wait(client, for: .memories([id])) { _ in
      _ = try other.engine.push()
    }
    #expect(end == .reached)
    #expect(pauses.count == 1)
    #expect(server.contents == ["a"])
  }

  @Test("Everything has converged when no entry waits, and rejections do not hold up the others")
  func everything() throws {
    let client = try Client(server)
    server.add("theirs")
    for content in ["a", "b", "c"] { try client.store(content) }
    server.change {
      $0.fault = { call, number, _ in
        guard call == .store else { return nil }
        return number == 1 ? .refuse(422) : number == 2 ? .refuse(500) : nil
      }
    }
    let (end, report, pauses) = try wait(client, for: .everything)
    #expect(end == .stuck)
    #expect(report.kinds == [.rejected])
    #expect(report.push?.acknowledged == 2)
    #expect(report.push?.remaining == 0)
    #expect(report.push?.dead == 1)
    #expect(!pauses.isEmpty)
    #expect(server.contents.count == 3)
    #expect(try client.memory("theirs") != nil)
    #expect(try wait(client, for: .everything).end == .reached)
  }

  @Test("The cancellation ends the wait")
  func cancelled() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.change { $0.fault = { _, _, _ in .loseRequest } }
    let (end, _, _) = try wait(client, for: .memories([id])) { _ in client.cancellation.cancel() }
    #expect(end == .stopped)
  }
}
