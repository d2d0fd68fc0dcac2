import HTTPTransport

/// What a user says of the server that a cache belongs to.
extension SyncEngine {
  /// What `move` or `adopt` did.
  public struct OriginChange: Sendable {
    public let address: String
    public let account: String?
    /// Memories of the cache that the server has.
    public internal(set) var found = 0
    /// Entries that wait for it now.
    public internal(set) var queued = 0
    /// Deletes and changes that were meant for the former server.
    public internal(set) var dropped = 0
  }

  /// Makes this server's address that of the server that the cache was filled from. Ids, queue and
  /// watermark stay.
  ///
  /// - Throws: `Problem`: of kind `.refused` where it is not the same server, as far as the account
  ///   and the memories tell; and whatever keeps it from being asked. Then nothing was changed.
  public func move() throws -> OriginChange {
    try meeting { met in
      guard let known = try cache.origin() else { throw Problem.noOrigin }
      guard known.isOfSameAccount(as: met) else { throw Problem.otherAccount(met, known) }
      let linked = try cache.linkedServerIDs().count
      let body = try everything()
      return try cache.write {
        var comparison = OriginComparison(cache)
        _ = try SyncAnswer.read(body) { try comparison.add($0) }
        try comparison.end()
        guard comparison.isConvincing(of: linked) else {
          throw Problem.otherServer(met, known, found: comparison.same, of: linked)
        }
        let account = met.account ?? known.account
        try cache.setOrigin(Origin(address: met.address, account: account))
        try cache.set(.comparisonOwed, "1")
        var change = OriginChange(address: met.address, account: account)
        change.found = comparison.same
        return change
      }
    }
  }

  /// Makes the cache that of this server, which is to get all that the cache has: ids are forgotten,
  /// and every memory is queued, unless the user withholds it. What the server has already stays
  /// there, and is adopted where it is equal.
  ///
  /// - Parameter force: also where the server has memories.
  /// - Throws: `Problem`: of kind `.refused` where the server has memories; and whatever keeps it from
  ///   being asked. Then nothing was changed.
  public func adopt(force: Bool = false) throws -> OriginChange {
    try meeting { met in
      let askedAt = now()
      let body = try everything()
      var count = 0
      _ = try SyncAnswer.read(body) { record in
        if (try? record.get())?.isDeleted != true { count += 1 }
      }
      if count > 0, !force { throw Problem.notEmpty(met, count) }
      return try cache.write {
        var change = OriginChange(address: met.address, account: met.account)
        change.dropped = try cache.forgetServer(at: now())
        try cache.become(cacheOf: met)
        change.found = try apply(body, .everything(known: []), askedAt: askedAt, force: true)
          .updated
        // Those that a resync would still wait for, as another program might be sending them.
        for memory in try cache.adoptionCandidates() where memory.entry == nil && !memory.isWithheld
        {
          try cache.enqueue(.store(memory.fields, localID: memory.localID), at: now())
        }
        change.queued = try queueState(PushReport()).remaining
        return change
      }
    }
  }

  /// Runs `body` with the server at the engine's address, whichever the cache belongs to.
  private func meeting(_ body: (Origin) throws -> OriginChange) throws -> OriginChange {
    try withLock {
      try recover()
      let access = try checkAccess()
      if case .setback(let setback) = access { throw try problem(of: setback) }
      return try body(Origin(address: requests.baseURL, account: access.account))
    }
  }

  private func everything() throws -> ResponseBody {
    var report = SyncReport()
    if let body = try fetch(since: nil, into: &report) { return body }
    throw report.problems.first ?? .interrupted
  }
}

/// Whether a server is the one that the cache was filled from, by its memories.
private struct OriginComparison {
  private let cache: Cache
  private var portion: [Int64: ServerRow] = [:]
  /// Memories of the cache that it has, and ids of the cache's that are other memories there.
  private(set) var same = 0
  private var different = 0

  init(_ cache: Cache) { self.cache = cache }

  mutating func add(_ record: Result<ServerRow, ServerRow.Defect>) throws {
    guard case .success(let row) = record else { return }
    portion[row.id.rawValue] = row
    if portion.count == RowApplier.portionSize { try end() }
  }

  mutating func end() throws {
    try cache.forEachLinkedRow(in: Array(portion.keys)) { local in
      guard let row = portion[local.serverID] else { return }
      if local.isCertainly(row) { same += 1 } else { different += 1 }
    }
    portion.removeAll(keepingCapacity: true)
  }

  /// What was changed or deleted elsewhere since the last sync differs as well, so not all need agree.
  func isConvincing(of count: Int) -> Bool { same * 2 >= count && different * 10 <= same }
}

extension Problem {
  fileprivate static let noOrigin = Problem(
    .refused, "this cache does not belong to any server yet",
    hint: "memctl sync makes it that of the server that is configured")

  fileprivate static func otherAccount(_ met: Origin, _ known: Origin) -> Problem {
    Problem(
      .refused,
      """
      this cache was filled from \(known.description), but at \(met.address) the key is that of \
      \(met.account ?? "nobody"); nothing was changed
      """,
      hint: "set MEMORY_API_KEY or --api-key-file to the key of \(known.account ?? "the account")")
  }

  fileprivate static func otherServer(
    _ met: Origin, _ known: Origin, found: Int, of count: Int
  ) -> Problem {
    Problem(
      .refused,
      """
      the server at \(met.address) has only \(grouped(found)) of the \(grouped(count)) memories that \
      this cache has from \(known.description), so it is another one; nothing was changed
      """,
      hint: """
        to send it all that is here: memctl origin adopt; to take over what it has: memctl resync \
        --force
        """)
  }

  fileprivate static func notEmpty(_ met: Origin, _ count: Int) -> Problem {
    Problem(
      .refused,
      "the server at \(met.address) already has \(count == 1 ? "a memory" : "\(grouped(count)) memories"); "
        + "nothing was changed",
      hint: """
        memctl origin adopt --force adds what is here to what it has; memctl resync --force takes \
        over what it has
        """)
  }
}
