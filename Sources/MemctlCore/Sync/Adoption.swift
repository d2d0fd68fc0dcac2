/// Local memories without a server id for which a row of the server may turn up: orphans, and stores
/// whose answer was lost. Such a row is adopted instead of standing in the cache a second time.
///
/// Each candidate is adopted once: two equal memories stay two.
struct AdoptionCandidates {
  struct Candidate {
    /// Nil when the memory is no longer in the cache.
    let localID: LocalID?
    /// The store in doubt; nil for an orphan, which nothing is queued for.
    let entry: QueueEntry?
    let fields: MemoryFields
    /// When the memory was written; nil where that is unknown.
    let createdAt: Timestamp?
  }

  private var byContent: [String: [Candidate]] = [:]
  /// Seconds; stands for `lateness` and clocks that differ.
  private let margin: Double

  var isEmpty: Bool { byContent.isEmpty }

  /// - Parameter margin: seconds by which a row may seem older than the request that caused it.
  init(_ candidates: [Candidate], margin: Double) {
    self.margin = margin
    for candidate in candidates {
      byContent[candidate.fields.content, default: []].append(candidate)
    }
  }

  /// Takes the candidate that `row` is, if there is one: a store in doubt if all its fields are as
  /// the server would keep them and the row is not older than its first attempt; else an orphan that
  /// agrees in all fields; else one whose content is the same.
  mutating func take(for row: ServerRow) -> Candidate? {
    let contents = contents(like: row)
    func find(_ isChosen: (Candidate) -> Bool) -> (content: String, index: Int)? {
      for content in contents {
        if let index = byContent[content]!.firstIndex(where: isChosen) { return (content, index) }
      }
      return nil
    }
    let place =
      find { $0.entry != nil && isSame($0, row) && isYoungEnough($0, row) }
      ?? find { $0.entry == nil && isSame($0, row) }
      ?? find { $0.entry == nil && $0.fields.content == row.fields.content && isAsSafe($0, row) }
    guard let (content, index) = place else { return nil }
    let candidate = byContent[content]!.remove(at: index)
    if byContent[content]!.isEmpty { byContent[content] = nil }
    return candidate
  }

  /// Takes the store in doubt that `row` is, leaving orphans alone.
  mutating func takeStoreInDoubt(for row: ServerRow) -> Candidate? {
    hasStoreInDoubt(for: row) ? take(for: row) : nil
  }

  /// Whether `row` could be a store in doubt; where `local` is given, one of an older memory.
  func hasStoreInDoubt(for row: ServerRow, before local: LocalID? = nil) -> Bool {
    contents(like: row).contains { content in
      byContent[content]!.contains { candidate in
        guard candidate.entry != nil else { return false }
        if let local, let own = candidate.localID, own >= local { return false }
        return isSame(candidate, row) && isYoungEnough(candidate, row)
      }
    }
  }

  /// The orphans that no row was found for, oldest first. One that was written within the margin is
  /// left out: another program may be sending it at this moment, without a word in the queue.
  func orphans(at now: Timestamp) -> [Candidate] {
    byContent.values.joined()
      .filter { candidate in
        candidate.entry == nil
          && candidate.createdAt.map { abs(now.seconds(since: $0)) >= margin } ?? true
      }
      .sorted { $0.localID! < $1.localID! }
  }

  private func contents(like row: ServerRow) -> [String] {
    if byContent[row.fields.content] != nil { return [row.fields.content] }
    guard row.fields.isSensitive, let redaction = Redaction(row.fields.content) else { return [] }
    return byContent.keys.filter(redaction.couldStand).sorted()
  }

  private func isSame(_ candidate: Candidate, _ row: ServerRow) -> Bool {
    candidate.fields.agreesBesidesContent(with: row.fields) && isAsSafe(candidate, row)
      && isRecognisable(candidate, row)
  }

  /// What the user marked as sensitive is not a memory that the server shows to everyone.
  private func isAsSafe(_ candidate: Candidate, _ row: ServerRow) -> Bool {
    !candidate.fields.isSensitive || row.fields.isSensitive
  }

  /// A text that is blacked out from end to end says only that it was a secret. That could be what
  /// the user marked as one, or what has more than words in it and went out lately.
  private func isRecognisable(_ candidate: Candidate, _ row: ServerRow) -> Bool {
    let content = candidate.fields.content
    guard content != row.fields.content, Redaction(row.fields.content)?.leavesNothing == true else {
      return true
    }
    let isWords = content.allSatisfy { $0.isLetter || $0.isWhitespace }
    return candidate.fields.isSensitive || candidate.entry != nil && !isWords
  }

  private func isYoungEnough(_ candidate: Candidate, _ row: ServerRow) -> Bool {
    guard let sentAfter = candidate.entry?.sentAfter else { return true }
    guard let createdAt = Timestamp(row.createdAt) else { return false }
    return createdAt.seconds(since: sentAfter) > -margin
  }
}

extension MemoryFields {
  /// Whether the server would keep both alike, their contents and sensitivity aside: it folds
  /// categories and keeps 32 bits of the importance.
  func agreesBesidesContent(with other: MemoryFields) -> Bool {
    Category.folded(category) == Category.folded(other.category) && tags == other.tags
      && expandedKeywords == other.expandedKeywords
      && Float(importance) == Float(other.importance)
  }
}
