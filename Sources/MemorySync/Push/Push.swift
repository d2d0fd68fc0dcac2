import HTTPTransport
import MemoryModel
import MemoryStore

/// One push of the queue: entries of one memory in order, those of different memories side by side.
///
/// Entries are claimed before they are sent, and answers are settled as they arrive, both in the
/// same short transaction. So a process that dies leaves no more in doubt than it had claimed.
struct Push {
  let conditions: SyncConditions
  let requests: Requests
  private let limit: Int
  private let total: Int

  var lanes: Lanes
  /// Entries that are claimed and about to be sent.
  var ready: ArraySlice<ClaimedEntry> = []
  /// Entries that are sent and not answered yet.
  private var inFlight: [ExchangeID: ClaimedEntry] = [:]
  /// Entries that are answered and not settled yet.
  var ended: [(ClaimedEntry, Outcome)] = []
  /// Refusals that may be due to the key; nothing more is sent before that is known.
  var refusals: [(ClaimedEntry, status: Int, message: String)] = []
  /// Entries that the server failed at; whose fault that is, is decided at the end of the push.
  var failures: [(ClaimedEntry, status: Int, message: String)] = []
  /// Whether this push has left its mark.
  private var hasMarked = false

  /// Whether the server itself responds: it has accepted or refused something, or there was no
  /// problem before.
  var isServerThere: Bool
  /// Why nothing more is sent; nil as long as more may be sent.
  var stop: Problem?
  var setbacksInARow = 0
  var report = PushReport()
  var problems: [Problem] = []
  var dead: [(entry: QueueEntry, error: QueueEntry.LastError)] = []

  /// After this many exchanges in a row without a proper answer, the server counts as unreachable.
  private static let setbacksUntilAway = 3
  /// The number of simultaneous requests that measured best against one server process.
  static let width = 8
  /// The number of entries that one transaction claims. A process that dies can leave these and the
  /// entries on their way in doubt.
  static let window = 32

  /// A claimed entry, from its claim to its settlement.
  struct ClaimedEntry {
    let lane: Int
    let entry: QueueEntry
    let operation: QueuedOperation
    let key: String
    /// Whether it was in doubt before, and is sent again because the server acts once on its key.
    let isRepeat: Bool
  }

  /// - Parameters:
  ///   - limit: the highest number of requests; nil for all.
  ///   - only: the entries to send; nil for all.
  init(
    limit: Int?, only: Set<EntryID>?, _ conditions: SyncConditions, _ requests: Requests,
    in snapshot: borrowing Snapshot
  ) throws {
    self.conditions = conditions
    self.requests = requests
    self.limit = limit ?? .max
    isServerThere = try snapshot.notes.lastRunError() == nil
    let gate = try SendGate(for: requests.baseURL, conditions, in: snapshot)
    lanes = Lanes(
      try snapshot.queue.entries(), only: only, isCareful: !isServerThere, gate)
    total = min(self.limit, lanes.count)
  }

  // MARK: The state machine

  /// The next step, derived from the state of the push.
  private enum Phase {
    /// A transaction settles what has ended and claims what is to be sent next.
    case settling
    /// Claimed entries are sent, and answers are awaited.
    case exchanging
    /// Nothing is on its way; the server is asked whether the key is the reason for refusals.
    case judgingRefusals
    /// Nothing is left to send; the server is asked whether failures are its own.
    case judgingFailures
    case finished
  }

  private var phase: Phase {
    if isTransactionDue { return .settling }
    if !inFlight.isEmpty || !ready.isEmpty { return .exchanging }
    if !refusals.isEmpty { return .judgingRefusals }
    if !failures.isEmpty { return .judgingFailures }
    return .finished
  }

  /// Sends entries until no more may be sent.
  mutating func run(_ session: inout Session, _ mark: PushMark) throws {
    do {
      while true {
        switch phase {
        case .settling: try transact(&session, mark)
        case .exchanging: try exchange(&session)
        case .judgingRefusals: try judgeRefusals(&session)
        case .judgingFailures: try judgeFailures(&session)
        case .finished:
          finish()
          return
        }
      }
    } catch {
      // If the file cannot be written, the requests on their way still end, and stay in doubt.
      while !session.nextEnds().isEmpty {}
      throw error
    }
  }

  /// Finds every entry that `run` would send, in a transaction that is undone.
  mutating func rehearse(in transaction: borrowing Transaction) throws -> [SyncPlan.Request] {
    var plan: [SyncPlan.Request] = []
    let gate = try SendGate(for: requests.baseURL, conditions, in: transaction.snapshot)
    while plan.count < limit, let claimed = try claimNext(gate, in: transaction) {
      plan.append(.init(entry: claimed.entry.id, operation: claimed.operation))
      lanes.free(claimed.lane)
    }
    report.sent = plan.count
    finish()
    return plan
  }

  /// Whether to settle and claim now. Acknowledgements can be collected, since each transaction
  /// waits for the disk. Any other answer is settled before anything else is sent, because it may
  /// end the push.
  private var isTransactionDue: Bool {
    if ready.isEmpty { return !ended.isEmpty || mayClaim }
    return !maySend
      || ended.contains { _, outcome in
        if case .acknowledged = outcome { false } else { true }
      }
  }

  private var maySend: Bool {
    stop == nil && refusals.isEmpty && !conditions.isCancelled && !(isAway && !failures.isEmpty)
  }

  private var mayClaim: Bool { maySend && !lanes.isExhausted && report.sent < limit }

  var isAway: Bool { setbacksInARow >= Self.setbacksUntilAway }

  /// The number of requests that may be on their way. After a problem, a single request goes first,
  /// so that a continuing outage does not put a whole batch of stores in doubt each time.
  private var width: Int { isServerThere ? Self.width : 1 }

  // MARK: Phases

  private mutating func transact(_ session: inout Session, _ mark: PushMark) throws {
    if hasMarked || !mayClaim { return try session.write { try settleAndClaim(in: $0) } }
    try mark.renew(&session) { try settleAndClaim(in: $0) }
    hasMarked = true
  }

  private mutating func settleAndClaim(in transaction: borrowing Transaction) throws {
    try transaction.withoutIndexing {
      for (entry, outcome) in ended { try settle(entry, outcome, in: transaction) }
    }
    ended.removeAll()
    if !maySend {
      for entry in ready { try giveBack(entry, in: transaction) }
      ready = []
    }
    let gate = try SendGate(for: requests.baseURL, conditions, in: transaction.snapshot)
    while mayClaim, ready.count < Self.window, report.sent + ready.count < limit,
      let entry = try claimNext(gate, in: transaction)
    {
      ready.append(entry)
    }
  }

  private mutating func exchange(_ session: inout Session) throws {
    while maySend, inFlight.count < width, let entry = ready.popFirst() {
      let request = requests.perform(entry.operation, idempotencyKey: entry.key)
      inFlight[session.start(request)] = entry
      report.sent += 1
    }
    tellProgress(session)
    for end in session.nextEnds() {
      let entry = inFlight.removeValue(forKey: end.id)!
      // A server that repeats the key acts once on it; memctl relies on that from then on.
      if case .success(let response) = end.result,
        response.headers["idempotency-key"] == entry.key
      {
        try session.set(.idempotentServer, requests.baseURL)
      }
      receive(requests.outcome(of: entry.operation, end.result), for: entry)
    }
    tellProgress(session)
  }

  private func tellProgress(_ session: borrowing Session) {
    session.activity(.pushing(done: report.sent - inFlight.count, of: total))
  }

  private mutating func finish() {
    if let first = dead.first {
      problems.append(
        .dead(dead.map { ($0.entry.id, $0.error) }, isEditable: first.entry.isEditable))
    }
    if conditions.isCancelled { note(.interrupted) }
  }
}
