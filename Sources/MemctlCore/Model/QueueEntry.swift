/// Something that the server has not acknowledged yet.
public struct QueueEntry: Sendable {
  public let id: EntryID
  /// `op_type` as it stands in the file; `operation` says what it means.
  public let operationName: String
  /// The payload as it stands in the file.
  public let payload: String
  /// ISO 8601, as it stands in the file.
  public let createdAt: String
  public let state: State
  /// Definite answers about this entry that were not an acknowledgement.
  public let attempts: Int
  /// Not before this time; nil where nothing holds it back.
  public let nextAttemptAt: Timestamp?
  public let lastError: LastError?
  /// Sent with each attempt, so that a server that honours it acts once; nil before the first.
  public let idempotencyKey: String?
  /// The watermark at the first attempt: what this entry may have caused on the server is not older.
  public let sentAfter: Timestamp?
  public let lastSentAt: Timestamp?
  /// The memory was deleted while its store was on its way: once its id is known, it is deleted on
  /// the server too.
  public let deleteWhenKnown: Bool

  /// Where an entry stands, as the file keeps it.
  public enum State: String, Sendable {
    /// Waiting to be sent.
    case pending
    /// Claimed by the process that holds the sync lock; left over when that process died.
    case sending
    /// Sent, but whether the server took it is unknown.
    case inDoubt = "in_doubt"
    /// Rejected; stays until the user decides.
    case dead
  }

  public struct LastError: Hashable, Sendable {
    public let kind: Problem.Kind
    public let status: Int?
    public let message: String

    public init(kind: Problem.Kind, status: Int? = nil, message: String) {
      self.kind = kind
      self.status = status
      self.message = message
    }
  }

  /// What the entry asks of the server.
  ///
  /// - Throws: `UnreadableOperation`.
  public func operation() throws -> Operation {
    try Operation(name: operationName, payload: payload)
  }

  /// What the entry is about: those of one subject are sent one after the other, oldest first.
  enum Subject: Hashable {
    case memory(LocalID)
    case memoryOnServer(ServerID)
    /// It names no memory.
    case entry(EntryID)
  }

  var subject: Subject {
    switch try? operation() {
    case .store(_, localID: let id?): .memory(id)
    case .delete(let id), .update(_, let id): .memoryOnServer(id)
    default: .entry(id)
    }
  }

  /// Whether the last answer was that the server will not take it.
  public var isRejected: Bool {
    lastError.map { $0.kind == .rejected && ($0.status ?? 0) < 500 } ?? false
  }

  /// Whether it was held back because it names an id of a server that the cache no longer belongs to.
  public var isMeantForAnotherServer: Bool { state == .dead && lastError?.kind == .refused }

  /// Whether it waits for a time that has not come yet.
  public func isDeferred(at now: Timestamp) -> Bool {
    state != .dead && nextAttemptAt.map { $0 > now } ?? false
  }
}
