import HTTPTransport

/// One push of the queue: entries of one memory in order, those of different memories side by side.
///
/// Entries are claimed before they are sent, and answers are settled as they come, both in the same
/// short transaction, so that a process that dies leaves no more in doubt than was on its way.
struct Push {
  let engine: SyncEngine
  private var cache: Cache { engine.cache }

  /// What is left of each memory's entries, and whether one of them is on its way.
  private var lanes: [Lane]
  private var nextLane = 0
  private let limit: Int
  private let total: Int

  /// Whether this push has left its mark.
  private var hasMarked = false
  /// Claimed, and about to be sent.
  private var ready: ArraySlice<Shipment> = []
  private var underWay: [ExchangeID: Shipment] = [:]
  var ended: [(Shipment, Outcome)] = []
  /// Refusals that may be because of the key; nothing more is sent before that is known.
  var refusals: [(Shipment, status: Int, message: String)] = []
  /// Entries that the server failed at, of which the end of the push tells whose fault that is.
  var failures: [(Shipment, status: Int, message: String)] = []

  /// Whether the server itself answers: it has taken or refused something, or there was no trouble
  /// before.
  var isServerThere: Bool
  var stop: Problem?
  var setbacksInARow = 0
  private(set) var report = PushReport()
  var problems: [Problem] = []
  private var buried: [(entry: QueueEntry, error: QueueEntry.LastError)] = []

  /// After so many exchanges in a row without a proper answer, the server is taken to be away.
  private static let setbacksUntilAway = 3
  /// Requests on their way at once; the figure that measured best against one server process.
  static let width = 8
  /// Entries that are claimed in one transaction: what a process that dies can leave in doubt is this
  /// and what is on its way.
  static let window = 32

  private struct Lane {
    var entries: ArraySlice<EntryID>
    var isBusy = false
  }

  struct Shipment {
    let lane: Int
    let entry: QueueEntry
    let operation: Operation
    let key: String
    /// It was in doubt before, and the server acts once on its key.
    let isRepeat: Bool
  }

  /// - Parameters:
  ///   - limit: at most so many requests; nil for all.
  ///   - only: the entries to send; nil for all.
  init(_ engine: SyncEngine, limit: Int?, only: Set<EntryID>? = nil) throws {
    self.engine = engine
    self.limit = limit ?? .max
    isServerThere = try engine.cache.lastRunError() == nil
    lanes = try Self.lanes(
      try engine.cache.entries(), only: only, isCareful: !isServerThere, of: engine)
    total = min(self.limit, lanes.reduce(0) { $0 + $1.entries.count })
  }

  /// Sends until nothing is left that may be sent.
  mutating func run() throws {
    // When the file cannot be written, what is on its way ends all the same, in doubt.
    defer { while !engine.transport.next().isEmpty {} }
    while true {
      if isTransactionDue { try settleAndClaim() }
      while mayStart, underWay.count < width, let shipment = ready.popFirst() {
        let request = engine.requests.perform(shipment.operation, idempotencyKey: shipment.key)
        underWay[engine.transport.start(request)] = shipment
        report.sent += 1
      }
      engine.activity(.pushing(done: report.sent - underWay.count, of: total))
      let ends = engine.transport.next()
      for end in ends {
        let shipment = underWay.removeValue(forKey: end.id)!
        if case .success(let response) = end.result {
          try engine.noteIdempotency(of: response, key: shipment.key)
        }
        try receive(engine.requests.outcome(of: shipment.operation, end.result), for: shipment)
      }
      if ends.isEmpty {
        if !refusals.isEmpty {
          try judgeRefusals()
        } else if ended.isEmpty, ready.isEmpty {
          if failures.isEmpty { break }
          try judgeFailures()
        }
      }
    }
    finish()
  }

  /// What `run` would do, for a transaction that is undone: every entry that would be sent.
  mutating func rehearse() throws -> [SyncEngine.PlannedRequest] {
    var plan: [SyncEngine.PlannedRequest] = []
    for lane in lanes.indices {
      while plan.count < limit, let shipment = try claim(lane) {
        plan.append(.init(entry: shipment.entry.id, operation: shipment.operation))
        lanes[lane].isBusy = false
      }
    }
    report.sent = plan.count
    finish()
    return plan
  }

  // MARK: Lanes

  /// The entries by memory. A lane ends where an entry has to wait, since what follows it may depend
  /// on it; an entry that is dead waits for the user and holds up nothing.
  private static func lanes(
    _ entries: [QueueEntry], only: Set<EntryID>?, isCareful: Bool, of engine: SyncEngine
  ) throws -> [Lane] {
    var order: [QueueEntry.Subject] = []
    var lanes: [QueueEntry.Subject: [EntryID]] = [:]
    var closed: Set<QueueEntry.Subject> = []
    for entry in entries where entry.state != .dead {
      let key = entry.subject
      // What is to go alone waits as well for what stands before it.
      if let only, !only.contains(entry.id) { closed.insert(key) }
      if try !engine.maySend(entry) || entry.isDeferred(at: engine.now()) { closed.insert(key) }
      if closed.contains(key) { continue }
      if lanes[key] == nil { order.append(key) }
      lanes[key, default: []].append(entry.id)
    }
    // What got no proper answer goes last, so that it cannot keep the others from being sent at all.
    let failed = Set(
      entries.lazy.filter { $0.lastError.map { $0.kind != .rejected } ?? false }.map(\.id))
    var (first, last) = order.map { lanes[$0]! }.reduce(into: ([[EntryID]](), [[EntryID]]())) {
      if failed.contains($1[0]) { $0.1.append($1) } else { $0.0.append($1) }
    }
    // Where one goes after the other, what breaks every connection is rarely both oldest and newest.
    if isCareful, first.count > 2 { first.insert(first.removeLast(), at: 1) }
    return (first + last).map { Lane(entries: $0[...]) }
  }

  // MARK: Claiming

  /// Acknowledgements can wait for one another, since each transaction waits for the disk. Any other
  /// answer is settled before anything else is sent: it may end the push.
  private var isTransactionDue: Bool {
    if ready.isEmpty { return !ended.isEmpty || mayClaim }
    return !mayStart
      || ended.contains { _, outcome in
        if case .acknowledged = outcome { false } else { true }
      }
  }

  private mutating func settleAndClaim() throws {
    if hasMarked || !mayClaim { return try cache.write { try settleAndClaimNow() } }
    try engine.markPush { try settleAndClaimNow() }
    hasMarked = true
  }

  private mutating func settleAndClaimNow() throws {
    try cache.withoutIndexing {
      for (shipment, outcome) in ended { try settle(shipment, outcome) }
    }
    ended.removeAll()
    if !mayStart {
      for shipment in ready { try giveBack(shipment) }
      ready = []
    }
    while mayClaim, ready.count < Self.window, report.sent + ready.count < limit,
      let shipment = try claimNext()
    {
      ready.append(shipment)
    }
  }

  private var mayStart: Bool {
    stop == nil && refusals.isEmpty && !engine.cancellation.isCancelled
      && !(isAway && !failures.isEmpty)
  }

  var isAway: Bool { setbacksInARow >= Self.setbacksUntilAway }

  /// How many requests may be on their way. After trouble one goes first, so that an outage that goes
  /// on does not put a whole row of stores in doubt each time.
  private var width: Int { isServerThere ? Self.width : 1 }

  private var mayClaim: Bool { mayStart && nextLane < lanes.count && report.sent < limit }

  /// Undoes a claim of what was not sent.
  private mutating func giveBack(_ shipment: Shipment) throws {
    lanes[shipment.lane].isBusy = false
    lanes[shipment.lane].entries.insert(
      shipment.entry.id, at: lanes[shipment.lane].entries.startIndex)
    nextLane = min(nextLane, shipment.lane)
    if shipment.isRepeat {
      try cache.hold(shipment.entry.id, as: .inDoubt)
    } else if try !cancelIfUnwanted(shipment.entry) {
      try cache.release(shipment.entry.id)
    }
  }

  private mutating func claimNext() throws -> Shipment? {
    while nextLane < lanes.count {
      if let shipment = try claim(nextLane) { return shipment }
      nextLane += 1
    }
    return nil
  }

  /// Claims the first entry of a lane that can be sent, and removes those before it that need not be.
  /// A lane ends at an entry that turns out to have to wait.
  private mutating func claim(_ lane: Int) throws -> Shipment? {
    if lanes[lane].isBusy { return nil }
    while let id = lanes[lane].entries.popFirst() {
      guard let entry = try cache.entry(id), entry.state != .dead else { continue }
      guard try engine.maySend(entry), !entry.isDeferred(at: engine.now()) else {
        lanes[lane].entries = []
        return nil
      }
      let operation: Operation
      do {
        operation = try entry.operation()
      } catch let error as UnreadableOperation {
        try bury(entry, QueueEntry.LastError(kind: .invalidInput, message: error.reason))
        continue
      }
      guard let operation = try refined(operation, of: entry) else {
        try cache.remove(id)
        report.adopted += 1
        continue
      }
      try cache.hold(id, as: .sending)
      try cache.noteSending(id, at: engine.now(), watermark: try cache.watermark())
      guard let claimed = try cache.entry(id), let key = claimed.idempotencyKey else { continue }
      lanes[lane].isBusy = true
      return Shipment(
        lane: lane, entry: claimed, operation: operation, key: key,
        isRepeat: entry.state == .inDoubt)
    }
    return nil
  }

  /// The operation with what the memory itself says; nil when the server has the memory already.
  private mutating func refined(_ operation: Operation, of entry: QueueEntry) throws -> Operation? {
    guard case .store(var fields, let localID?) = operation else { return operation }
    guard let memory = try cache.memory(localID) else {
      // Another program removed what it could not send. Where it sends it all the same, it has to find
      // the memory, or nobody learns that the server has it twice.
      try cache.putBack(localID, fields, createdAt: entry.createdAt)
      return operation
    }
    if let serverID = memory.serverID {
      // Another program sent it as it was before the user changed it.
      guard entry.isEdited else { return nil }
      if fields.isSensitive {
        try cache.unlink(localID, from: serverID)
        lanes.append(Lane(entries: [try cache.enqueue(.delete(serverID), at: engine.now())]))
        return operation
      }
      lanes.append(Lane(entries: [try cache.enqueue(.update(fields, serverID), at: engine.now())]))
      return nil
    }
    fields.isSensitive = fields.isSensitive || memory.fields.isSensitive
    return .store(fields, localID: localID)
  }

  // MARK: Settling

  private mutating func settle(_ shipment: Shipment, _ outcome: Outcome) throws {
    let entry = shipment.entry
    if case .setback(let setback, _) = outcome {
      try noteEffectOnRun(setback, of: shipment.operation)
    }
    let verdict = engine.policy.verdict(
      outcome, of: shipment.operation, attempts: entry.attempts, isRepeat: shipment.isRepeat,
      now: engine.now(), chance: engine.random.fraction())
    lanes[shipment.lane].isBusy = false
    nextLane = min(nextLane, shipment.lane)
    switch verdict {
    case .done(let serverID):
      try acknowledge(shipment, serverID)
    case .pending(let error, let counts, let after):
      lanes[shipment.lane].entries = []
      if try cancelIfUnwanted(entry) { return }
      try cache.release(entry.id)
      try cache.noteFailure(entry.id, error, countsAsAttempt: counts, nextAttemptAt: after)
    case .inDoubt(let error, let counts, let after):
      lanes[shipment.lane].entries = []
      try cache.hold(entry.id, as: .inDoubt)
      // It went out some time after it was claimed.
      try cache.noteSending(entry.id, at: engine.now(), watermark: nil)
      try cache.noteFailure(entry.id, error, countsAsAttempt: counts, nextAttemptAt: after)
    case .dead(let error):
      if try cancelIfUnwanted(entry) { return }
      try bury(entry, error)
    }
  }

  /// The user deleted the memory or dropped the entry while it was on its way, and it did not arrive.
  private mutating func cancelIfUnwanted(_ entry: QueueEntry) throws -> Bool {
    guard let now = try cache.entry(entry.id), now.deleteWhenKnown || now.isDropped else {
      return false
    }
    try cache.remove(entry.id)
    report.cancelled += 1
    return true
  }

  private mutating func acknowledge(_ shipment: Shipment, _ serverID: ServerID?) throws {
    if case .store(let fields, let localID) = shipment.operation, let serverID {
      if try cache.entry(shipment.entry.id)?.deleteWhenKnown == true {
        let entry = try cache.enqueue(.delete(serverID), at: engine.now())
        lanes.append(Lane(entries: [entry]))
      } else if let localID, try !link(localID, fields, to: serverID),
        try shipment.isRepeat || !cache.fold(localID, fields, into: serverID, at: engine.now())
      {
        let isEqual = try cache.memory(serverID)?.fields.content == fields.content
        let name = "the server answered with the id \(serverID.rawValue) of another memory"
        try settle(
          shipment,
          isEqual && !shipment.isRepeat
            ? .rejected(status: 200, message: "\(name), which has the same text")
            : Outcome(.invalidResponse(name)))
        // An equal memory that was in doubt as well has adopted what came of this key.
        if isEqual, shipment.isRepeat {
          try cache.renewKey(
            shipment.entry.id, until: engine.now().advanced(bySeconds: engine.policy.lateness))
        }
        return
      }
    }
    try cache.remove(shipment.entry.id)
    report.acknowledged += 1
    setbacksInARow = 0
    isServerThere = true
  }

  private func link(
    _ localID: LocalID, _ fields: MemoryFields, to serverID: ServerID
  ) throws -> Bool {
    try cache.link(localID, fields, toAcknowledged: serverID, at: engine.now())
  }

  private mutating func bury(_ entry: QueueEntry, _ error: QueueEntry.LastError) throws {
    try cache.hold(entry.id, as: .dead)
    try cache.noteFailure(
      entry.id, error, countsAsAttempt: error.status != nil, nextAttemptAt: nil)
    report.dead += 1
    buried.append((entry, error))
  }

  private mutating func finish() {
    if let (entry, error) = buried.first {
      problems.append(
        .dead((entry.id, error), isEditable: entry.isEditable, count: buried.count))
    }
    if engine.cancellation.isCancelled { note(.interrupted) }
  }
}
