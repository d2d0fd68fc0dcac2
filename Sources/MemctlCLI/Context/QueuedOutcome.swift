import JSON
import MemctlCore

/// What became of the entries that a command has queued and tried to send.
struct QueuedOutcome {
  /// How many are still in the queue, dead letters included.
  private let left: Int
  /// How many of them will be sent.
  private let waiting: Int
  private let obstacle: Problem?

  init(of entries: [EntryID], _ attempt: Delivery.Attempt, in cache: Cache) throws {
    let states = try entries.compactMap { try cache.queue.entry($0)?.state }
    left = states.count
    waiting = states.count { $0 != .dead }
    obstacle = waiting > 0 ? attempt.obstacle : nil
  }

  /// Where the only entry is.
  var place: String {
    if left == 0 { return "on the server" }
    return waiting == 0 ? "rejected by the server" : "queued for the server\(reason)"
  }

  /// What waits of several entries, to follow what was done: empty if nothing does.
  var note: String {
    waiting > 0 ? "; \(grouped(waiting)) queued for the server\(reason)" : ""
  }

  private var reason: String { obstacle.map { ": \($0.message)" } ?? "" }

  /// What to do about it, as a line for people.
  var advice: [String] {
    // What the user must act on stands among the problems.
    guard let obstacle, obstacle.kind == .configuration else { return [] }
    return obstacle.hint.map { ["hint: \($0.text)"] } ?? []
  }

  /// For a report on the only entry.
  var members: [JSONValue.Member] { [.init("queued", .bool(left > 0)), because] }

  /// For a report on several entries.
  var counts: [JSONValue.Member] { [.init("queued", .integer(Int64(waiting))), because] }

  private var because: JSONValue.Member { .init("queued_because", obstacle?.json ?? nil) }
}
