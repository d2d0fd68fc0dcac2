import MemoryAPI

/// Something that the server has not acknowledged yet.
public struct QueueEntry: Sendable {
  /// The entry's id, which also gives its place in the queue.
  public let id: EntryID
  /// `op_type` as it is in the file; `operation` says what it means.
  public let operationName: String
  /// The payload as it is in the file.
  public let payload: String
  /// ISO 8601, exactly as in the file.
  public let createdAt: String
  /// How far the entry has got.
  public let state: State
  /// The number of definite answers to this entry that did not acknowledge it.
  public let attempts: Int
  /// The entry is not sent before this time; nil if nothing holds it back.
  public let nextAttemptAt: Timestamp?
  /// The error of the last attempt; nil if there was none.
  public let lastError: LastError?
  /// Sent with each attempt, so that a server that honours it acts once; nil where the entry was
  /// queued while memctl did not watch the file.
  public let idempotencyKey: String?
  /// The watermark at the first attempt: what this entry may have caused on the server is not older.
  public let sentAfter: Timestamp?
  /// When it was last sent; nil if it never was.
  public let lastSentAt: Timestamp?
  /// Whether the memory was deleted while its store was in flight: once its id is known, it is
  /// deleted on the server as well.
  public let deleteWhenKnown: Bool
  /// Whether another program sent the entry, or may have sent it, without the key.
  public let wasSentWithoutKey: Bool
  /// Whether the user dropped the entry while it was in doubt: it is never sent again, and is kept
  /// only to recognize what may have arrived.
  public let isDropped: Bool
  /// Whether the user edited the entry; another program may still send the former text.
  public let isEdited: Bool
  /// The memories on the server that this store may have created, as of the last look. A server
  /// that redacts credentials leaves too little to be certain.
  public let candidates: [Candidate]

  package init(
    id: EntryID, operationName: String, payload: String, createdAt: String, state: State,
    attempts: Int, nextAttemptAt: Timestamp?, lastError: LastError?, idempotencyKey: String?,
    sentAfter: Timestamp?, lastSentAt: Timestamp?, deleteWhenKnown: Bool, wasSentWithoutKey: Bool,
    isDropped: Bool, isEdited: Bool, candidates: [Candidate]
  ) {
    self.id = id
    self.operationName = operationName
    self.payload = payload
    self.createdAt = createdAt
    self.state = state
    self.attempts = attempts
    self.nextAttemptAt = nextAttemptAt
    self.lastError = lastError
    self.idempotencyKey = idempotencyKey
    self.sentAfter = sentAfter
    self.lastSentAt = lastSentAt
    self.deleteWhenKnown = deleteWhenKnown
    self.wasSentWithoutKey = wasSentWithoutKey
    self.isDropped = isDropped
    self.isEdited = isEdited
    self.candidates = candidates
  }

  /// A memory on the server that a store may have created.
  public struct Candidate: Hashable, Sendable {
    /// The memory's id on the server.
    public let id: ServerID
    /// Whether it has since been deleted on the server.
    public let isDeleted: Bool

    package init(id: ServerID, isDeleted: Bool) {
      self.id = id
      self.isDeleted = isDeleted
    }
  }

  /// Where an entry stands, as the file keeps it.
  public enum State: String, Sendable {
    /// Waiting to be sent.
    case pending
    /// Claimed by the process that holds the sync lock; left over when that process died.
    case sending
    /// Sent, but whether the server took it is unknown.
    case inDoubt = "in_doubt"
    /// Rejected; stays until the user decides what to do.
    case dead
  }

  /// Why the last attempt to send an entry failed.
  public struct LastError: Hashable, Sendable {
    /// The kind of problem.
    public let kind: Problem.Kind
    /// The HTTP status of the answer; nil if there was none.
    public let status: Int?
    /// What happened, for people.
    public let message: String

    /// Creates an error from its parts.
    public init(kind: Problem.Kind, status: Int? = nil, message: String) {
      self.kind = kind
      self.status = status
      self.message = message
    }
  }

  /// What the entry asks of the server.
  ///
  /// - Throws: `UnreadableOperation`.
  public func operation() throws -> QueuedOperation {
    try QueuedOperation(name: operationName, payload: payload)
  }

  /// What the entry is about: entries with the same subject are sent one at a time, oldest first.
  package enum Subject: Hashable {
    case memory(LocalID)
    case memoryOnServer(ServerID)
    /// The entry names no memory.
    case entry(EntryID)
  }

  package var subject: Subject {
    switch try? operation() {
    case .store(_, localID: let id?): .memory(id)
    case .delete(let id), .update(_, let id): .memoryOnServer(id)
    default: .entry(id)
    }
  }

  /// Whether this is a store that the server may have received, though nothing confirms it yet.
  public var mayHaveArrived: Bool {
    operationName == "store" && (state == .inDoubt || state == .sending)
  }

  /// Whether the last answer was that the server will not take it.
  public var isRejected: Bool {
    lastError.map { $0.kind == .rejected && ($0.status ?? 0) < 500 } ?? false
  }

  /// Whether the entry was held back because its server id belongs to a server that the cache has
  /// left.
  public var isMeantForAnotherServer: Bool { state == .dead && lastError?.kind == .refused }

  /// Whether the entry waits for a time in the future.
  public func isDeferred(at now: Timestamp) -> Bool {
    state != .dead && nextAttemptAt.map { $0 > now } ?? false
  }
}
