import MemoryAPI
import MemoryModel
import MemoryStore

/// Changes the server that a cache belongs to, on the user's word.
extension SyncEngine {
  /// Records that the server that the cache was filled from now has this server's address. Ids,
  /// queue and watermark stay.
  ///
  /// - Throws: `Problem` of kind `.refused` if the account or the memories show that it is another
  ///   server, and any problem that keeps the server from being asked. Then nothing was changed.
  package func moveOrigin() throws -> OriginChange {
    try meeting { met, session in
      let (known, linked) = try session.read { snapshot in
        (try snapshot.notes.origin(), try snapshot.memories.serverIDs().count)
      }
      guard let known else { throw Problem.noOrigin }
      guard known.isOfSameAccount(as: met) else { throw Problem.otherAccount(met, known) }
      let body = try session.fetchOrThrow(since: nil)
      return try session.write { transaction in
        var comparison = OriginComparison()
        _ = try SyncAnswer.read(body) { try comparison.add($0, in: transaction.snapshot) }
        try comparison.end(in: transaction.snapshot)
        guard comparison.isConvincing(of: linked) else {
          throw Problem.otherServer(met, known, found: comparison.same, of: linked)
        }
        let account = met.account ?? known.account
        try transaction.notes.setOrigin(Origin(address: met.address, account: account))
        try transaction.notes.set(.comparisonOwed, "1")
        return OriginChange(address: met.address, account: account, found: comparison.same)
      }
    }
  }

  /// Makes the cache belong to this server, and queues all of its memories for it, except those
  /// that the user withholds. The ids of the former server are forgotten. What the server has
  /// already stays there, and is adopted where it is equal.
  ///
  /// - Parameter force: whether to proceed even if the server has memories.
  /// - Throws: `Problem` of kind `.refused` if the server has memories, unless `force`, and any
  ///   problem that keeps the server from being asked. Then nothing was changed.
  package func adoptOrigin(force: Bool = false) throws -> OriginChange {
    try meeting { met, session in
      let (conditions, activity) = (session.conditions, session.activity)
      let askedAt = conditions.now()
      let body = try session.fetchOrThrow(since: nil)
      var count = 0
      _ = try SyncAnswer.read(body) { record in
        if (try? record.get())?.isDeleted != true { count += 1 }
      }
      if count > 0, !force { throw Problem.notEmpty(met, count) }
      let answer = SyncAnswer(body, .everything(known: []), askedAt: askedAt)
      return try session.write { transaction in
        let dropped = try CacheOrigin.forgetServer(in: transaction, at: conditions.now())
        try CacheOrigin.change(to: met, in: transaction)
        let pull = try answer.apply(force: true, conditions, activity, in: transaction)
        // This includes memories that a resync would leave alone for now, as another program might
        // be sending them.
        for memory in try AdoptionCandidates.Candidate.all(in: transaction.snapshot)
        where memory.entry == nil && !memory.isWithheld {
          try transaction.queue.enqueue(
            .store(memory.fields, localID: memory.localID), at: conditions.now())
        }
        let queue = try PushReport().withQueueState(
          in: transaction.snapshot, at: conditions.now())
        return OriginChange(
          address: met.address, account: met.account, found: pull.updated,
          queued: queue.remaining, dropped: dropped)
      }
    }
  }

  /// Runs `body` with the server at the engine's address, whichever server the cache belongs to.
  private func meeting(
    _ body: (Origin, inout Session) throws -> OriginChange
  ) throws -> OriginChange {
    try withSession { session in
      try Recovery.run(&session, mark)
      let check = try session.checkAuth()
      if case .setback(let setback) = check { throw try session.problem(of: setback) }
      let address = session.requests.baseURL
      return try body(Origin(address: address, account: check.account), &session)
    }
  }
}

/// Decides by its memories whether a server is the one that the cache was filled from.
private struct OriginComparison {
  private var portion: [Int64: ServerRow] = [:]
  /// The numbers of ids that mean the same memory on the server as in the cache, and of those that
  /// mean another one.
  private(set) var same = 0
  private var different = 0

  mutating func add(
    _ record: Result<ServerRow, ServerRow.Defect>, in snapshot: borrowing Snapshot
  ) throws {
    guard case .success(let row) = record else { return }
    portion[row.id.rawValue] = row
    if portion.count == RowApplier.portionSize { try end(in: snapshot) }
  }

  mutating func end(in snapshot: borrowing Snapshot) throws {
    try snapshot.memories.forEachLinked(in: Array(portion.keys)) { local in
      guard let row = portion[local.serverID] else { return }
      if local.isCertainly(row) { same += 1 } else { different += 1 }
    }
    portion.removeAll(keepingCapacity: true)
  }

  /// Memories that were changed or deleted elsewhere since the last sync differ as well, so not all
  /// have to agree.
  func isConvincing(of count: Int) -> Bool { same * 2 >= count && different * 10 <= same }
}

extension Problem {
  fileprivate static let noOrigin = Problem(
    .refused, "this cache does not belong to any server yet",
    hint: "\(.sync) ties it to the configured server")

  fileprivate static func otherAccount(_ met: Origin, _ known: Origin) -> Problem {
    Problem(
      .refused,
      """
      this cache was filled from \(known.description), but at \(met.address) the key belongs to \
      \(met.account ?? "nobody"); nothing was changed
      """,
      hint: "set \(.apiKey) or \(.apiKeyFile) to the key of \(known.account ?? "the account")")
  }

  fileprivate static func otherServer(
    _ met: Origin, _ known: Origin, found: Int, of count: Int
  ) -> Problem {
    Problem(
      .refused,
      """
      the server at \(met.address) has only \(grouped(found)) of the \(grouped(count)) memories that \
      this cache has from \(known.description), so it is another server; nothing was changed
      """,
      hint: """
        to send it everything here: \(.adoptOrigin(force: false)); to take over what it has: \
        \(.resync(force: true))
        """)
  }

  fileprivate static func notEmpty(_ met: Origin, _ count: Int) -> Problem {
    Problem(
      .refused,
      "the server at \(met.address) already has \(count == 1 ? "a memory" : "\(grouped(count)) memories"); "
        + "nothing was changed",
      hint: """
        \(.adoptOrigin(force: true)) adds the cache's memories to the server's; \(.resync(force: true)) \
        replaces them with the server's
        """)
  }
}
