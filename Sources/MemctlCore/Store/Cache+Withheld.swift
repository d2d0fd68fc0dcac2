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
      guard let memoryID = entry.storedMemory, let memory = try memory(memoryID),
        memory.serverID == nil
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

extension Cache {
  /// Queues the stores of memories that the server does not have, those that were dropped included,
  /// in one transaction and in their order.
  ///
  /// - Throws: `Problem` of kind `.notFound`, or of kind `.invalidInput` where there is nothing to
  ///   queue: the server has the memory, or an entry speaks of it. Then none is queued.
  public func enqueueStores(of ids: [LocalID], at now: Timestamp) throws -> [EntryID] {
    try write {
      try ids.map { id in
        guard let memory = try memory(id) else { throw Problem.noMemory("\(id.rawValue)") }
        if let serverID = memory.serverID { throw Problem.isOnServer(id, serverID) }
        if let entry = try storeEntries(of: id).first { throw Problem.isQueued(id, entry) }
        try connection.run("DELETE FROM memctl_withheld WHERE memory_id = ?", id.rawValue)
        return try enqueue(.store(memory.fields, localID: id), at: now)
      }
    }
  }
}

extension Problem {
  /// - Parameter name: as the user wrote it.
  public static func noMemory(_ name: String) -> Problem {
    Problem(.notFound, "there is no memory \(name)", hint: "memctl list shows the ids")
  }

  fileprivate static func isOnServer(_ id: LocalID, _ serverID: ServerID) -> Problem {
    Problem(
      .invalidInput, "the server has memory \(id.rawValue) already, as \(serverID.rawValue)",
      hint: "there is nothing to queue; memctl show \(id.rawValue) shows it")
  }

  fileprivate static func isQueued(_ id: LocalID, _ entry: QueueEntry) -> Problem {
    let isDead = entry.state == .dead
    return Problem(
      .invalidInput,
      "memory \(id.rawValue) has an entry in the queue already: \(entry.id.rawValue)"
        + (isDead ? ", a dead letter" : ""),
      hint: "memctl queue \(isDead ? "retry" : "show") \(entry.id.rawValue)")
  }
}
