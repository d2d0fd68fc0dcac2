/// Ending a doubt by what the user knows.
extension Cache {
  /// What the user says of a store in doubt.
  public enum Knowledge: Hashable, Sendable {
    /// It is this memory on the server, one of the entry's candidates.
    case arrived(as: ServerID)
    /// It did not arrive.
    case missing
  }

  /// What ending a doubt led to.
  public enum Settlement: Hashable, Sendable {
    /// The memory is linked to the server's.
    case linked
    /// The entry is sent again at the next sync.
    case queued
    /// The memory was deleted here, so the server is to delete it as well.
    case deleting(EntryID)
    /// The memory was deleted on the server since, and is in the trash now.
    case trashed
    /// There is nothing left to do.
    case ended
  }

  /// Ends the doubt about an entry, in one transaction.
  ///
  /// - Returns: nil when there is no such entry.
  /// - Throws: `Problem` of kind `.invalidInput` for an entry that is not in doubt, or a memory that
  ///   is none of its candidates; then nothing is changed. Of kind `.busy` while it is being sent.
  public func settle(
    _ id: EntryID, by knowledge: Knowledge, at now: Timestamp
  ) throws -> Settlement? {
    try write {
      guard let entry = try entry(id) else { return nil }
      if entry.state == .sending { throw Problem.isBeingSent(id) }
      guard entry.state == .inDoubt else { throw Problem.isNotInDoubt(entry) }
      switch knowledge {
      case .missing:
        if entry.deleteWhenKnown || entry.isDropped {
          try remove(id)
          return .ended
        }
        try connection.run(
          "UPDATE memctl_entries SET next_attempt_at = NULL WHERE id = ?", id.rawValue)
        try release(id)
        return .queued
      case .arrived(let serverID):
        guard let candidate = entry.candidates.first(where: { $0.id == serverID }) else {
          throw Problem.isNoCandidate(serverID, entry)
        }
        let memory = try entry.storedMemory.flatMap { try self.memory($0) }
        try remove(id)
        if entry.deleteWhenKnown {
          try delete(copyOf: serverID)
          if candidate.isDeleted { return .ended }
          return .deleting(try enqueue(.delete(serverID), at: now))
        }
        guard let memory, memory.serverID == nil else { return .ended }
        if candidate.isDeleted {
          try trash(memory.id, as: .deleted, at: now)
          _ = try deleteMemory(memory.id)
          return .trashed
        }
        try delete(copyOf: serverID)
        try link(memory.id, to: serverID)
        return .linked
      }
    }
  }
}

extension Problem {
  fileprivate static func isBeingSent(_ id: EntryID) -> Problem {
    Problem(
      .busy, "entry \(id.rawValue) is being sent, so its doubt may end by itself",
      hint: "nothing was changed; try again after the next memctl sync")
  }

  fileprivate static func isNotInDoubt(_ entry: QueueEntry) -> Problem {
    Problem(
      .invalidInput, "entry \(entry.id.rawValue) is not in doubt: it is \(entry.state.rawValue)",
      hint: "memctl queue show \(entry.id.rawValue) says what it waits for")
  }

  fileprivate static func isNoCandidate(_ id: ServerID, _ entry: QueueEntry) -> Problem {
    let known = entry.candidates.map { "server:\($0.id.rawValue)" }.joined(separator: ", ")
    return Problem(
      .invalidInput,
      "server:\(id.rawValue) cannot be what came of entry \(entry.id.rawValue)",
      hint: known.isEmpty
        ? "no memory on the server fits it; if it is not there: memctl queue settle \(entry.id.rawValue) --none"
        : "it may be \(known); if it is none of them: memctl queue settle \(entry.id.rawValue) --none"
    )
  }
}
