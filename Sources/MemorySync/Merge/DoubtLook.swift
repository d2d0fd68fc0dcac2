import MemoryAPI
import MemoryModel
import MemoryStore

/// Goes through rows of the server's for stores in doubt alone.
struct DoubtLook {
  private let lateness: Double
  /// By this machine's clock, before the server was asked.
  let askedAt: Timestamp
  private var candidates: AdoptionCandidates
  private var redacted: RedactedRows
  private let ownDeletions: Set<Int64>
  /// Entries that turned out to have arrived.
  private(set) var adopted: Set<EntryID> = []
  /// Rows that may be what came of these entries, of which nothing more can be told.
  private(set) var ambiguous: [EntryID: [QueueEntry.Candidate]] = [:]
  /// False where a record could not be understood: what seems to be missing may be that one.
  private(set) var isComplete = true

  init(lateness: Double, askedAt: Timestamp, in snapshot: borrowing Snapshot) throws {
    self.lateness = lateness
    self.askedAt = askedAt
    let doubts = try AdoptionCandidates.Candidate.all(in: snapshot).filter { $0.entry != nil }
    candidates = AdoptionCandidates(doubts, margin: lateness)
    redacted = RedactedRows(for: doubts, margin: lateness)
    ownDeletions = try OwnDeletions.all(in: snapshot)
  }

  mutating func add(
    _ record: Result<ServerRow, ServerRow.Defect>, in transaction: borrowing Transaction
  ) throws {
    guard case .success(let row) = record else {
      isComplete = false
      return
    }
    // What the user deleted was another memory, however equal.
    if ownDeletions.contains(row.id.rawValue) { return }
    if candidates.mayHave(row),
      let candidate = candidates.takeStoreInDoubt(
        for: row, linkedTo: try holder(of: row, in: transaction.snapshot))
    {
      try adopt(row, candidate, in: transaction)
    } else {
      try redacted.add(row) { try transaction.memories.memory(row.id) }
    }
  }

  /// Decides about rows from which the server has taken out credentials.
  mutating func finish(
    serverTime: Timestamp, in transaction: borrowing Transaction
  ) throws {
    // Until a store cannot commit any more, its own row may still be missing beside one like it.
    let settlement = redacted.settlement(
      skew: serverTime.seconds(since: askedAt),
      isOpen: { candidate in candidate.entry.map { !adopted.contains($0.id) } ?? false },
      isRipe: { candidate in
        candidate.entry?.lastSentAt.map { askedAt.seconds(since: $0) >= lateness } ?? false
      })
    for (candidate, row) in settlement.matches { try adopt(row, candidate, in: transaction) }
    for (candidate, rows) in settlement.ambiguous {
      if let entry = candidate.entry { ambiguous[entry.id] = rows }
    }
  }

  /// The memory that is linked to a row, unless the row took its id.
  private func holder(
    of row: ServerRow, in snapshot: borrowing Snapshot
  ) throws -> Memory? {
    try snapshot.memories.memory(row.id).flatMap { row.isAnother(than: $0) ? nil : $0 }
  }

  private mutating func adopt(
    _ row: ServerRow, _ candidate: AdoptionCandidates.Candidate,
    in transaction: borrowing Transaction
  ) throws {
    guard let entry = candidate.entry else { return }
    try transaction.queue.remove(entry.id)
    adopted.insert(entry.id)
    if let memory = try transaction.memories.memory(row.id) {
      if row.isAnother(than: memory) {
        try transaction.unlink(memory.id, from: row.id)
      } else {
        try transaction.memories.delete(copyOf: row.id)
      }
    }
    if entry.deleteWhenKnown {
      if !row.isDeleted { try transaction.queue.enqueue(.delete(row.id), at: askedAt) }
    } else if let localID = candidate.localID, row.isDeleted {
      // It arrived, and somebody has deleted it since.
      try transaction.trash.keep(localID, as: .deleted, at: askedAt)
      _ = try transaction.memories.delete(localID)
    } else if let localID = candidate.localID {
      try transaction.memories.link(localID, to: row.id)
    } else if !row.isDeleted {
      // Another program has removed the memory, which it could not send, from the cache.
      var row = row
      row.fields.content = candidate.fields.content
      try transaction.memories.insert([row])
    }
  }
}
