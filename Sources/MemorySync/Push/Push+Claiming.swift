import MemoryAPI
import MemoryModel
import MemoryStore

/// Claims the entries that are sent next.
extension Push {
  /// Claims the next entry that can be sent, and removes those before it that need not be sent. A
  /// lane ends at an entry that turns out to have to wait.
  mutating func claimNext(
    _ gate: SendGate, in transaction: borrowing Transaction
  ) throws -> ClaimedEntry? {
    while let (lane, id) = lanes.popFirst() {
      guard let entry = try transaction.queue.entry(id), entry.state != .dead else { continue }
      guard gate.isOpen(for: entry) else {
        lanes.close(lane)
        continue
      }
      let operation: QueuedOperation
      do {
        operation = try entry.operation()
      } catch let error as UnreadableOperation {
        let reason = QueueEntry.LastError(kind: .invalidInput, message: error.reason)
        try markDead(entry, reason, in: transaction)
        continue
      }
      guard let operation = try refined(operation, of: entry, in: transaction) else {
        try transaction.queue.remove(id)
        report.adopted += 1
        continue
      }
      try transaction.queue.hold(id, as: .sending)
      try transaction.queue.noteSending(
        id, at: gate.now, watermark: try transaction.notes.watermark())
      guard let claimed = try transaction.queue.entry(id), let key = claimed.idempotencyKey
      else { continue }
      lanes.occupy(lane)
      return ClaimedEntry(
        lane: lane, entry: claimed, operation: operation, key: key,
        isRepeat: entry.state == .inDoubt)
    }
    return nil
  }

  /// The operation with the memory's current text; nil if the server has the memory already.
  private mutating func refined(
    _ operation: QueuedOperation, of entry: QueueEntry, in transaction: borrowing Transaction
  ) throws -> QueuedOperation? {
    guard case .store(var fields, let localID?) = operation else { return operation }
    guard let memory = try transaction.memories.memory(localID) else {
      // A resync of the Python program deletes every memory without a server id. If it sends the
      // entry anyway, it has to find the memory, or nobody learns that the server has it twice.
      try transaction.memories.putBack(localID, fields, createdAt: entry.createdAt)
      return operation
    }
    if let serverID = memory.serverID {
      // Another program sent the memory as it was before the user changed it.
      guard entry.isEdited else { return nil }
      let now = conditions.now()
      if fields.isSensitive {
        try transaction.unlink(localID, from: serverID)
        lanes.append(try transaction.queue.enqueue(.delete(serverID), at: now))
        return operation
      }
      lanes.append(try transaction.queue.enqueue(.update(fields, serverID), at: now))
      return nil
    }
    fields.isSensitive = fields.isSensitive || memory.fields.isSensitive
    return .store(fields, localID: localID)
  }

  /// Undoes the claim of an entry that was not sent.
  mutating func giveBack(
    _ claimed: ClaimedEntry, in transaction: borrowing Transaction
  ) throws {
    lanes.putBack(claimed.entry.id, to: claimed.lane)
    if claimed.isRepeat {
      try transaction.queue.hold(claimed.entry.id, as: .inDoubt)
    } else if try !cancelIfUnwanted(claimed.entry, in: transaction) {
      try transaction.queue.release(claimed.entry.id)
    }
  }
}
