import HTTPTransport
import SQLite

/// The server and the account that the cache was filled from.
extension Cache {
  func origin() throws -> Origin? {
    guard let address = try note(.originAddress) else { return nil }
    // The note may hold the address as somebody typed it.
    return Origin(address: CurlURL(address)?.base ?? address, account: try note(.originAccount))
  }

  func setOrigin(_ origin: Origin) throws {
    if try self.origin() == origin { return }
    try write {
      try set(.originAddress, origin.address)
      try set(.originAccount, origin.account)
    }
  }

  /// Forgets the ids and times of the former server, which mean nothing on the next.
  func become(cacheOf origin: Origin) throws {
    try setWatermark(nil)
    try forgetDeletions()
    try forgetTrashedServerIDs()
    try forgetUnread()
    try forgetUnseen()
    for note in [Note.comparedAt, .comparisonOwed, .serverLead] { try set(note, nil) }
    try setOrigin(origin)
  }

  /// Whether a memory or an entry names an id of a server's.
  func hasServerIDs() throws -> Bool {
    try read {
      try connection.first("SELECT 1 FROM memories WHERE server_id IS NOT NULL") { _ in true }
        ?? !(serverIDs(ofEntries: "delete").isEmpty && serverIDs(ofEntries: "update").isEmpty)
    }
  }

  /// Lets no entry go out that names an id of `origin`: it would change some other memory here. They
  /// become dead letters, which the user can retry.
  func holdBack(queuedFor origin: Origin) throws {
    let error = QueueEntry.LastError(
      kind: .refused, message: "it was meant for \(origin.description)")
    for entry in try entries() where entry.state != .dead {
      switch try? entry.operation() {
      case .delete, .update:
        try hold(entry.id, as: .dead)
        try noteFailure(entry.id, error, countsAsAttempt: false, nextAttemptAt: nil)
      default: break
      }
    }
  }

  /// Makes every memory one that no server has, and what waits for the server one that never went out.
  /// Deletes and changes are removed: their ids mean nothing elsewhere, and the changes stand in the
  /// memories.
  ///
  /// - Returns: how many those were.
  func forgetServer(at now: Timestamp) throws -> Int {
    var dropped = 0
    for entry in try entries() {
      switch try? entry.operation() {
      case .delete, .update:
        try remove(entry.id)
        dropped += 1
      case .store(let fields, let localID) where entry.state == .inDoubt:
        try remove(entry.id)
        if !entry.deleteWhenKnown { try enqueue(.store(fields, localID: localID), at: now) }
      default: break
      }
    }
    try withoutIndexing {
      try connection.run("UPDATE memories SET server_id = NULL WHERE server_id IS NOT NULL")
    }
    return dropped
  }

  /// The server's address, and the account; nil where the cache belongs to none yet.
  public func originNames() throws -> (address: String, account: String?)? {
    try read { try origin().map { ($0.address, $0.account) } }
  }

  /// When the cache was last compared with all that its server has; nil where it never was.
  public func lastComparison() throws -> String? { try note(.comparedAt) }
}
