/// The server and the account that a cache was filled from. Its memories carry that server's ids,
/// which mean other memories anywhere else.
struct Origin: Hashable {
  let address: String
  /// `user_id` of auth-check; nil where the server has none.
  let account: String?

  /// Whether `other` may be the same: what is unknown of either cannot tell them apart.
  func agrees(with other: Origin) -> Bool {
    address == other.address && isOfSameAccount(as: other)
  }

  func isOfSameAccount(as other: Origin) -> Bool {
    account == nil || other.account == nil || account == other.account
  }

  var description: String { account.map { "\(address) as \($0)" } ?? address }
}

extension SyncEngine {
  /// Compares the server with the one that the cache was filled from, and remembers it where that
  /// is still open: with a cache that has nothing of any server's, the next one is as good.
  ///
  /// - Parameter force: the user says that the cache belongs to this server; `takingOver` makes it so.
  /// - Returns: the problem that names both, where they are not the same.
  func compareOrigin(_ account: String?, force: Bool) throws -> Problem? {
    let met = Origin(address: requests.baseURL, account: account)
    return try cache.write {
      let known = try cache.origin()
      guard let known, !known.agrees(with: met) else {
        // What a server without auth-check does not tell is not forgotten.
        try cache.setOrigin(Origin(address: met.address, account: account ?? known?.account))
        return nil
      }
      let isFree = try !cache.hasServerIDs()
      if isFree { try cache.become(cacheOf: met) }
      // In a rehearsal that is undone at once, and comes again with the rows.
      newOrigin = force || isFree && cache.isRehearsing ? met : nil
      return force || isFree ? nil : .foreign(met, known)
    }
  }

  /// Applies all that a server has; where the user insisted on another one, the cache becomes that
  /// one's in the same transaction, since an id must never be taken for one of the other server's.
  func takingOver(_ apply: () throws -> PullReport) throws -> PullReport {
    guard let newOrigin, let known = try cache.origin() else { return try apply() }
    try cache.holdBack(queuedFor: known)
    try cache.become(cacheOf: newOrigin)
    let report = try apply()
    // What seems to be missing was not deleted, and so keeps an id of the former server's.
    if report.watermark == nil {
      throw Problem.invalidResponse("a record does not say which memory it is")
    }
    try cache.forgetTrashedServerIDs()
    return report
  }
}

extension Problem {
  fileprivate static func foreign(_ met: Origin, _ known: Origin) -> Problem {
    let other =
      met.address == known.address
      ? "the key is now that of \(met.account ?? "nobody")" : "the server is now \(met.description)"
    return Problem(
      .refused,
      "this cache was filled from \(known.description), but \(other); nothing was sent or changed",
      hint: met.address == known.address
        ? """
        for another account use a cache of its own with --db; to make this one that of \
        \(met.account ?? "the account"): memctl resync --force, which --dry-run shows beforehand
        """
        : """
        if it is the same server under a new address: memctl origin move \(met.address); if it is new \
        and to get all that is here: memctl origin adopt; to take over what it has: memctl resync \
        --force; otherwise use a cache of its own with --db
        """)
  }
}
