import MemoryAPI
import MemoryModel

extension Loan where Access == ReadWrite {
  /// Settles the doubt about an entry by the user's answer.
  ///
  /// - Returns: nil if there is no such entry.
  /// - Throws: `Problem` of kind `.invalidInput` for an entry that is not in doubt, or a memory
  ///   that is not one of its candidates; then nothing is changed. Of kind `.busy` while the entry
  ///   is being sent.
  package func settle(
    _ id: EntryID, by answer: DoubtAnswer, at now: Timestamp
  ) throws -> DoubtSettlement? {
    guard let entry = try queue.entry(id) else { return nil }
    if entry.state == .sending { throw Problem.isBeingSent(id) }
    guard entry.state == .inDoubt else { throw Problem.isNotInDoubt(entry) }
    switch answer {
    case .missing:
      if entry.deleteWhenKnown || entry.isDropped {
        try queue.remove(id)
        return .ended
      }
      try queue.endDeferral(of: id)
      try queue.release(id)
      return .queued
    case .arrived(let serverID):
      guard let candidate = entry.candidates.first(where: { $0.id == serverID }) else {
        throw Problem.isNoCandidate(serverID, entry)
      }
      let memory = try entry.storedMemory.flatMap { try memories.memory($0) }
      try queue.remove(id)
      if entry.deleteWhenKnown {
        try memories.delete(copyOf: serverID)
        if candidate.isDeleted { return .ended }
        return .deleting(try queue.enqueue(.delete(serverID), at: now))
      }
      guard let memory, memory.serverID == nil else { return .ended }
      if candidate.isDeleted {
        try trash.keep(memory.id, as: .deleted, at: now)
        _ = try memories.delete(memory.id)
        return .trashed
      }
      try memories.delete(copyOf: serverID)
      try memories.link(memory.id, to: serverID)
      return .linked
    }
  }
}

extension Problem {
  fileprivate static func isBeingSent(_ id: EntryID) -> Problem {
    Problem(
      .busy, "entry \(id.rawValue) is being sent, so it may settle by itself",
      hint: "nothing was changed; try again after the next \(.sync)")
  }

  fileprivate static func isNotInDoubt(_ entry: QueueEntry) -> Problem {
    Problem(
      .invalidInput, "entry \(entry.id.rawValue) is not in doubt: it is \(entry.state.rawValue)",
      hint: "\(.showEntry(entry.id)) says what it is waiting for")
  }

  fileprivate static func isNoCandidate(_ id: ServerID, _ entry: QueueEntry) -> Problem {
    let known = entry.candidates.map(\.id)
    return Problem(
      .invalidInput,
      "memory \(id.rawValue) on the server cannot be that of entry \(entry.id.rawValue)",
      hint: known.isEmpty
        ? "no memory on the server matches it; if it is not there: \(.settle(entry.id, answer: .missing))"
        : "it may be \(known); if it is none of them: \(.settle(entry.id, answer: .missing))")
  }
}
