import SQLite

/// Memories whose store the user dropped: they stay in the cache, and no resync queues them.
extension Cache {
  /// What dropping an entry led to.
  public enum Drop: Hashable, Sendable {
    case dropped
    /// Its memory stays in the cache and is not sent again, unless the user queues it.
    case withheld(LocalID)
  }

  /// Removes an entry without sending it; its memory stays in the cache.
  ///
  /// - Returns: nil when there is no such entry.
  public func drop(_ id: EntryID) throws -> Drop? {
    try write {
      guard let entry = try entry(id) else { return nil }
      try remove(id)
      guard case .store(_, let memoryID?)? = try? entry.operation(),
        let memory = try memory(memoryID), memory.serverID == nil
      else { return .dropped }
      try connection.run(
        "INSERT OR IGNORE INTO memctl_withheld(memory_id) VALUES (?)", memoryID.rawValue)
      return .withheld(memoryID)
    }
  }

  func withheld() throws -> Set<LocalID> {
    Set(
      try connection.query("SELECT memory_id FROM memctl_withheld") {
        LocalID(rawValue: $0.int64(0))
      })
  }

  public func isWithheld(_ id: LocalID) throws -> Bool {
    try read {
      try connection.first("SELECT 1 FROM memctl_withheld WHERE memory_id = ?", id.rawValue) { _ in
        true
      } ?? false
    }
  }

  /// Forgets memories that are gone, and those that turned out to be on the server.
  func tidyWithheld() throws {
    try connection.run(
      """
      DELETE FROM memctl_withheld WHERE NOT EXISTS
        (SELECT 1 FROM memories m WHERE m.id = memory_id AND m.server_id IS NULL)
      """)
  }
}
