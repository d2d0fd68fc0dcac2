/// Something that went wrong: which kind of thing, what happened, and what to do next.
///
/// It is the only error that the core throws on purpose, and what a report holds when the rest of a
/// run went on. Any other error is a bug. It never holds a key or the content of a sensitive
/// memory.
public struct Problem: Error, Hashable, Sendable {
  /// What programs tell apart; `rawValue` is stable, so scripts may rely on it.
  public enum Kind: String, Sendable, CaseIterable {
    /// The program was called in a way that it does not understand. The core itself never says so.
    case usage
    /// The server rejected an entry, which is now a dead letter.
    case rejected
    /// It cannot be determined whether the server has a memory, so a person has to decide; see
    /// `Queue.settle`.
    case ambiguous
    /// The input is not valid, or cannot be acted on.
    case invalidInput = "invalid_input"
    /// There is no such memory, entry or file.
    case notFound = "not_found"
    /// A bug in memctl.
    case bug
    /// A local file cannot be used.
    case file
    /// The server cannot be reached, or did not answer in time.
    case offline
    /// The server asks to come back later.
    case overloaded
    /// The server failed at something.
    case serverFailed = "server_failed"
    /// Something other than the server answered in its place.
    case gateway
    /// Nothing failed, but entries wait for a later attempt.
    case waiting
    /// Another process is syncing the cache or writing it, or an entry is being sent.
    case busy
    /// The response was not that of a memory server.
    case invalidResponse = "invalid_response"
    /// A safety check refused something that could have lost memories; it was not done.
    case refused
    /// The server does not accept the key. Nothing is sent until it accepts one.
    case unauthorized
    /// The server accepts the key, but does not let it fetch.
    case forbidden
    /// A setting is missing or cannot be used: no key, a bad address, plain http to a foreign host.
    case configuration
    /// There is no secure connection: one side does not accept the certificate of the other.
    case certificate
    /// The user or the system asked memctl to stop.
    case interrupted
  }

  /// What kind of thing went wrong.
  public let kind: Kind
  /// What happened, as a clause without a capital letter or a full stop, for people.
  public let message: String
  /// What to do next; nil where the message says it all.
  public let hint: Hint?

  /// Creates a problem; `message` is a clause without a capital letter or a full stop.
  public init(_ kind: Kind, _ message: String, hint: Hint? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }
}

extension Problem {
  /// Whether the server must not be called again in the same run.
  package var endsCalls: Bool { [.overloaded, .unauthorized, .interrupted].contains(kind) }

  /// There is no memory with this name.
  ///
  /// - Parameter name: as the user wrote it.
  public static func noMemory(_ name: String) -> Problem {
    Problem(.notFound, "there is no memory \(name)", hint: "\(.list) shows the ids")
  }

  /// The entry does not exist, or no longer does.
  public static func noEntry(_ id: EntryID) -> Problem {
    Problem(
      .notFound, "there is no entry \(id.rawValue) in the queue",
      hint: "it may have been sent already; \(.queue) lists the entries")
  }
}

extension Problem.Kind {
  /// Whether a later attempt may succeed without anybody's doing anything.
  public var isTransient: Bool {
    [.offline, .overloaded, .serverFailed, .gateway, .waiting, .busy].contains(self)
  }

  /// Reads a kind from its name in a file. Before 0.1.0, one of them had another name.
  package init?(stored name: String) {
    self.init(rawValue: name == "nonsense" ? "invalid_response" : name)
  }
}
