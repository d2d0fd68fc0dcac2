import MemoryModel
import MemoryStore

/// Whether a server is the one that the cache was filled from.
enum OriginCheck {
  /// It is the same one; the value is what is now known about it.
  case same(Origin)
  /// The cache has nothing from any server, so it may belong to this one.
  case free
  /// It is another server or account.
  case foreign(known: Origin)

  init(_ met: Origin, in snapshot: borrowing Snapshot) throws {
    guard let known = try snapshot.notes.origin() else {
      self = .same(met)
      return
    }
    if known.agrees(with: met) {
      // An account that is known is kept if the server has no auth-check that names one.
      self = .same(Origin(address: met.address, account: met.account ?? known.account))
    } else {
      self = try CacheOrigin.hasServerIDs(snapshot) ? .foreign(known: known) : .free
    }
  }
}

extension Session {
  /// Compares the server with the one that the cache was filled from, and remembers it if there is
  /// none yet.
  ///
  /// - Parameter force: whether the user says that the cache belongs to this server; the following
  ///   pull makes it so.
  /// - Returns: the problem that names both, if they are not the same.
  mutating func admit(_ met: Origin, force: Bool) throws -> Problem? {
    let check = try write { transaction in
      let check = try OriginCheck(met, in: transaction.snapshot)
      switch check {
      case .same(let origin): try transaction.notes.setOrigin(origin)
      case .free: try CacheOrigin.change(to: met, in: transaction)
      case .foreign: break
      }
      return check
    }
    switch check {
    case .same: takeover = nil
    // A rehearsal undoes the change at once, so it is made again together with the rows.
    case .free: takeover = force || isRehearsal ? met : nil
    case .foreign(let known):
      takeover = force ? met : nil
      return force ? nil : .foreign(met, known)
    }
    return nil
  }
}

extension Problem {
  fileprivate static func foreign(_ met: Origin, _ known: Origin) -> Problem {
    let other =
      met.address == known.address
      ? "the key now belongs to \(met.account ?? "nobody")" : "the server is now \(met.description)"
    return Problem(
      .refused,
      "this cache was filled from \(known.description), but \(other); nothing was sent or changed",
      hint: met.address == known.address
        ? """
        to keep the accounts apart, give this one its own cache with \(.db); to hand the cache over to \
        \(met.account ?? "the account"): \(.resync(force: true)) \
        (\(.resync(force: true, rehearsed: true)) shows what it would do)
        """
        : """
        if it is the same server under a new address: \(.moveOrigin(address: met.address)); to send \
        everything here to a new server: \(.adoptOrigin(force: false)); to take over what the server \
        has: \(.resync(force: true)); otherwise give it a cache of its own with \(.db)
        """)
  }
}
