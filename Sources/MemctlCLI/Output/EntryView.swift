import MemctlCore

/// A queue entry as commands show it; `EntryView+Columns` says what its fields are.
struct EntryView {
  let entry: QueueEntry
  let operation: QueuedOperation?
  let now: Timestamp
  let revealed: Bool
  /// The memory that it carries, as it stands in the cache.
  private let stored: Memory?
  /// What happened to it and what would help; nil unless it is shown in full.
  private(set) var explanation: String?

  init(_ entry: QueueEntry, in cache: Cache, now: Timestamp, revealed: Bool) throws {
    self.entry = entry
    self.now = now
    self.revealed = revealed
    operation = try? entry.operation()
    stored =
      switch operation {
      case .store(_, let id?): try cache.memory(id)
      case .update(_, let id): try cache.memory(id)
      default: nil
      }
  }

  /// Another program may have left the mark of a sensitive memory out of the entry.
  private var isMemorySensitive: Bool { stored?.fields.isSensitive ?? false }

  /// Explains what happened to the entry, what it is waiting for, and what would help.
  ///
  /// - Parameters:
  ///   - predecessor: the entry of the same memory that is sent first.
  ///   - blockingReason: why nothing is sent at present.
  mutating func explain(after predecessor: QueueEntry?, _ blockingReason: Hint?) {
    explanation =
      EntryExplanation(
        entry: entry, operation: operation, memory: stored,
        predecessor: predecessor, blockingReason: blockingReason, now: now
      ).explanation.text
  }

  /// What scripts tell apart: an entry that is being sent is in doubt until its answer is here.
  var state: String {
    switch entry.state {
    case .dead: "dead"
    case .inDoubt, .sending: "in_doubt"
    case .pending: entry.isDeferred(at: now) ? "deferred" : "pending"
    }
  }

  var memoryID: LocalID? {
    if case .store(_, let id)? = operation { id } else { nil }
  }

  var serverID: ServerID? {
    switch operation {
    case .delete(let id), .update(_, let id): id
    default: nil
    }
  }

  var memory: MemoryFields? {
    switch operation {
    case .store(let fields, _), .update(let fields, _): fields
    default: nil
    }
  }

  /// The memory with the mark that it has here.
  var shown: MemoryFields? {
    memory.map { memory in
      var shown = memory
      shown.isSensitive = shown.isSensitive || isMemorySensitive
      return shown
    }
  }

  var content: String? {
    isMemorySensitive && !revealed ? nil : memory?.content(revealed: revealed)
  }

  /// Whether it contains something that is not shown.
  var hidesContent: Bool { !revealed && (operation == nil || memory != nil && content == nil) }

  /// What it does, and to what: `store, Prefers tabs`.
  var summary: String {
    let object = serverID.flatMap { memory == nil ? "server:\($0.rawValue)" : nil }
    return "\(entry.operationName), \(object ?? shownContent)"
  }
}
