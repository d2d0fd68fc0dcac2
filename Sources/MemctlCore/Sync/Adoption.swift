/// Local memories without a server id for which a row of the server may turn up: orphans, and stores
/// whose answer was lost. Such a row is adopted instead of standing in the cache a second time.
///
/// Each candidate is adopted once: two equal memories stay two.
struct AdoptionCandidates {
  struct Candidate {
    /// Nil when the memory is no longer in the cache.
    let localID: LocalID?
    /// The id that the memory has or had; nil where a store was queued without one.
    let originalID: LocalID?
    /// The store in doubt; nil for an orphan, which nothing is queued for.
    let entry: QueueEntry?
    let fields: MemoryFields
    /// When the memory was written; nil where that is unknown.
    let createdAt: Timestamp?
    /// The user does not want it to be sent.
    var isWithheld = false
  }

  private var byContent: [String: [Candidate]] = [:]
  /// Seconds; stands for `lateness` and clocks that differ.
  private let margin: Double

  var isEmpty: Bool { byContent.isEmpty }

  /// - Parameter margin: seconds by which a row may seem older than the request that caused it.
  init(_ candidates: [Candidate], margin: Double) {
    self.margin = margin
    for candidate in candidates { add(candidate) }
  }

  mutating func add(_ candidate: Candidate) {
    byContent[candidate.fields.content, default: []].append(candidate)
  }

  /// Takes the candidate that `row` is, if there is one: a store in doubt if all its fields are as
  /// the server would keep them and the row is not older than its first attempt; else an orphan that
  /// agrees in all fields; else one whose content is the same, unless the user withholds the rest.
  mutating func take(for row: ServerRow) -> Candidate? {
    let place =
      place(like: row) { isStoreInDoubt($0, row) }
      ?? place(like: row) { $0.entry == nil && isSame($0, row) }
      ?? place(like: row) {
        $0.entry == nil && !$0.isWithheld && $0.fields.content == row.fields.content
          && isAsSafe($0, row)
      }
    return place.map { remove(at: $0) }
  }

  /// Takes the store in doubt that `row` is, leaving orphans alone.
  ///
  /// - Parameter local: the memory that is linked to the row. Such a row is that memory, unless
  ///   another program pulled it while the store was in doubt.
  mutating func takeStoreInDoubt(for row: ServerRow, linkedTo local: Memory?) -> Candidate? {
    if let local, local.createdAt != row.createdAt { return nil }
    return place(like: row) { isStoreInDoubt($0, row, before: local?.id) }.map { remove(at: $0) }
  }

  /// Whether `row` could be a store in doubt of a memory older than `local`.
  func hasStoreInDoubt(for row: ServerRow, before local: LocalID) -> Bool {
    place(like: row) { isStoreInDoubt($0, row, before: local) } != nil
  }

  private typealias Place = (content: String, index: Int)

  private func place(like row: ServerRow, where isChosen: (Candidate) -> Bool) -> Place? {
    for content in contents(like: row) {
      if let index = byContent[content]!.firstIndex(where: isChosen) { return (content, index) }
    }
    return nil
  }

  private mutating func remove(at place: Place) -> Candidate {
    let candidate = byContent[place.content]!.remove(at: place.index)
    if byContent[place.content]!.isEmpty { byContent[place.content] = nil }
    return candidate
  }

  private func isStoreInDoubt(
    _ candidate: Candidate, _ row: ServerRow, before local: LocalID? = nil
  ) -> Bool {
    guard let entry = candidate.entry else { return false }
    if let local, candidate.originalID.map({ $0 >= local }) ?? true { return false }
    return isSame(candidate, row) && isYoungEnough(entry, row)
  }

  /// The orphans to send: those that no row was found for and that the user does not withhold,
  /// oldest first. One that was written within the margin is left out: another program may be
  /// sending it at this moment, without a word in the queue.
  func orphans(at now: Timestamp) -> [Candidate] {
    byContent.values.joined()
      .filter { candidate in
        candidate.entry == nil && !candidate.isWithheld
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

  /// A tombstone ends a store whose memory is still wanted only where it is certainly younger: it
  /// could be that of an equal memory, and a memory that comes back is better than one that is lost.
  private func isYoungEnough(_ entry: QueueEntry, _ row: ServerRow) -> Bool {
    let mustBeCertain = row.isDeleted && !entry.deleteWhenKnown
    guard let sentAfter = entry.sentAfter else { return !mustBeCertain }
    guard let createdAt = Timestamp(row.createdAt) else { return false }
    let age = createdAt.seconds(since: sentAfter)
    return mustBeCertain ? age >= 0 : age > -margin
  }
}

extension MemoryFields {
  /// Whether the server's `row` can be what it made of a store of this memory.
  func couldHaveBecome(_ row: MemoryFields) -> Bool {
    guard agreesBesidesContent(with: row), row.isSensitive || !isSensitive else { return false }
    guard content != row.content else { return true }
    guard row.isSensitive, let redaction = Redaction(row.content) else { return false }
    return redaction.couldStand(for: content) && (isSensitive || !redaction.leavesNothing)
  }

  /// Whether the server would keep both alike, their contents and sensitivity aside: it folds
  /// categories and keeps 32 bits of the importance.
  func agreesBesidesContent(with other: MemoryFields) -> Bool {
    Category.folded(category) == Category.folded(other.category) && tags == other.tags
      && expandedKeywords == other.expandedKeywords
      && Float(importance) == Float(other.importance)
  }
}
