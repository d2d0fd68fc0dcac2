import MemoryAPI
import MemoryModel
import Testing

@testable import MemorySync

@Suite("Retry policy") struct RetryPolicyTests {
  private static let store = QueuedOperation.store(MemoryFields(content: "x"), localID: nil)
  private static let delete = QueuedOperation.delete(ServerID(rawValue: 7))
  private let now = Timestamp("2026-03-01T12:00:00Z")!

  private enum Fate { case done, pending, inDoubt, dead }

  private func fate(
    _ outcome: Outcome, of operation: QueuedOperation, attempts: Int = 0, isRepeat: Bool = false
  ) -> Fate {
    let verdict = RetryPolicy().verdict(
      outcome, of: operation, attempts: attempts, isRepeat: isRepeat, now: now, chance: 0)
    return switch verdict {
    case .done: .done
    case .pending: .pending
    case .inDoubt: .inDoubt
    case .dead: .dead
    }
  }

  @Test("What becomes of a store and of a delete")
  func fates() {
    let setback = Setback.gateway(status: 521)
    let table: [(Outcome, store: Fate, repeated: Fate, delete: Fate)] = [
      (.acknowledged(nil), .done, .done, .done),
      (.rejected(status: 422, message: ""), .dead, .inDoubt, .dead),
      (.failed(status: 500, message: ""), .inDoubt, .inDoubt, .pending),
      (.setback(setback, mayHaveArrived: false), .pending, .inDoubt, .pending),
      (.setback(setback, mayHaveArrived: true), .inDoubt, .inDoubt, .pending),
    ]
    for (outcome, store, repeated, delete) in table {
      #expect(fate(outcome, of: Self.store) == store, "\(outcome)")
      #expect(fate(outcome, of: Self.store, isRepeat: true) == repeated, "\(outcome)")
      #expect(fate(outcome, of: Self.delete) == delete, "\(outcome)")
    }
  }

  @Test("Only failures at the entry itself count, and the fifth is the last")
  func attempts() {
    let failed = Outcome.failed(status: 500, message: "")
    #expect(fate(failed, of: Self.delete, attempts: 3) == .pending)
    #expect(fate(failed, of: Self.delete, attempts: 4) == .dead)
    #expect(fate(failed, of: Self.store, attempts: 4) == .inDoubt, "it may have arrived")
    let setbacks: [Setback] = [
      .unreachable(""), .lost(""), .overloaded(status: 503, message: "", retryAfter: nil),
      .invalidResponse(""), .gateway(status: 402), .failed(status: 500, message: ""),
    ]
    for setback in setbacks {
      #expect(fate(Outcome(setback), of: Self.delete, attempts: 1_000) == .pending)
    }
  }

  @Test(
    "A delay doubles with each failure up to an hour, and is spread over its upper half",
    arguments: [(1, 15.0), (2, 30), (3, 60), (4, 120), (8, 1_920), (9, 3_600), (1_000, 3_600)])
  func delays(failures: Int, full: Double) {
    let policy = RetryPolicy()
    #expect(policy.delay(afterFailures: failures, chance: 0) == full / 2)
    #expect(policy.delay(afterFailures: failures, chance: 0.5) == full * 0.75)
  }
}
