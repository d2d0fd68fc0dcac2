import JSON
import MemoryAPI

/// What a prompt shows about a cache, read from one snapshot without reading any memory.
public struct SyncState: Hashable, Sendable {
  /// Entries that the server has not acknowledged and that are not dead.
  public let pending: Int
  /// Entries that became dead letters.
  public let deadLetters: Int
  /// Entries of which only a person can tell whether the server has them; part of `pending`.
  public let undecided: Int
  /// Whether the server refused the key.
  public let authFailed: Bool
  /// The kind of problem that the last sync met; nil if it was completed.
  public let lastError: Problem.Kind?
  /// When a sync was last completed; nil if none ever was.
  public let lastSuccess: String?

  package init(
    pending: Int, deadLetters: Int, undecided: Int, authFailed: Bool, lastError: Problem.Kind?,
    lastSuccess: String?
  ) {
    self.pending = pending
    self.deadLetters = deadLetters
    self.undecided = undecided
    self.authFailed = authFailed
    self.lastError = lastError
    self.lastSuccess = lastSuccess
  }

  /// The state of a cache that nobody has written to yet.
  public static let new = SyncState(
    pending: 0, deadLetters: 0, undecided: 0, authFailed: false, lastError: nil, lastSuccess: nil)
}

/// How many of everything, all read from one snapshot.
public struct Counts: Sendable {
  /// All memories.
  public let total: Int
  /// Largest first, equal ones by name.
  public let byCategory: [(category: String, count: Int)]
  /// Memories without a server id.
  public let orphans: Int
  /// Orphans whose store the user dropped, so that nothing sends them.
  public let withheld: Int
  /// Why records of the server could not be read, ordered by their ids; they are requested again.
  public let skipped: [String]
  /// Entries that the server has not acknowledged and that are not dead, those in doubt included.
  public let pending: Int
  /// Entries that the server may or may not have received.
  public let inDoubt: Int
  /// Entries that became dead letters.
  public let deadLetters: Int
  /// ISO 8601, exactly as in the file.
  public let lastSync: String?
  /// Whether the server refused the key.
  public let authFailed: Bool
  /// When a sync was last completed; nil if none ever was.
  public let lastSuccess: String?
  /// The problem that the last sync met; nil if it was completed.
  public let lastError: LastRunError?

  package init(
    total: Int, byCategory: [(category: String, count: Int)], orphans: Int, withheld: Int,
    skipped: [String], pending: Int, inDoubt: Int, deadLetters: Int, lastSync: String?,
    authFailed: Bool, lastSuccess: String?, lastError: LastRunError?
  ) {
    self.total = total
    self.byCategory = byCategory
    self.orphans = orphans
    self.withheld = withheld
    self.skipped = skipped
    self.pending = pending
    self.inDoubt = inDoubt
    self.deadLetters = deadLetters
    self.lastSync = lastSync
    self.authFailed = authFailed
    self.lastSuccess = lastSuccess
    self.lastError = lastError
  }

  /// Whether a sync has completed, and none has failed since.
  public var lastSyncSuccess: Bool { lastSuccess != nil && lastError == nil }
}

/// The problem that ended a sync, as the file records it.
public struct LastRunError: Sendable {
  /// The part of the work that a run does.
  package enum Scope: String {
    case push, pull
    /// A push and a pull.
    case sync
  }

  /// The scope of the run that met the problem; a run of at least that scope without a problem
  /// clears it.
  package let scope: Scope
  /// ISO 8601.
  public let time: String
  /// The kind of problem.
  public let kind: Problem.Kind
  /// What happened, for people.
  public let message: String

  package init(_ problem: Problem, in scope: Scope, at time: Timestamp) {
    self.scope = scope
    self.time = time.description
    kind = problem.kind
    message = problem.message
  }

  package init?(_ text: String) {
    guard let value = try? JSONValue(parsing: text), let time = value["at"]?.string,
      let kind = value["kind"]?.string, let message = value["message"]?.string
    else { return nil }
    scope = value["during"]?.string.flatMap(Scope.init) ?? .sync
    self.time = time
    self.kind = Problem.Kind(stored: kind) ?? .bug
    self.message = message
  }

  package var json: JSONValue {
    [
      "at": .string(time), "during": .string(scope.rawValue), "kind": .string(kind.rawValue),
      "message": .string(message),
    ]
  }

  package var text: String { json.text }
}
