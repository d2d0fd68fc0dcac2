import JSON
import MemctlCore

/// A queue entry as commands show it.
struct EntryView {
  private let entry: QueueEntry
  private let operation: QueuedOperation?
  private let now: Timestamp
  private let revealed: Bool
  /// The memory that it carries, as it stands in the cache.
  private let stored: Memory?

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

  /// What scripts tell apart: an entry that is being sent is in doubt until its answer is here.
  private var state: String {
    switch entry.state {
    case .dead: "dead"
    case .inDoubt, .sending: "in_doubt"
    case .pending: entry.isDeferred(at: now) ? "deferred" : "pending"
    }
  }

  private var memoryID: LocalID? {
    if case .store(_, let id)? = operation { id } else { nil }
  }

  private var serverID: ServerID? {
    switch operation {
    case .delete(let id), .update(_, let id): id
    default: nil
    }
  }

  private var memory: MemoryFields? {
    switch operation {
    case .store(let fields, _), .update(let fields, _): fields
    default: nil
    }
  }

  /// The memory with the mark that it has here.
  private var shown: MemoryFields? {
    memory.map { memory in
      var shown = memory
      shown.isSensitive = shown.isSensitive || isMemorySensitive
      return shown
    }
  }

  private var content: String? {
    isMemorySensitive && !revealed ? nil : memory?.content(revealed: revealed)
  }

  // MARK: JSON

  var members: [JSONValue.Member] {
    [
      .init("id", .integer(entry.id.rawValue)), .init("op", .string(entry.operationName)),
      .init("state", .string(state)),
      .init("memory_id", memoryID.map { .integer($0.rawValue) } ?? nil),
      .init("server_id", serverID.map { .integer($0.rawValue) } ?? nil),
      .init("category", memory.map { .string($0.category) } ?? nil),
      .init("bytes", .integer(Int64(entry.payload.utf8.count))),
      .init("attempts", .integer(Int64(entry.attempts))),
      .init("created_at", .string(entry.createdAt)),
      .init("next_attempt_at", entry.nextAttemptAt.map { .string($0.description) } ?? nil),
      .init(
        "last_error",
        entry.lastError.map {
          [
            "kind": .string($0.kind.rawValue),
            "status": $0.status.map { .integer(Int64($0)) } ?? nil,
            "message": .string($0.message),
          ]
        } ?? nil),
      .init("candidates", .array(entry.candidates.map { .integer($0.id.rawValue) })),
      .init("content", content.map { .string($0) } ?? nil),
    ]
  }

  /// The same with the rest of its memory, or its payload where that cannot be read.
  var exported: [JSONValue.Member] {
    let known = Set(members.map(\.name))
    let rest = (shown ?? MemoryFields(content: "")).members(content: nil)
      .filter { !known.contains($0.name) }
    return members + (shown == nil ? rest.map { .init($0.name, .null) } : rest)
      + [.init("payload", operation == nil && revealed ? .string(entry.payload) : nil)]
  }

  /// Whether it contains something that is not shown.
  var hidesContent: Bool { !revealed && (operation == nil || memory != nil && content == nil) }

  // MARK: Table

  func cells(_ shape: Output.Shape) -> [Listing.Cell] {
    if shape == .terminal {
      return [
        .init(entry.id.rawValue), .init(entry.operationName),
        .init(Self.forPeople(state)),
        .init(memoryID.map { "\($0.rawValue)" } ?? serverID.map { "server:\($0.rawValue)" } ?? ""),
        .init(Timestamp(entry.createdAt)?.relative(to: now) ?? entry.createdAt),
        .init(shownContent),
      ]
    }
    return [
      .init(entry.id.rawValue), .init(entry.operationName), .init(state), .init(memoryID?.rawValue),
      .init(serverID?.rawValue), .init(entry.attempts), .init(entry.createdAt),
      .init(entry.nextAttemptAt?.description ?? ""), .init(content ?? ""),
    ]
  }

  private static func forPeople(_ state: String) -> String { state.replacing("_", with: " ") }

  private var shownContent: String {
    if let content { return content }
    if memory != nil { return Masking.placeholder }
    return operation == nil ? "cannot be read" : ""
  }

  /// What it does, and to what: `store, Prefers tabs`.
  var summary: String {
    let object = serverID.flatMap { memory == nil ? "server:\($0.rawValue)" : nil }
    return "\(entry.operationName), \(object ?? shownContent)"
  }

  // MARK: Words

  /// Names and texts, for people or as they are in the file.
  func fields(_ shape: Output.Shape) -> [(String, String)] {
    let isForPeople = shape == .terminal
    func time(_ text: String) -> String { isForPeople ? text.withDistance(to: now) : text }
    var fields = [
      ("id", "\(entry.id.rawValue)"), ("operation", entry.operationName),
      ("state", isForPeople ? Self.forPeople(state) : state),
    ]
    if let memoryID { fields.append(("memory", "\(memoryID.rawValue)")) }
    if let serverID { fields.append(("server_id", "\(serverID.rawValue)")) }
    if let memory { fields.append(("category", memory.category)) }
    fields += [("created", time(entry.createdAt)), ("attempts", "\(entry.attempts)")]
    if let sent = entry.lastSentAt { fields.append(("last_sent", time(sent.description))) }
    if let next = entry.nextAttemptAt { fields.append(("next_attempt", time(next.description))) }
    if let error = entry.lastError {
      let status = error.status.map { "\($0): " } ?? ""
      fields.append(("last_answer", status + error.message))
    }
    if let shown {
      // The category is above.
      fields += shown.labelled.filter {
        $0.label != MemoryField.category.label && !(isForPeople && $0.text.isEmpty)
      }
      fields.append(("content", isForPeople ? shownContent : content ?? ""))
    }
    // An entry that cannot be read may contain anything, even a secret.
    if operation == nil, revealed { fields.append(("payload", entry.payload)) }
    return fields
  }

  /// What happened to the entry, what it is waiting for, and what would help.
  ///
  /// - Parameters:
  ///   - predecessor: the entry of the same memory that is sent first.
  ///   - blockingReason: why nothing is sent at present.
  func explanation(after predecessor: QueueEntry?, _ blockingReason: Hint?) -> String {
    EntryExplanation(
      entry: entry, operation: operation, memory: stored,
      predecessor: predecessor, blockingReason: blockingReason, now: now
    ).explanation.text
  }
}
