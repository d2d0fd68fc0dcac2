import MemoryAPI
import MemoryModel
import MemoryStore

/// Searches rows of the server for stores in doubt, and applies nothing else.
struct DoubtLook {
  private let lateness: Double
  /// Read from this machine's clock before the server was asked.
  let askedAt: Timestamp
  private var candidates: AdoptionCandidates
  private var redacted: RedactedRows
  private let ownDeletions: Set<Int64>
  /// Entries that turned out to have arrived.
  private(set) var adopted: Set<EntryID> = []
  /// Rows that each of these entries may have produced, where nothing more can be determined.
  private(set) var ambiguous: [EntryID: [QueueEntry.Candidate]] = [:]
  /// False if a record could not be read: a store that seems to be missing may be that record.
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
    // A memory that the user deleted was another one, even if it was equal.
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

  /// Decides about rows from which the server has removed credentials.
  mutating func finish(
    serverTime: Timestamp, in transaction: borrowing Transaction
  ) throws {
    // As long as a store can still commit, its own row may be missing while a similar one is there.
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

  /// The memory that is linked to a row, unless the server has reused its id for the row.
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
      // The store arrived, and somebody has deleted the memory since.
      try transaction.trash.keep(localID, as: .deleted, at: askedAt)
      _ = try transaction.memories.delete(localID)
    } else if let localID = candidate.localID {
      try transaction.memories.link(localID, to: row.id)
    } else if !row.isDeleted {
      // Another program could not send the memory and has removed it from the cache.
      var row = row
      row.fields.content = candidate.fields.content
      try transaction.memories.insert([row])
    }
  }
}
