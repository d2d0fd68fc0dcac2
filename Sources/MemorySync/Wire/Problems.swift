import MemoryAPI
import MemoryModel

/// The problems that a sync can meet, worded in one place.
extension Problem {
  static func unreachable(_ baseURL: String, _ reason: String) -> Problem {
    Problem(
      .offline, "cannot reach the server at \(baseURL): \(reason)",
      hint: "nothing is lost; \(.sync) sends what is queued once the server is back")
  }

  static func lostAnswer(_ reason: String) -> Problem {
    Problem(
      .offline, "the server's answer was lost: \(reason)",
      hint: "nothing is lost; \(.sync) finds out whether it arrived before sending it again")
  }

  /// The answer to a question was lost; the question is simply asked again.
  static func lostReply(_ reason: String) -> Problem {
    Problem(
      .offline, "the server's answer was lost: \(reason)",
      hint: "nothing is lost; try again later")
  }

  static func overloaded(_ message: String, until: Timestamp?) -> Problem {
    Problem(
      .overloaded, "the server is overloaded: \(message)",
      hint: until.map {
        "nothing is lost; \(.watch) continues after \($0), \(.sync) tries at once"
      }
        ?? "nothing is lost; try again later")
  }

  /// - Parameter isQueued: whether an entry of the queue is waiting for the server.
  static func serverFailed(_ status: Int, _ message: String, isQueued: Bool = false) -> Problem {
    Problem(
      .serverFailed,
      "the server failed "
        + (message == "status \(status)" ? "(\(message))" : "(\(status)): \(message)"),
      hint: isQueued
        ? "nothing is lost; it is tried again later, see \(.queue)"
        : "nothing is lost; try again later")
  }

  /// - Parameter what: what answered in place of the server, and how.
  static func gateway(_ what: String, status: Int) -> Problem {
    Problem(
      .gateway, what,
      hint: status == 407
        ? """
        nothing is lost; give the proxy's user and password, as in \
        https_proxy=http://USER:PASSWORD@HOST:PORT
        """
        : "nothing is lost; \(.sync) continues once the server itself answers again")
  }

  static func invalidResponse(
    _ reason: String, hint: Hint = "check that the address is that of a memory server"
  ) -> Problem {
    Problem(
      .invalidResponse, "invalid response: \(reason)", hint: "nothing is lost; \(hint)")
  }

  static func unauthorized(_ message: String) -> Problem {
    Problem(
      .unauthorized, "the server does not accept the key: \(message)",
      hint: """
        \(.login) asks for another key and keeps it; or set \(.apiKey) or \(.apiKeyFile); nothing is \
        sent until the server accepts the key
        """)
  }

  /// A key that auth-check accepts may still not be allowed to fetch, if its client only sends.
  static func forbidden(_ message: String) -> Problem {
    Problem(
      .forbidden, "the server does not let this key fetch memories: \(message)",
      hint: "\(.push) still sends what is queued; to fetch, use a key that is allowed to")
  }

  /// - Parameter first: the first of `count` stores that may or may not have arrived.
  package static func ambiguous(_ first: QueueEntry, count: Int) -> Problem {
    let id = first.id.rawValue
    let what = count == 1 ? "entry \(id)" : "\(grouped(count)) entries, the first of them \(id),"
    return Problem(
      .ambiguous,
      """
      \(what) may already be on the server, but the server has removed so much of the text that \
      memctl cannot tell
      """,
      hint: """
        nothing is lost; \(.showEntry(first.id)) lists the memories that it may be, \
        \(.settle(first.id)) takes your answer
        """)
  }

  static let interrupted = Problem(
    .interrupted, "interrupted", hint: "nothing is lost; \(.sync) continues")

  static let interruptedFetch = Problem(
    .interrupted, "interrupted while fetching, and nothing of that was kept",
    hint: "nothing is lost; \(.sync) fetches it again from the start")

  /// - Parameters:
  ///   - dead: the entries that became dead letters, at least one.
  ///   - isEditable: whether the first of them carries a memory.
  static func dead(
    _ dead: [(id: EntryID, error: QueueEntry.LastError)], isEditable: Bool = true
  ) -> Problem {
    let first = dead[0]
    guard dead.count == 1 else {
      let named = dead.prefix(3).map { "\($0.id.rawValue) (\($0.error.message))" }
      let rest = dead.count - named.count
      return Problem(
        .rejected,
        "\(grouped(dead.count)) entries became dead letters: \(named.joined(separator: ", "))"
          + (rest > 0 ? " and \(grouped(rest)) more" : ""),
        hint: "\(.deadLetters) lists them all; \(.showEntry(first.id)) explains the first")
    }
    let id = first.id.rawValue
    let what =
      switch first.error.kind {
      case .invalidInput: "entry \(id) cannot be sent"
      case .invalidResponse: "memctl cannot find out whether entry \(id) arrived"
      case .serverFailed: "the server keeps failing on entry \(id)"
      default: "the server rejected entry \(id)"
      }
    return Problem(
      .rejected,
      "\(what): \(first.error.message)",
      hint: """
        \(.showEntry(first.id)), then \(isEditable ? .edit(first.id) : .retry(first.id)) or \
        \(.drop(first.id))
        """)
  }
}
