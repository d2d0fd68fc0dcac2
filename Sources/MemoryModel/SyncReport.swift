import MemoryAPI

/// What a push did, and what the queue holds after it.
public struct PushReport: Sendable {
  /// Requests that went out.
  public var sent = 0
  /// Entries that the server acknowledged.
  public var acknowledged = 0
  /// Memories that turned out to be on the server already, and were linked to it.
  public var adopted = 0
  /// Entries that had become pointless and were removed without being sent.
  public var cancelled = 0
  /// Entries that became dead letters.
  public var dead = 0
  /// Entries in the queue afterwards, dead letters aside; the next two are part of it.
  public var remaining = 0
  /// Entries that the server may or may not have received.
  public var inDoubt = 0
  /// Entries that wait for a later time.
  public var deferred = 0
  /// Entries that wait for a time or an answer, in doubt or deferred.
  public var waiting = 0
  /// When the first of them is tried again; nil where the next sync tries it.
  public var nextAttemptAt: Timestamp?

  /// The report of a push that did nothing.
  public init() {}
}

extension PushReport {
  /// The combined work of two pushes; the state of the queue is filled in after both.
  package static func + (first: PushReport, second: PushReport) -> PushReport {
    var sum = first
    sum.sent += second.sent
    sum.acknowledged += second.acknowledged
    sum.adopted += second.adopted
    sum.cancelled += second.cancelled
    sum.dead += second.dead
    return sum
  }
}

/// What a pull did.
public struct PullReport: Sendable {
  /// Records in the answer.
  public var received = 0
  /// Memories that are new in the cache.
  public var inserted = 0
  /// Memories whose fields changed.
  public var updated = 0
  /// Memories that already agreed with the server.
  public var unchanged = 0
  /// Memories that were deleted from the cache.
  public var deleted = 0
  /// Versions that went to the trash: the former state of what was updated or deleted.
  public var trashed = 0
  /// Memories whose id the server has given to another memory. They stay here, without an id.
  public var reassigned = 0
  /// Records that could not be understood and were left out.
  public var skipped = 0
  /// The reasons for the first of those.
  public var skippedReasons: [String] = []
  /// The server's time up to which the cache is now pulled; nil if nothing was pulled.
  public var watermark: Timestamp?

  /// Entries that were queued for memories that the server turned out to lack.
  package var queued = 0
  /// Whether the response shows that there are differences beyond the changes that it lists.
  package var needsComparison = false
  /// False if something seems to be missing that an unreadable record may hide.
  package var isComplete = true

  /// The report of a pull that got no response.
  public init() {}

  /// The combined work of a pull and the one after it, with the other values taken from the later
  /// one.
  package static func + (first: PullReport, second: PullReport) -> PullReport {
    var sum = second
    sum.inserted += first.inserted
    sum.updated += first.updated
    sum.deleted += first.deleted
    sum.trashed += first.trashed
    sum.reassigned += first.reassigned
    sum.queued += first.queued
    return sum
  }

  package mutating func skip(_ reason: String) {
    skipped += 1
    if skippedReasons.count < 10 { skippedReasons.append(reason) }
  }
}

/// What a command of the sync engine did. Problems do not undo what the report counts.
public struct SyncReport: Sendable {
  /// Nil where the command does not push.
  public var push: PushReport?
  /// Nil where the command does not pull, or could not.
  public var pull: PullReport?
  /// Local memories that the server lacks and that must not be deleted; counted by a resync.
  public var kept: Int?
  /// The time before which the server asked not to be called; nil if it may be called.
  public var pausedUntil: Timestamp?
  /// The first of each kind, in the order in which they were met.
  public private(set) var problems: [Problem] = []

  /// The report of a command that has done nothing yet.
  public init() {}

  /// False once the server must not be called again in the same run.
  package private(set) var mayCall = true

  /// Notes a problem that ends all calls of the run, whatever its kind.
  package mutating func endCalls(_ problem: Problem) {
    note(problem)
    mayCall = false
  }

  package mutating func forget(_ kind: Problem.Kind) { problems.removeAll { $0.kind == kind } }

  package mutating func note(_ problem: Problem) {
    if problem.endsCalls { mayCall = false }
    if !problems.contains(where: { $0.kind == problem.kind }) { problems.append(problem) }
  }
}

extension Problem {
  /// Nothing failed, but not everything is on the server yet.
  public static func waiting(_ push: PushReport) -> Problem {
    let what = push.waiting == 1 ? "1 entry is" : "\(grouped(push.waiting)) entries are"
    return Problem(
      .waiting,
      "\(what) not on the server yet"
        + (push.nextAttemptAt.map { "; the next attempt is due at \($0)" } ?? ""),
      // An entry that may have arrived waits for the server, whatever the user wants.
      hint: push.waiting == push.inDoubt
        ? "nothing is lost; a later \(.sync) finds out whether it arrived, see \(.queue)"
        : "nothing is lost; \(.queue) lists what is waiting, \(.retryAll) ends the wait"
    )
  }
}
