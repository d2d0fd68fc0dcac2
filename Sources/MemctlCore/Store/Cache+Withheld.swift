import SQLite

/// Memories whose store the user dropped: they stay in the cache, and no resync queues them.
extension Cache {
  /// What dropping an entry led to.
  public enum Drop: Hashable, Sendable {
    case dropped
    /// It may have arrived. It is not sent again, but what came of it is still looked for.
    case droppedInDoubt(LocalID?)
    /// Its memory stays in the cache and is not sent again, unless the user queues it.
    case withheld(LocalID)

    /// The memory that stays here alone.
    public var withheld: LocalID? {
      switch self {
      case .dropped: nil
      case .droppedInDoubt(let id): id
      case .withheld(let id): id
      }
    }
  }

  /// Removes an entry without sending it; its memory stays in the cache. A store that may have arrived
  /// is kept out of sight until that is known: else the memory could come back as a copy.
  ///
  /// - Returns: nil when there is no such entry.
  public func drop(_ id: EntryID) throws -> Drop? {
    try write {
      guard let entry = try entry(id) else { return nil }
      let memory = try entry.storedMemory.flatMap { try self.memory($0) }
      let withheld = memory.flatMap { $0.serverID == nil ? $0.id : nil }
      if let withheld { try withhold(withheld) }
      if entry.mayHaveArrived {
        try connection.run(
          "UPDATE memctl_entries SET is_dropped = 1 WHERE id = ?", id.rawValue)
        return .droppedInDoubt(withheld)
      }
      try remove(id)
      return withheld.map { .withheld($0) } ?? .dropped
    }
  }

  private func withhold(_ id: LocalID) throws {
    try connection.run("INSERT OR IGNORE INTO memctl_withheld(memory_id) VALUES (?)", id.rawValue)
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
        let entry = try storeEntries(of: id).first
        if let entry, !entry.isDropped { throw Problem.isQueued(id, entry) }
        try connection.run("DELETE FROM memctl_withheld WHERE memory_id = ?", id.rawValue)
        if let entry {
          // It may have arrived, so it goes on where it was: a new entry could make a copy.
          try connection.run(
            "UPDATE memctl_entries SET is_dropped = 0 WHERE id = ?", entry.id.rawValue)
          return entry.id
        }
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
