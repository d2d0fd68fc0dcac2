import MemoryAPI
import MemoryModel
import MemoryStore

/// Makes the cache agree with rows of the server, inside a transaction of the caller.
///
/// Rows are taken in portions, so that an answer of any length needs little memory. Rows that are
/// equal already are not written. FTS5 flushes its index at each statement that fires a trigger, so
/// one statement writes many rows.
struct RowApplier {
  private let extent: SyncExtent
  private let force: Bool
  private let now: Timestamp
  private let margin: Double
  private var candidates: AdoptionCandidates
  /// Rows that may belong to orphans, if the rows are everything; a part of them cannot decide
  /// that.
  private var redacted: RedactedRows?
  private let deletesOnTheirWay: Set<Int64>
  private let updatesOnTheirWay: Set<Int64>
  /// The memories that were deleted here; no store in doubt can be one of them.
  private let ownDeletions: Set<Int64>
  /// The memories that were stored from here and that no answer has shown since.
  private let unseen: Set<Int64>

  private(set) var seen: Set<Int64> = []
  /// The records that could not be read, by id, or by a negative number if a record has none.
  private(set) var unread: [Int64: ServerRow.Defect] = [:]
  private var portion: [ServerRow] = []
  /// The total size of the portion's contents, in bytes.
  private var portionWeight = 0
  /// The changes that the portion leads to.
  private var new: [ServerRow] = []
  private var changed: [ServerRow] = []
  /// The ids of the memories whose previous text is overwritten.
  private var overwritten: [Int64] = []
  /// Memories that turned out to be rows of the portion.
  private var links: [(LocalID, ServerID)] = []
  /// Whether the index is merged only at the end, as for a portion that is all new.
  private var mergesLater = false
  /// The number of records without a readable id; any memory that seems to be missing may be one.
  private var unidentified = 0

  /// False if a memory that seems to be missing may only be hidden, and so was not deleted.
  private(set) var isComplete = true

  private(set) var report = PullReport()
  /// Entries of the queue that turned out to have arrived.
  private(set) var adopted = 0

  static let portionSize = MemoryTable<ReadWrite>.portionSize
  /// Contents average less than 1 KiB, so only unusual answers reach this.
  private static let heaviestPortion = 8 << 20

  /// - Parameter force: whether the server is right in any case, whatever it deletes or overwrites.
  init(
    _ extent: SyncExtent, margin: Double, force: Bool = false, now: Timestamp,
    in transaction: borrowing Transaction
  ) throws {
    self.extent = extent
    self.force = force
    self.now = now
    self.margin = margin
    let found = try AdoptionCandidates.Candidate.all(in: transaction.snapshot)
    candidates = AdoptionCandidates(found, margin: margin)
    let orphans = found.filter { $0.entry == nil }
    if case .everything = extent, !orphans.isEmpty {
      redacted = RedactedRows(for: orphans, margin: margin)
    }
    deletesOnTheirWay = try transaction.queue.serverIDs(ofEntries: "delete")
    updatesOnTheirWay = try transaction.queue.serverIDs(ofEntries: "update")
    ownDeletions = try OwnDeletions.all(in: transaction.snapshot)
    unseen = Set(try transaction.notes.values(in: .unseen).keys)
  }

  mutating func add(
    _ record: Result<ServerRow, ServerRow.Defect>, in transaction: borrowing Transaction
  ) throws {
    report.received += 1
    switch record {
    case .failure(let defect):
      report.skip(defect.reason)
      if let id = defect.id { seen.insert(id.rawValue) } else { unidentified += 1 }
      unread[defect.id?.rawValue ?? -Int64(unidentified)] = defect
    case .success(let row) where !seen.insert(row.id.rawValue).inserted:
      report.skip("memory \(row.id.rawValue): it occurs twice in the answer")
    case .success(let row) where deletesOnTheirWay.contains(row.id.rawValue):
      report.unchanged += 1
    case .success(let row):
      portion.append(row)
      portionWeight += row.fields.content.utf8.count
      if portion.count == Self.portionSize || portionWeight > Self.heaviestPortion {
        try applyPortion(transaction)
      }
    }
  }

  /// Applies what is left and, if the rows were everything, deletes what the server no longer has
  /// and queues what it never had.
  ///
  /// A memory that is gone without a tombstone may have been deleted long ago or lost, so it goes
  /// to the trash.
  ///
  /// - Parameter serverTime: the server's clock before it read the rows.
  /// - Throws: `Loss`, unless `force`.
  mutating func finish(
    at serverTime: Timestamp, in transaction: borrowing Transaction
  ) throws {
    try applyPortion(transaction)
    if mergesLater { try transaction.memories.mergeIndex(later: false) }
    switch extent {
    case .changes:
      if report.reassigned > 0 {
        try checkLoss(missing: 0, of: transaction.memories.serverIDs().count)
      }
    case .everything(let known):
      var missing = known.filter { !seen.contains($0) }
      if unidentified > 0 {
        isComplete = missing.isEmpty
        missing = []
      }
      try checkLoss(missing: missing.count, of: known.count)
      try delete(missing, in: transaction)
      try adoptOrphans(skew: serverTime.seconds(since: now), in: transaction)
      for orphan in candidates.orphans(at: now) {
        try transaction.queue.enqueue(.store(orphan.fields, localID: orphan.localID), at: now)
        report.queued += 1
      }
    }
    if report.trashed > 0 { try transaction.trash.tidy(at: now) }
  }

  /// More than half of what the cache has from the server is missing there, without a tombstone.
  struct Loss: Error {
    let missing: Int
    let reassigned: Int
    let known: Int
  }

  private func checkLoss(missing: Int, of known: Int) throws {
    if !force, (missing + report.reassigned) * 2 > known {
      throw Loss(missing: missing, reassigned: report.reassigned, known: known)
    }
  }

  // MARK: A portion

  private mutating func applyPortion(_ transaction: borrowing Transaction) throws {
    let tombstones = portion.filter(\.isDeleted)
    for row in tombstones where !candidates.isEmpty && !ownDeletions.contains(row.id.rawValue) {
      // A store whose memory was deleted elsewhere before its answer reached us is settled as well.
      let local = try transaction.memories.memory(row.id)
      if let candidate = candidates.takeStoreInDoubt(for: row, linkedTo: local) {
        try transaction.queue.remove(candidate.entry!.id)
        if let localID = candidate.localID {
          try transaction.trash.keep(localID, as: .deleted, at: now)
          report.trashed += 1
          report.deleted += try transaction.memories.delete(localID)
        }
        adopted += 1
      }
    }
    let rows = Dictionary(portion.map { ($0.id.rawValue, $0) }) { _, last in last }
    var reassigned: [(memory: LocalID, id: ServerID)] = []
    func isReassigned(_ local: borrowing LinkedMemory, to row: ServerRow) -> Bool {
      guard !force, !unseen.contains(local.serverID), local.isAnother(than: row) else {
        return false
      }
      reassigned.append((local.id, row.id))
      return true
    }
    let deleted = tombstones.map(\.id.rawValue)
    try transaction.memories.forEachLinked(in: deleted) { local in
      if let row = rows[local.serverID] { _ = isReassigned(local, to: row) }
    }
    for (memory, id) in reassigned { try letGo(memory, of: id, in: transaction) }
    try delete(deleted, in: transaction)

    reassigned = []
    var unknown = Set(portion.lazy.filter { !$0.isDeleted }.map(\.id.rawValue))
    var copies: [ServerRow] = []
    var linked: [ServerRow] = []
    try transaction.memories.forEachLinked(in: Array(unknown)) { local in
      guard let row = rows[local.serverID], !isReassigned(local, to: row) else { return }
      unknown.remove(local.serverID)
      if redacted != nil, row.fields.isSensitive { linked.append(row) }
      if local.wasCreated(at: row.createdAt), !candidates.isEmpty,
        candidates.hasStoreInDoubt(for: row, before: local.id)
      {
        copies.append(row)
      } else if updatesOnTheirWay.contains(local.serverID) {
        report.unchanged += 1
      } else if let (difference, change) = local.differing(from: row) {
        changed.append(difference)
        if change == .time { report.unchanged += 1 } else { report.updated += 1 }
        if change == .meaning { overwritten.append(local.serverID) }
      } else {
        report.unchanged += 1
      }
    }
    for (memory, id) in reassigned { try letGo(memory, of: id, in: transaction) }
    for row in copies {
      // Another program pulled the memory while the answer to its store was on its way to us.
      try transaction.memories.delete(copyOf: row.id)
      try adopt(row, in: transaction)
    }
    for row in linked { try redacted?.add(row) { try transaction.memories.memory(row.id) } }
    for row in portion where unknown.contains(row.id.rawValue) { try adopt(row, in: transaction) }
    report.inserted += new.count
    if new.count == Self.portionSize, !mergesLater {
      mergesLater = true
      try transaction.memories.mergeIndex(later: true)
    }
    if !links.isEmpty {
      try transaction.withoutIndexing {
        for (id, serverID) in links { try transaction.memories.link(id, to: serverID) }
      }
    }
    try transaction.trash.keep(overwritten, as: .overwritten, at: now)
    report.trashed += overwritten.count
    try transaction.memories.update(changed)
    try transaction.memories.insert(new)
    portion.removeAll(keepingCapacity: true)
    portionWeight = 0
    changed.removeAll(keepingCapacity: true)
    overwritten.removeAll(keepingCapacity: true)
    links.removeAll(keepingCapacity: true)
    new.removeAll(keepingCapacity: true)
  }

  /// Unlinks a memory whose id now belongs to another one.
  ///
  /// The server may have the memory under another id; otherwise the server lacks it.
  private mutating func letGo(
    _ id: LocalID, of serverID: ServerID, in transaction: borrowing Transaction
  ) throws {
    report.reassigned += 1
    try transaction.unlink(id, from: serverID)
    guard let memory = try transaction.memories.memory(id) else { return }
    candidates.add(
      .init(
        localID: id, originalID: id, entry: nil, fields: memory.fields,
        createdAt: Timestamp(memory.createdAt)))
  }

  private mutating func delete(
    _ ids: [Int64], in transaction: borrowing Transaction
  ) throws {
    try transaction.trash.keep(ids, as: .deleted, at: now)
    let deleted = try transaction.memories.delete(ids)
    report.deleted += deleted
    report.trashed += deleted
  }

  /// Links a row without a linked memory to the local memory that it matches, or takes it as a new
  /// one.
  private mutating func adopt(_ row: ServerRow, in transaction: borrowing Transaction) throws {
    guard let candidate = candidates.take(for: row) else {
      redacted?.add(row) { nil }
      new.append(row)
      return
    }
    var row = row
    if let entry = candidate.entry {
      adopted += 1
      try transaction.queue.remove(entry.id)
      if entry.deleteWhenKnown {
        try transaction.queue.enqueue(.delete(row.id), at: now)
        report.unchanged += 1
        return
      }
    }
    guard let localID = candidate.localID else {
      new.append(row)
      return
    }
    links.append((localID, row.id))
    report.updated += 1
    if candidate.entry == nil {
      adopted += 1
      // Where the other fields differ, the user's version wins.
      if !candidate.fields.agreesBesidesContent(with: row.fields) {
        try transaction.queue.enqueue(.update(candidate.fields, row.id), at: now)
        report.queued += 1
        return
      }
    }
    row.fields.content = candidate.fields.content
    changed.append(row)
  }

  /// Links orphans to the rows that certainly came from them, and removes the copies that such rows
  /// brought. An orphan that may have become a row is a store in doubt from now on.
  private mutating func adoptOrphans(
    skew: Double, in transaction: borrowing Transaction
  ) throws {
    guard let redacted else { return }
    let settlement = redacted.settlement(
      skew: skew, isOpen: { candidates.isOpen($0) },
      isRipe: { orphan in
        orphan.createdAt.map { abs(now.seconds(since: $0)) >= margin } ?? true
      })
    for (orphan, row) in settlement.matches {
      guard let localID = orphan.localID else { continue }
      candidates.remove(orphan)
      try transaction.memories.delete(copyOf: row.id)
      try transaction.memories.link(localID, to: row.id)
      adopted += 1
      report.updated += 1
    }
    for (orphan, _) in settlement.ambiguous {
      candidates.remove(orphan)
      if orphan.isWithheld { continue }
      let id = try transaction.queue.enqueue(
        .store(orphan.fields, localID: orphan.localID), at: now)
      try transaction.queue.doubt(id, at: now)
    }
  }
}

extension Problem {
  static func loss(_ loss: RowApplier.Loss) -> Problem {
    let gone = loss.missing + loss.reassigned
    return Problem(
      .refused,
      "the server's answer would delete \(grouped(gone)) of the \(grouped(loss.known)) memories "
        + "that the cache has from it"
        + (loss.reassigned > 0 ? "; some of their ids now belong to other memories" : ""),
      hint: """
        if the server is right: \(.resync(force: true)); if the server was emptied and this cache is \
        right: \(.adoptOrigin(force: false))
        """)
  }
}
