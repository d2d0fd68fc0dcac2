import MemoryAPI
import MemoryModel
import MemoryStore

/// Local memories without a server id that the server may turn out to have: orphans, and stores
/// whose answer was lost. A matching row is adopted, so that the cache does not hold it twice.
///
/// Each candidate is adopted once, so two equal memories stay two. Rows from which the server has
/// removed a credential are left to `RedactedRows`.
struct AdoptionCandidates {
  struct Candidate {
    /// Nil if the memory is no longer in the cache.
    let localID: LocalID?
    /// The id that the memory has or had; nil if the store was queued without one.
    let originalID: LocalID?
    /// The store in doubt; nil for an orphan, for which nothing is queued.
    let entry: QueueEntry?
    let fields: MemoryFields
    /// When the memory was written; nil if that is unknown.
    let createdAt: Timestamp?
    /// Whether the user does not want it to be sent.
    var isWithheld = false
  }

  private var candidates: [Candidate] = []
  private var kept: [MemoryFields.Kept] = []
  private var isTaken: [Bool] = []
  private var remaining = 0
  /// The candidates with the same content, in order; taken ones are dropped only from the front.
  private var byContent: [String: ArraySlice<Int>] = [:]
  /// Seconds that allow for `lateness` and for clocks that differ.
  private let margin: Double

  var isEmpty: Bool { remaining == 0 }

  /// - Parameter margin: seconds by which a row may seem older than the request that caused it.
  init(_ candidates: [Candidate], margin: Double) {
    self.margin = margin
    for candidate in candidates { add(candidate) }
  }

  mutating func add(_ candidate: Candidate) {
    byContent[candidate.fields.content, default: []].append(candidates.count)
    candidates.append(candidate)
    kept.append(MemoryFields.Kept(candidate.fields))
    isTaken.append(false)
    remaining += 1
  }

  /// Takes the candidate that `row` matches, if there is one.
  ///
  /// The first choice is a store in doubt with all the fields that the server would keep, if the
  /// row is not older than its first attempt; the second, an orphan that agrees in all fields; the
  /// third, an orphan with the same content, unless the user withholds it.
  mutating func take(for row: ServerRow) -> Candidate? {
    guard let indices = byContent[row.fields.content] else { return nil }
    let place = Place(row)
    let index =
      indices.first { isStoreInDoubt($0, place) }
      ?? indices.first { isOrphan($0) && isSame($0, place) }
      ?? indices.first { isOrphan($0) && !candidates[$0].isWithheld && isAsSafe($0, place) }
    return index.map { take($0) }
  }

  /// Takes the store in doubt that `row` matches; orphans are left alone.
  ///
  /// - Parameter local: the memory that is linked to the row. It is the memory that the row belongs
  ///   to, unless another program pulled the row while the store was in doubt.
  mutating func takeStoreInDoubt(for row: ServerRow, linkedTo local: Memory?) -> Candidate? {
    if let local, local.createdAt != row.createdAt { return nil }
    return indexOfStoreInDoubt(for: row, before: local?.id).map { take($0) }
  }

  /// Whether `row` could be a store in doubt of a memory older than `local`.
  func hasStoreInDoubt(for row: ServerRow, before local: LocalID) -> Bool {
    indexOfStoreInDoubt(for: row, before: local) != nil
  }

  /// Whether a candidate has the same content.
  func mayHave(_ row: ServerRow) -> Bool { byContent[row.fields.content] != nil }

  /// The orphans that no row was found for.
  var openOrphans: Set<LocalID> {
    Set(candidates.indices.lazy.filter { isOrphan($0) }.compactMap { candidates[$0].localID })
  }

  /// Whether a candidate has not been taken.
  func isOpen(_ candidate: Candidate) -> Bool { index(of: candidate) != nil }

  /// Takes a candidate that turned out to belong to some row.
  mutating func remove(_ candidate: Candidate) {
    if let index = index(of: candidate) { _ = take(index) }
  }

  private func index(of candidate: Candidate) -> Int? {
    byContent[candidate.fields.content]?.first { index in
      !isTaken[index] && candidates[index].localID == candidate.localID
        && candidates[index].entry?.id == candidate.entry?.id
    }
  }

  /// The orphans to send, oldest first: those that no row was found for and that the user does not
  /// withhold. One that was written within the margin is left out, because another program may be
  /// sending it at this moment without an entry in the queue.
  func orphans(at now: Timestamp) -> [Candidate] {
    candidates.indices.lazy.filter { isOrphan($0) && !candidates[$0].isWithheld }
      .map { candidates[$0] }
      .filter { $0.createdAt.map { abs(now.seconds(since: $0)) >= margin } ?? true }
      .sorted { $0.localID! < $1.localID! }
  }

  // MARK: One candidate

  /// A row, and what is compared of it, computed once.
  private struct Place {
    let row: ServerRow
    let kept: MemoryFields.Kept
    let createdAt: Timestamp?

    init(_ row: ServerRow) {
      self.row = row
      kept = MemoryFields.Kept(row.fields)
      createdAt = Timestamp(row.createdAt)
    }
  }

  private func indexOfStoreInDoubt(for row: ServerRow, before local: LocalID?) -> Int? {
    guard let indices = byContent[row.fields.content] else { return nil }
    let place = Place(row)
    return indices.first { isStoreInDoubt($0, place, before: local) }
  }

  private mutating func take(_ index: Int) -> Candidate {
    isTaken[index] = true
    remaining -= 1
    let content = candidates[index].fields.content
    let rest = byContent[content]!.drop { isTaken[$0] }
    byContent[content] = rest.isEmpty ? nil : rest
    return candidates[index]
  }

  private func isOrphan(_ index: Int) -> Bool { !isTaken[index] && candidates[index].entry == nil }

  private func isStoreInDoubt(_ index: Int, _ place: Place, before local: LocalID? = nil) -> Bool {
    guard !isTaken[index], let entry = candidates[index].entry else { return false }
    if let local, candidates[index].originalID.map({ $0 >= local }) ?? true { return false }
    return isSame(index, place) && isYoungEnough(entry, place)
  }

  private func isSame(_ index: Int, _ place: Place) -> Bool {
    kept[index] == place.kept && isAsSafe(index, place)
  }

  /// A memory that the user marked as sensitive cannot be one that the server shows to everyone.
  private func isAsSafe(_ index: Int, _ place: Place) -> Bool {
    !candidates[index].fields.isSensitive || place.row.fields.isSensitive
  }

  /// A tombstone ends a store whose memory is still wanted only if it is certainly younger. It
  /// could be the tombstone of an equal memory, and a memory that comes back is better than one
  /// that is lost.
  private func isYoungEnough(_ entry: QueueEntry, _ place: Place) -> Bool {
    let mustBeCertain = place.row.isDeleted && !entry.deleteWhenKnown
    guard let sentAfter = entry.sentAfter else { return !mustBeCertain }
    guard let createdAt = place.createdAt else { return false }
    let age = createdAt.seconds(since: sentAfter)
    return mustBeCertain ? age >= 0 : age > -margin
  }
}

extension MemoryFields {
  /// What the server keeps of a memory, apart from its content and sensitivity: it normalizes
  /// categories and keeps 32 bits of the importance.
  struct Kept: Hashable {
    private let fields: MemoryFields

    init(_ fields: MemoryFields) {
      var kept = fields
      kept.content = ""
      kept.isSensitive = false
      kept.category = Category.canonical(fields.category)
      kept.importance = Double(Float(fields.importance))
      self.fields = kept
    }
  }

  /// Whether the server can have made `row` from a store of this memory, given that it says so.
  func couldHaveBecome(_ row: MemoryFields) -> Bool {
    guard agreesBesidesContent(with: row), row.isSensitive || !isSensitive else { return false }
    guard content != row.content else { return true }
    guard row.isSensitive, let redaction = Redaction(row.content) else { return false }
    return redaction.couldStand(for: content) && (isSensitive || !redaction.leavesNothing)
  }

  /// Whether the server would keep both alike, apart from their contents and sensitivity.
  func agreesBesidesContent(with other: MemoryFields) -> Bool { Kept(self) == Kept(other) }
}

extension AdoptionCandidates.Candidate {
  /// Memories without a server id that are not simply waiting to be sent: orphans, which have no
  /// entry, and stores in doubt, whether or not their memory still exists.
  static func all(in snapshot: borrowing Snapshot) throws -> [Self] {
    var candidates: [Self] = []
    var spokenFor: Set<LocalID> = []
    for entry in try snapshot.queue.entries() {
      let operation = try? entry.operation()
      // An entry that cannot be read waits for the user, and so does its memory.
      if operation == nil, let memory = entry.storedMemory { spokenFor.insert(memory) }
      guard case .store(let fields, let localID) = operation else { continue }
      if let localID { spokenFor.insert(localID) }
      guard entry.state == .inDoubt else { continue }
      var present: Memory? =
        if let localID { try snapshot.memories.memory(localID) } else { nil }
      // Another program has stored it meanwhile, so what is in doubt is only a copy.
      if present?.serverID != nil { present = nil }
      candidates.append(
        .init(
          localID: present?.id, originalID: localID, entry: entry, fields: fields,
          createdAt: Timestamp(entry.createdAt)))
    }
    let withheld = try snapshot.memories.withheld()
    try snapshot.memories.forEachUnlinked { memory in
      if !spokenFor.contains(memory.id) {
        candidates.append(
          .init(
            localID: memory.id, originalID: memory.id, entry: nil, fields: memory.fields,
            createdAt: Timestamp(memory.createdAt), isWithheld: withheld.contains(memory.id)))
      }
    }
    return candidates
  }
}
