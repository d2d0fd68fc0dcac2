import MemoryAPI
import MemoryModel
import MemoryStore

/// Finds every difference between everything that the server has and the cache, which it only
/// reads.
///
/// It keeps the ids of the linked memories and as many differences as are asked for; rows are taken
/// in portions, so that an answer of any length needs little memory.
struct Verifier {
  typealias Difference = Verification.Difference

  private(set) var result = Verification()
  /// The differences that only an answer with tombstones assigns to a step, by server id.
  private(set) var missing: [Int64] = []
  /// What the differences are about, all of them.
  private(set) var subjects: Set<Subject> = []
  private let limit: Int
  /// What differences may be about; nil for anything.
  private let allowed: Set<Subject>?
  /// Rows that were changed after this time come with the next sync; nil if that one compares
  /// everything.
  private let recent: Timestamp?
  private let unseen: Set<Int64>
  private let waiting: Waiting
  private var candidates: AdoptionCandidates
  private var seen: SeenIDs
  private var hasUnidentified = false
  private var portion: [ServerRow] = []
  private var portionWeight = 0

  private static let heaviestPortion = 8 << 20

  /// By which a difference is known again when it is found once more.
  struct Subject: Hashable {
    private let kind: Difference.Kind
    private let memory: LocalID?
    private let server: ServerID?

    init(_ difference: Difference) {
      (kind, memory, server) = (difference.kind, difference.memory, difference.server)
    }
  }

  /// - Parameters:
  ///   - known: the server ids that the cache had before the server was asked, ascending. One that
  ///     another program has linked since may be too new for the answer.
  ///   - limit: how many differences to keep.
  ///   - allowed: what differences may be about; nil for anything.
  init(
    known: [Int64], limit: Int, onlyAbout allowed: Set<Subject>?, _ conditions: SyncConditions,
    in snapshot: borrowing Snapshot
  ) throws {
    self.limit = limit
    self.allowed = allowed
    let lateness = conditions.policy.lateness
    let isDue = try Comparison.isDue(in: snapshot, conditions)
    recent =
      isDue ? nil : try snapshot.notes.watermark()?.advanced(bySeconds: -lateness)
    unseen = Set(try snapshot.notes.values(in: .unseen).keys)
    waiting = try Waiting(in: snapshot)
    candidates = AdoptionCandidates(
      try AdoptionCandidates.Candidate.all(in: snapshot), margin: lateness)
    seen = SeenIDs(known: known)
    result.here = try snapshot.memories.count()
    result.waiting = waiting.count
  }

  mutating func add(
    _ record: Result<ServerRow, ServerRow.Defect>, in snapshot: borrowing Snapshot
  ) throws {
    switch record {
    case .failure(let defect):
      result.onServer += 1
      if let id = defect.id { _ = seen.insert(id.rawValue) } else { hasUnidentified = true }
      try noteUnreadable(defect.id, defect.reason, in: snapshot)
    case .success(let row) where row.isDeleted: break
    case .success(let row):
      result.onServer += 1
      guard seen.insert(row.id.rawValue) else {
        return try noteUnreadable(row.id, "it occurs twice in the answer", in: snapshot)
      }
      portion.append(row)
      portionWeight += row.fields.content.utf8.count
      if portion.count == RowApplier.portionSize || portionWeight > Self.heaviestPortion {
        try comparePortion(snapshot)
      }
    }
  }

  /// Compares what is left, and finds what the server lacks.
  mutating func finish(in snapshot: borrowing Snapshot) throws {
    try comparePortion(snapshot)
    for ids in seen.missing.chunks(of: RowApplier.portionSize) {
      try snapshot.memories.forEachLinked(in: ids) { local in
        // It is about to be deleted there anyway.
        if waiting.deletes.contains(local.serverID) { return }
        let isNoted = note(
          Difference(
            .deletedOnServer, memory: local.id, server: ServerID(rawValue: local.serverID),
            excerpt: excerpt(local.content, isSensitive: local.isSensitive), step: nil))
        if isNoted { missing.append(local.serverID) }
      }
    }
    let (withheld, orphans) = (try snapshot.memories.withheld(), candidates.openOrphans)
    try snapshot.memories.forEachUnlinked { memory in
      let excerpt = excerpt(memory.fields.content, isSensitive: memory.fields.isSensitive)
      if let entry = waiting.rejectedStores[memory.id] {
        note(
          Difference(
            .rejected, memory: memory.id, entry: entry, excerpt: excerpt, step: .showEntry(entry)))
      } else if withheld.contains(memory.id) {
        result.withheld += 1
      } else if orphans.contains(memory.id) {
        note(Difference(.orphan, memory: memory.id, excerpt: excerpt, step: .resync(force: false)))
      }
    }
  }

  /// Assigns each step, once it is known which of the missing memories a sync would delete.
  mutating func settle(bySync tombstones: Set<Int64>) {
    func step(_ id: Int64) -> Hint.Step? {
      if recent == nil || tombstones.contains(id) { return .sync }
      // A record that does not say which memory it is may be this one.
      return hasUnidentified ? nil : .resync(force: false)
    }
    for id in missing { if let step = step(id) { result.settled[step, default: 0] += 1 } }
    for index in result.differences.indices {
      let difference = result.differences[index]
      guard difference.kind == .deletedOnServer, let id = difference.server else { continue }
      result.differences[index].step = step(id.rawValue)
    }
  }

  /// Whether a step for the missing memories depends on tombstones.
  var needsTombstones: Bool { recent != nil && !missing.isEmpty }

  // MARK: Rows

  private mutating func comparePortion(_ snapshot: borrowing Snapshot) throws {
    let rows = Dictionary(portion.map { ($0.id.rawValue, $0) }) { _, last in last }
    var unknown = Set(rows.keys)
    try snapshot.memories.forEachLinked(in: Array(rows.keys)) { local in
      guard let row = rows[local.serverID] else { return }
      unknown.remove(local.serverID)
      compare(local, with: row)
    }
    for row in portion where unknown.contains(row.id.rawValue) { noteUnknown(row) }
    portion.removeAll(keepingCapacity: true)
    portionWeight = 0
  }

  private mutating func compare(_ local: borrowing LinkedMemory, with row: ServerRow) {
    let fields = local.differingFields(from: row)
    if !fields.contains(.content), !local.has(.content, row.fields.content) { result.redacted += 1 }
    if fields.isEmpty || waiting.updates.contains(local.serverID) { return }
    let isReassigned = !unseen.contains(local.serverID) && local.isAnother(than: row)
    let entry = isReassigned ? nil : waiting.rejectedChanges[local.serverID]
    let isSensitive = local.isSensitive || row.fields.isSensitive
    note(
      Difference(
        isReassigned ? .reassigned : entry != nil ? .rejected : .fields, memory: local.id,
        server: row.id, fields: isReassigned ? [] : fields, entry: entry,
        excerpt: excerpt(local.content, isSensitive: isSensitive),
        step: entry.map { .showEntry($0) } ?? step(for: row)))
  }

  private mutating func noteUnknown(_ row: ServerRow) {
    if waiting.deletes.contains(row.id.rawValue) { return }
    let excerpt = excerpt(row.fields.content, isSensitive: row.fields.isSensitive)
    if let entry = waiting.rejectedChanges[row.id.rawValue] {
      note(
        Difference(
          .rejected, server: row.id, entry: entry, excerpt: excerpt, step: .showEntry(entry)))
      return
    }
    switch candidates.take(for: row) {
    // A store in doubt that turns out to have arrived.
    case let candidate? where candidate.entry != nil: break
    case let candidate?:
      note(
        Difference(
          .orphan, memory: candidate.localID, server: row.id, excerpt: excerpt,
          step: .resync(force: false)))
    case nil:
      note(Difference(.onlyOnServer, server: row.id, excerpt: excerpt, step: step(for: row)))
    }
  }

  private mutating func noteUnreadable(
    _ id: ServerID?, _ reason: String, in snapshot: borrowing Snapshot
  ) throws {
    let memory = try id.flatMap { try snapshot.memories.memory($0)?.id }
    note(Difference(.unreadable, memory: memory, server: id, reason: reason, step: nil))
  }

  // MARK: Differences

  /// - Returns: whether it may be noted.
  @discardableResult
  private mutating func note(_ difference: Difference) -> Bool {
    let subject = Subject(difference)
    guard allowed?.contains(subject) != false else { return false }
    subjects.insert(subject)
    result.counts[difference.kind, default: 0] += 1
    switch difference.step {
    case .sync?, .resync?: result.settled[difference.step!, default: 0] += 1
    default: break
    }
    if result.differences.count < limit { result.differences.append(difference) }
    return true
  }

  private func step(for row: ServerRow) -> Hint.Step {
    guard let recent else { return .sync }
    return Timestamp(row.updatedAt).map { $0 > recent } == true ? .sync : .resync(force: false)
  }

  /// No server's text is long enough to fill the memory.
  private func excerpt(_ content: String, isSensitive: Bool) -> String? {
    isSensitive ? nil : String(content.prefix(Self.longestExcerpt))
  }

  private static let longestExcerpt = 200
}

/// What the queue says about differences: they are on their way, or the server refuses them.
private struct Waiting {
  private(set) var count = 0
  private(set) var deletes: Set<Int64> = []
  private(set) var updates: Set<Int64> = []
  private(set) var rejectedStores: [LocalID: EntryID] = [:]
  /// Dead updates and deletes, by server id.
  private(set) var rejectedChanges: [Int64: EntryID] = [:]

  init(in snapshot: borrowing Snapshot) throws {
    for entry in try snapshot.queue.entries() {
      let isDead = entry.state == .dead
      if !isDead, !entry.isDropped { count += 1 }
      // Its id belongs to another memory here.
      if entry.isMeantForAnotherServer { continue }
      switch try? entry.operation() {
      case .delete(let id) where isDead, .update(_, let id) where isDead:
        rejectedChanges[id.rawValue] = entry.id
      case .delete(let id): deletes.insert(id.rawValue)
      case .update(_, let id): updates.insert(id.rawValue)
      case .store, nil:
        if isDead, let memory = entry.storedMemory { rejectedStores[memory] = entry.id }
      }
    }
  }
}

extension [Int64] {
  fileprivate func chunks(of size: Int) -> [[Int64]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
