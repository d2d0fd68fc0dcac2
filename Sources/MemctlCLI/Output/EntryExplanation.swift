import MemctlCore

/// Explains an entry to the user: what happened to it, what it is waiting for, when it is tried next
/// and what would help.
struct EntryExplanation {
  let entry: QueueEntry
  /// Nil if it cannot be read.
  let operation: QueuedOperation?
  /// The memory that it carries, as it stands in the cache.
  let memory: Memory?
  /// The entry of the same memory that is sent first.
  let predecessor: QueueEntry?
  /// Why nothing at all is sent at present, and what would change that.
  let blockingReason: Hint?
  let now: Timestamp

  private var id: EntryID { entry.id }

  var explanation: Hint {
    switch entry.state {
    case .dead where operation == nil: "\(unreadable)."
    case .dead: dead
    case .inDoubt where !entry.candidates.isEmpty: ambiguous
    case .inDoubt, .sending: blockingReason.map { "\(doubt) \($0)" } ?? doubt
    case .pending: pending
    }
  }

  /// ` (422: content: too long)`
  private var answer: String {
    guard let error = entry.lastError else { return "" }
    return " (\(error.status.map { "\($0): " } ?? "")\(error.message))"
  }

  // MARK: Dead

  private var unreadable: Hint {
    let remedies: Hint =
      switch entry.fieldsThatMend {
      case nil: "nothing can repair it"
      case []: "\(.edit(id)) repairs it"
      case let fields?: "\(.edit(id)) with \(fields) repairs it"
      }
    return """
      It cannot be read\(answer), so it cannot be sent: \(remedies). \(.showEntry(id)) \
      --reveal shows it as it is, \(.drop(id)) gives it up
      """
  }

  private var dead: Hint {
    let hasFailed = entry.lastError.map { ($0.status ?? 0) >= 500 } ?? false
    let times = entry.attempts == 1 ? "" : " \(entry.attempts) times"
    let happened =
      if entry.isMeantForAnotherServer {
        "The cache now belongs to another server or account, and this was not meant for it\(answer)."
      } else if entry.lastError?.kind == .invalidResponse {
        "There is no way to tell whether it arrived\(answer), so sending it again could create a duplicate."
      } else if hasFailed {
        "The server failed on it\(times)\(answer), so memctl has stopped trying."
      } else {
        "The server rejected it\(answer)."
      }
    let retry: Hint =
      entry.isMeantForAnotherServer
      ? """
      \(.retry(id)) sends it anyway, which is right only if this is the same server under \
      another name
      """
      : "\(.retry(id)) sends it once more as it is"
    let drop: Hint = "\(.drop(id)) gives it up"
    let remedies: Hint =
      switch operation {
      case .delete: "\(retry); \(drop), and the memory comes back with the next resync"
      case .update:
        """
        \(.edit(id)) changes and sends it; \(retry); \(drop), and the server's version \
        comes back with the next resync
        """
      default:
        """
        \(.edit(id)) changes and sends it; \(retry); \(drop)\
        \(memory != nil ? ". Either way, the memory stays in the cache" : "")
        """
      }
    return "\(happened) It is not sent again until you decide: \(remedies)."
  }

  // MARK: In doubt

  private var doubt: Hint {
    let happened =
      entry.state == .sending
      ? "It was sent, and its answer is not here yet: memctl is waiting for it, or was stopped."
      : "It was sent, but whether it arrived is unknown\(answer)."
    let settled: Hint =
      wait.map { "memctl finds out \($0), with the first sync after that" } ?? "\(.sync) finds out"
    if entry.isDropped {
      return
        "\(happened) You dropped it, so it is not sent again; memctl still checks whether it arrived."
    }
    let isLast = entry.isRejected || entry.attempts >= RetryPolicy().attempts
    let missing =
      entry.deleteWhenKnown
      ? "Its memory has been deleted since: if the server has it, memctl deletes it there."
      : isLast
        ? "If the server does not have it, it becomes a dead letter."
        : "It is sent again only if the server does not have it, so this cannot create a duplicate."
    return "\(happened) \(settled); until then it cannot be changed. \(missing)"
  }

  /// What only the user can end.
  private var ambiguous: Hint {
    let names = entry.candidates.map { candidate in
      "server:\(candidate.id.rawValue)" + (candidate.isDeleted ? " (deleted since)" : "")
    }
    let first = entry.candidates[0].id
    let one = names.count == 1
    return """
      It was sent, but whether it arrived is unknown\(answer). The server has \
      \(names.joined(separator: ", ")), from which it has removed a credential, and memctl cannot tell \
      whether \(one ? "that is this memory" : "one of them is this memory"). memctl show \
      \(first) shows what is left of it. If it is the same memory: \
      \(.settle(id, answer: .arrived(as: first))). If not: \(.settle(id, answer: .missing)) sends it \
      again.
      """
  }

  /// `in 3 min`
  private var wait: String? {
    entry.nextAttemptAt.flatMap { $0 > now ? $0.relative(to: now) : nil }
  }

  // MARK: Pending

  private var pending: Hint {
    if operation == nil {
      return
        "\(unreadable). The next sync makes it a dead letter, which does not hold up other entries."
    }
    if case .store = operation, memory?.serverID != nil {
      return
        "The server already has its memory: the next sync removes this entry without sending it."
    }
    var sentences: [Hint] = []
    if let error = entry.lastError {
      let times = entry.attempts < 2 ? "" : " \(entry.attempts) times"
      sentences.append(
        (error.status ?? 0) >= 500 && entry.attempts > 0
          ? "The server failed on it\(times)\(answer)."
          : "The last attempt did not get through\(answer).")
    } else {
      sentences.append("It has not been sent yet.")
    }
    if let predecessor {
      sentences.append(
        """
        It is sent after entry \(predecessor.id.rawValue), which is about the same memory: \
        \(.showEntry(predecessor.id)) says what that one is waiting for.
        """)
    }
    if let wait {
      sentences.append(
        """
        The next attempt is due \(wait), with the first sync after that; \(.retry(id)) ends the wait.
        """)
    }
    if let blockingReason {
      sentences.append(blockingReason)
    } else if predecessor == nil, wait == nil {
      sentences.append("\(.sync) sends it.")
    }
    return sentences.dropFirst().reduce(sentences[0]) { "\($0) \($1)" }
  }
}
