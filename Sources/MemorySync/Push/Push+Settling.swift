import MemoryAPI
import MemoryModel
import MemoryStore

/// Settles the exchanges that have ended.
extension Push {
  mutating func settle(
    _ sent: ClaimedEntry, _ outcome: Outcome, in transaction: borrowing Transaction
  ) throws {
    let entry = sent.entry
    if case .setback(let setback, _) = outcome {
      let effect = SetbackEffect(setback, of: sent.operation, requests, conditions)
      if let (note, value) = effect.note { try transaction.notes.set(note, value) }
      noteEffect(of: setback, effect.problem)
    }
    let now = conditions.now()
    let verdict = conditions.policy.verdict(
      outcome, of: sent.operation, attempts: entry.attempts, isRepeat: sent.isRepeat, now: now,
      chance: conditions.random.fraction())
    lanes.free(sent.lane)
    switch verdict {
    case .done(let serverID):
      try acknowledge(sent, serverID, in: transaction)
    case .pending(let error, let counts, let after):
      lanes.close(sent.lane)
      if try cancelIfUnwanted(entry, in: transaction) { return }
      try transaction.queue.release(entry.id)
      try transaction.queue.noteFailure(
        entry.id, error, countsAsAttempt: counts, nextAttemptAt: after)
    case .inDoubt(let error, let counts, let after):
      lanes.close(sent.lane)
      try transaction.queue.hold(entry.id, as: .inDoubt)
      // The entry was sent some time after it was claimed.
      try transaction.queue.noteSending(entry.id, at: now, watermark: nil)
      try transaction.queue.noteFailure(
        entry.id, error, countsAsAttempt: counts, nextAttemptAt: after)
    case .dead(let error):
      if try cancelIfUnwanted(entry, in: transaction) { return }
      try markDead(entry, error, in: transaction)
    }
  }

  /// Removes an entry that did not arrive, if the user deleted its memory or dropped the entry
  /// while it was on its way.
  mutating func cancelIfUnwanted(
    _ entry: QueueEntry, in transaction: borrowing Transaction
  ) throws -> Bool {
    guard let now = try transaction.queue.entry(entry.id), now.deleteWhenKnown || now.isDropped
    else { return false }
    try transaction.queue.remove(entry.id)
    report.cancelled += 1
    return true
  }

  mutating func markDead(
    _ entry: QueueEntry, _ error: QueueEntry.LastError, in transaction: borrowing Transaction
  ) throws {
    try transaction.queue.hold(entry.id, as: .dead)
    try transaction.queue.noteFailure(
      entry.id, error, countsAsAttempt: error.status != nil, nextAttemptAt: nil)
    report.dead += 1
    dead.append((entry, error))
  }

  private mutating func acknowledge(
    _ sent: ClaimedEntry, _ serverID: ServerID?, in transaction: borrowing Transaction
  ) throws {
    if case .store(let fields, let localID) = sent.operation, let serverID {
      let now = conditions.now()
      if try transaction.queue.entry(sent.entry.id)?.deleteWhenKnown == true {
        lanes.append(try transaction.queue.enqueue(.delete(serverID), at: now))
      } else if let localID {
        let store = AcknowledgedStore(of: localID, fields, as: serverID, at: now)
        if try !store.link(in: transaction),
          try sent.isRepeat || !store.fold(in: transaction)
        {
          return try refuse(serverID, of: sent, fields, in: transaction)
        }
      }
    }
    try transaction.queue.remove(sent.entry.id)
    report.acknowledged += 1
    setbacksInARow = 0
    isServerThere = true
  }

  /// Settles a store that was answered with the id of another memory.
  private mutating func refuse(
    _ serverID: ServerID, of sent: ClaimedEntry, _ fields: MemoryFields,
    in transaction: borrowing Transaction
  ) throws {
    let isEqual = try transaction.memories.memory(serverID)?.fields.content == fields.content
    let name = "the server answered with the id \(serverID.rawValue) of another memory"
    try settle(
      sent,
      isEqual && !sent.isRepeat
        ? .rejected(status: 200, message: "\(name), which has the same text")
        : Outcome(.invalidResponse(name)), in: transaction)
    // An equal memory, also in doubt, has adopted the row that was stored with this key.
    if isEqual, sent.isRepeat {
      try transaction.queue.renewKey(
        sent.entry.id,
        until: conditions.now().advanced(bySeconds: conditions.policy.lateness))
    }
  }
}

/// A store that the server has acknowledged with an id.
private struct AcknowledgedStore {
  private let id: LocalID
  private let fields: MemoryFields
  private let serverID: ServerID
  private let now: Timestamp

  init(of id: LocalID, _ fields: MemoryFields, as serverID: ServerID, at now: Timestamp) {
    self.id = id
    self.fields = fields
    self.serverID = serverID
    self.now = now
  }

  /// Links the memory to the id. If another program pulled the row with that id meanwhile, the
  /// pulled copy is the same memory and is removed. If another program stored and linked this
  /// memory meanwhile, that id stays, and our copy on the server is deleted.
  ///
  /// - Returns: false if the id belongs to another memory; then nothing is changed.
  func link(in transaction: borrowing Transaction) throws -> Bool {
    guard let own = try transaction.memories.memory(id), own.serverID != serverID else {
      return true
    }
    if let other = try transaction.memories.memory(serverID) {
      guard other.id > id, fields.couldHaveBecome(other.fields) else { return false }
      try transaction.memories.delete(copyOf: serverID)
    }
    if own.serverID == nil {
      try transaction.memories.link(id, to: serverID)
    } else {
      try transaction.queue.enqueue(.delete(serverID), at: now)
    }
    return true
  }

  /// Removes a memory that the server has merged into an equal one, the one with the id. The
  /// removed version goes to the trash.
  ///
  /// - Returns: false if that memory says something else; then nothing is changed.
  func fold(in transaction: borrowing Transaction) throws -> Bool {
    guard let other = try transaction.memories.memory(serverID)?.fields,
      other.content == fields.content, fields.agreesBesidesContent(with: other),
      other.isSensitive || !fields.isSensitive
    else { return false }
    try transaction.indexing {
      try transaction.trash.keep(id, as: .deleted, at: now)
      _ = try transaction.memories.delete(id)
    }
    return true
  }
}
