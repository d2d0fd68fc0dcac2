/// Something that went wrong, in the user's words, with what to do next.
///
/// It never holds a key, nor the content of a sensitive memory.
public struct Problem: Error, Hashable, Sendable {
  /// The kinds that scripts tell apart; `rawValue` is the `kind` of the JSON reports.
  public enum Kind: String, Sendable, CaseIterable {
    /// The command line is not one that memctl takes.
    case usage
    /// The server rejected an entry, which is now a dead letter.
    case rejected
    /// Whether the server has a memory cannot be told, so the user has to.
    case ambiguous
    /// What the user gave is not valid.
    case invalidInput = "invalid_input"
    /// No such memory, entry or file.
    case notFound = "not_found"
    /// A bug in memctl.
    case bug
    /// The local file cannot be used.
    case file
    /// The server cannot be reached, or did not answer in time.
    case offline
    /// The server asks to come back later.
    case overloaded
    /// The server failed at something.
    case serverFailed = "server_failed"
    /// Something other than the server answered in its place.
    case gateway
    /// Entries wait for a later attempt.
    case waiting
    /// Another process is syncing.
    case busy
    /// What answered did not answer like a memory server.
    case invalidResponse = "invalid_response"
    /// A guard refused what the server's answer would do.
    case refused
    /// The server does not accept the key.
    case unauthorized
    /// The server accepts the key, but does not let it fetch.
    case forbidden
    /// No key, a bad URL, plain http to a foreign host.
    case configuration
    /// No secure connection: a certificate is not accepted, by memctl or by the server.
    case certificate
    /// The user or the system asked memctl to stop.
    case interrupted
  }

  public let kind: Kind
  public let message: String
  public let hint: String?

  public init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }
}

extension Problem {
  /// Whether the server must not be called again in the same run.
  package var endsCalls: Bool { [.overloaded, .unauthorized, .interrupted].contains(kind) }

  /// - Parameter name: as the user wrote it.
  public static func noMemory(_ name: String) -> Problem {
    Problem(.notFound, "there is no memory \(name)", hint: "memctl list shows the ids")
  }

  public static func noEntry(_ id: EntryID) -> Problem {
    Problem(
      .notFound, "there is no entry \(id.rawValue) in the queue",
      hint: "it may have been sent already; memctl queue lists the entries")
  }
}

extension Problem.Kind {
  /// Reads a kind that stands in a file. Before 0.1.0, one of them had another name.
  package init?(stored name: String) {
    self.init(rawValue: name == "nonsense" ? "invalid_response" : name)
  }
}
