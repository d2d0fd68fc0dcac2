import HTTPTransport
import MemctlCore
import MemoryModel
import SQLite
import Simulation
import Testing

/// Machines, users, a server and everything that can go wrong between them (promise G20, and with it
/// G1 to G9, G11, G12, G15, G16 and G18).
@Suite("Simulation", .serialized) struct SimulationTests {
  @Test("Whatever fails and whoever dies: in the end everyone has every memory once")
  func holds() {
    let campaign = Campaign(1...300)
    for failure in campaign.failures {
      Issue.record(
        """
        \(failure.violation.kind.rawValue): \(failure.violation.message)
        replay it with: make simulate SEED=\(failure.seed)
        """)
    }
    #expect(campaign.done == 300)
    // Every kind of fault, crash and step was tried.
    let tally = campaign.tally
    #expect(tally.group("fault.").count == Fault.tried.count)
    #expect(tally.group("crash.").count == Crash.Point.allCases.count)
    #expect(tally.group("step.").count == Action.tried.count)
  }

  @Test("The same seed leads to the same events", arguments: UInt64(1)...10)
  func repeats(seed: UInt64) {
    let first = Simulation(Schedule(seed: seed))
    let second = Simulation(Schedule(seed: seed))
    #expect(first.trace.lines == second.trace.lines)
    #expect(first.trace.hash == second.trace.hash)
  }

  // MARK: It must be able to fail

  @Test("A client that looks too early for what is in doubt makes copies or misses memories")
  func noLateness() {
    expectFailure([.duplicate, .lost, .cameBack]) { $0.policy.lateness = 0 }
  }

  @Test("A transport that takes a lost answer for an unsent request makes copies")
  func lyingTransport() {
    // The copy of a memory that was edited meanwhile says what it said before.
    expectFailure([.duplicate, .cameBack, .wrongFields]) {
      $0.transport = { LyingTransport($0) }
    }
  }

  @Test("A store in two transactions can be cut in half")
  func twoTransactions() {
    expectFailure([.halfWritten]) { plants in
      plants.store = { connection, fields, now in
        try connection.run(
          "INSERT INTO memories (content, tags, created_at, updated_at) VALUES (?, ?, ?3, ?3)",
          fields.content, fields.tags, now.description)
        let id = LocalID(rawValue: connection.lastInsertedRowID)
        try connection.run(
          "INSERT INTO pending_ops (op_type, payload, created_at) VALUES ('store', ?, ?)",
          QueuedOperation.store(fields, localID: id).payload, now.description)
      }
    }
  }

  @Test("A failing schedule shrinks and still fails alike")
  func shrinks() throws {
    var plants = Plants()
    plants.transport = { LyingTransport($0) }
    for seed in UInt64(1)...200 {
      let schedule = Schedule(seed: seed)
      let found = Simulation(schedule, plants: plants)
      guard let violation = found.violation else { continue }
      let (shorter, again) = Shrinker.shrink(schedule, found, plants: plants, seconds: 5)
      #expect(again.violation?.kind == violation.kind)
      #expect(shorter.steps.count <= schedule.steps.count)
      return
    }
    Issue.record("no seed fails")
  }

  private func expectFailure(
    _ kinds: Set<Violation.Kind>, _ plant: @Sendable @escaping (inout Plants) -> Void
  ) {
    let campaign = Campaign(
      1...1_000,
      plants: {
        var plants = Plants()
        plant(&plants)
        return plants
      })
    let kind = campaign.failures.first?.violation.kind
    #expect(kind.map(kinds.contains) == true, "\(String(describing: campaign.failures.first))")
  }
}

/// Says of requests that may have arrived that they were never sent.
private final class LyingTransport: Transport {
  private let honest: any Transport

  init(_ honest: any Transport) { self.honest = honest }

  func start(_ request: HTTPRequest) -> ExchangeID { honest.start(request) }

  func next() -> [ExchangeEnd] {
    honest.next().map { end in
      guard case .failure(.lost(let reason)) = end.result else { return end }
      return ExchangeEnd(id: end.id, result: .failure(.notSent(reason)))
    }
  }
}
