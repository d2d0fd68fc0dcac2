import HTTPTransport
import MemoryModel
import MemoryStore

/// One push of the queue: entries of one memory in order, those of different memories side by side.
///
/// Entries are claimed before they are sent, and answers are settled as they come, both in the same
/// short transaction, so that a process that dies leaves no more in doubt than was on its way.
struct Push {
  let conditions: SyncConditions
  let requests: Requests
  private let limit: Int
  private let total: Int

  var lanes: Lanes
  /// Claimed, and about to be sent.
  var ready: ArraySlice<ClaimedEntry> = []
  /// Sent, and not answered yet.
  private var inFlight: [ExchangeID: ClaimedEntry] = [:]
  /// Answered, and not settled yet.
  var ended: [(ClaimedEntry, Outcome)] = []
  /// Refusals that may be because of the key; nothing more is sent before that is known.
  var refusals: [(ClaimedEntry, status: Int, message: String)] = []
  /// Entries that the server failed at, of which the end of the push tells whose fault that is.
  var failures: [(ClaimedEntry, status: Int, message: String)] = []
  /// Whether this push has left its mark.
  private var hasMarked = false

  /// Whether the server itself answers: it has taken or refused something, or there was no trouble
  /// before.
  var isServerThere: Bool
  /// Why nothing more is sent; nil as long as more may be.
  var stop: Problem?
  var setbacksInARow = 0
  var report = PushReport()
  var problems: [Problem] = []
  var dead: [(entry: QueueEntry, error: QueueEntry.LastError)] = []

  /// After so many exchanges in a row without a proper answer, the server is taken to be away.
  private static let setbacksUntilAway = 3
  /// Requests on their way at once; the figure that measured best against one server process.
  static let width = 8
  /// Entries that are claimed in one transaction: what a process that dies can leave in doubt is this
  /// and what is on its way.
  static let window = 32

  /// An entry that is claimed, from its claim to its settlement.
  struct ClaimedEntry {
    let lane: Int
    let entry: QueueEntry
    let operation: QueuedOperation
    let key: String
    /// It was in doubt before, and the server acts once on its key.
    let isRepeat: Bool
  }

  /// - Parameters:
  ///   - limit: how many requests at most; nil for all.
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

  // MARK: The machine

  /// The next step, derived from what the push holds.
  private enum Phase {
    /// A transaction settles what has ended and claims what is to be sent next.
    case settling
    /// What is claimed goes out, and answers are waited for.
    case exchanging
    /// Nothing is on its way: the server is asked whether refusals are because of the key.
    case judgingRefusals
    /// Nothing is left to send: the server is asked whether failures are its own.
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

  /// Sends until nothing is left that may be sent.
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
      // When the file cannot be written, what is on its way ends all the same, in doubt.
      while !session.nextEnds().isEmpty {}
      throw error
    }
  }

  /// What `run` would do, for a transaction that is undone: every entry that would be sent.
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

  /// Acknowledgements can wait for one another, since each transaction waits for the disk. Any other
  /// answer is settled before anything else is sent: it may end the push.
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

  /// How many requests may be on their way. After trouble one goes first, so that an outage that goes
  /// on does not put a whole row of stores in doubt each time.
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
      // A server that repeats the key is one that acts once on it; memctl relies on it from then on.
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
    if let (entry, error) = dead.first {
      problems.append(.dead((entry.id, error), isEditable: entry.isEditable, count: dead.count))
    }
    if conditions.isCancelled { note(.interrupted) }
  }
}
