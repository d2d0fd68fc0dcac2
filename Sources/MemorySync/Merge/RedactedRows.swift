import MemoryAPI
import MemoryModel

/// Rows from which the server has removed credentials, and the memories without a server id that
/// may have become these rows.
///
/// Such a row says too little to be recognized on arrival: which memory it is can only be decided
/// once every row and every memory that might fit has been seen. What remains ambiguous is left to
/// the user. A memory that is mistaken for another one would never be sent, and deleting one of the
/// two would delete the other.
struct RedactedRows {
  typealias Candidate = AdoptionCandidates.Candidate

  /// Rows that say the same, and the candidates that may have become these rows.
  private struct Class {
    let fitting: [Int]
    /// The candidates whose text the known rules turn into exactly this.
    let computed: Set<Int>
    /// Whether the rest of the text distinguishes it from other texts.
    let isTelling: Bool
    var rows: [Row] = []
  }

  private struct Row {
    let row: ServerRow
    let createdAt: Timestamp
    /// The memory in the cache that is linked to the row, and contains no more than it.
    let copy: LocalID?

    var shown: QueueEntry.Candidate { .init(id: row.id, isDeleted: row.isDeleted) }
  }

  private struct Text: Hashable {
    let kept: MemoryFields.Kept
    let content: String
  }

  private let candidates: [Candidate]
  private let originals: [Redaction.Original]
  private let byKept: [MemoryFields.Kept: [Int]]
  private var classes: [Class] = []
  private var numbers: [Text: Int] = [:]
  private let margin: Double
  /// Seconds by which a clock may have been temporarily wrong: two days.
  private static let longestJump = 172_800.0
  /// The most rows that are shown for one candidate.
  private static let mostRows = 20

  /// - Parameter margin: seconds by which a row may seem older than the request that caused it.
  init(for candidates: [Candidate], margin: Double) {
    self.candidates = candidates
    self.margin = margin
    originals = candidates.map { Redaction.Original($0.fields.content) }
    byKept = Dictionary(grouping: candidates.indices) { MemoryFields.Kept(candidates[$0].fields) }
  }

  /// Remembers a row if any candidate may have become it.
  ///
  /// - Parameter local: reads the memory that is linked to the row; called only if needed.
  mutating func add(_ row: ServerRow, linkedTo local: () throws -> Memory?) rethrows {
    guard row.fields.isSensitive, let createdAt = Timestamp(row.createdAt),
      let redaction = Redaction(row.fields.content)
    else { return }
    let text = Text(kept: .init(row.fields), content: row.fields.content)
    let number = numbers[text] ?? classes.count
    if number == classes.count {
      numbers[text] = number
      classes.append(makeClass(redaction, text.kept))
    }
    if classes[number].fitting.isEmpty { return }
    // A memory that lost its id to this row is not a copy of the row.
    let copy = try local().flatMap { row.isAnother(than: $0) ? nil : $0 }
    // A memory that says more than the server's row is the one that became the row.
    if let copy, copy.fields.content != row.fields.content || copy.createdAt != row.createdAt {
      return
    }
    classes[number].rows.append(Row(row: row, createdAt: createdAt, copy: copy?.id))
  }

  private func makeClass(_ redaction: Redaction, _ kept: MemoryFields.Kept) -> Class {
    var fitting: [Int] = []
    var computed: Set<Int> = []
    for index in byKept[kept] ?? [] {
      let evidence = redaction.evidence(for: originals[index])
      if evidence != .none { fitting.append(index) }
      if evidence == .computed { computed.insert(index) }
    }
    return Class(fitting: fitting, computed: computed, isTelling: !redaction.leavesNothing)
  }

  // MARK: Settling

  struct Settlement {
    /// The certain matches; each candidate and each row occurs once.
    var matches: [(candidate: Candidate, row: ServerRow)] = []
    /// The candidates that may have become any of these rows, or none.
    var ambiguous: [(candidate: Candidate, rows: [QueueEntry.Candidate])] = []
  }

  /// Decides about the candidates that can no longer become a later row.
  ///
  /// A row belongs to a memory if the known rules turn the memory's text into exactly the row's,
  /// the rest of the text is distinctive, the times agree with an attempt, and neither fits
  /// anything else. Memories with the same text are interchangeable.
  ///
  /// - Parameters:
  ///   - skew: seconds by which the server's clock is ahead of this machine's.
  ///   - isOpen: whether a candidate has not been matched to another row.
  ///   - isRipe: whether a candidate can be decided about.
  func settlement(
    skew: Double, isOpen: (Candidate) -> Bool, isRipe: (Candidate) -> Bool
  ) -> Settlement {
    var result = Settlement()
    let classes = classes.filter { !$0.rows.isEmpty }
    var classesOf: [Int: [Int]] = [:]
    var open: [[Int]] = []
    for (number, rowClass) in classes.enumerated() {
      open.append(rowClass.fitting.filter { isOpen(candidates[$0]) })
      for index in open[number] { classesOf[index, default: []].append(number) }
    }
    let isUniform = zip(classes, open).map { rowClass, open in
      rowClass.isTelling
        && open.allSatisfy {
          rowClass.computed.contains($0) && candidates[$0].fields == candidates[open[0]].fields
        }
    }
    var taken: Set<ServerID> = []
    for index in classesOf.keys.sorted() where isRipe(candidates[index]) {
      let numbers = classesOf[index]!
      let rows = numbers.lazy.flatMap { classes[$0].rows }.filter { mayBe($0, index, skew: skew) }
      if rows.isEmpty { continue }
      let number = numbers[0]
      if numbers.count == 1, isUniform[number], rows.count <= open[number].count,
        rows.allSatisfy({ isWithinAttempts($0, index, skew: skew) })
      {
        guard let row = rows.first(where: { !taken.contains($0.row.id) }) else { continue }
        taken.insert(row.row.id)
        result.matches.append((candidates[index], row.row))
      } else {
        result.ambiguous.append((candidates[index], rows.prefix(Self.mostRows).map(\.shown)))
      }
    }
    return result
  }

  /// Whether the times allow a row to belong to a candidate: the row is not older than the first
  /// attempt, or than the memory if no attempt was noted, and a copy of the row came into the cache
  /// after the memory.
  private func mayBe(_ row: Row, _ index: Int, skew: Double) -> Bool {
    let candidate = candidates[index]
    if let copy = row.copy, candidate.originalID.map({ $0 >= copy }) ?? true { return false }
    if let sentAfter = candidate.entry?.sentAfter {
      return row.createdAt.seconds(since: sentAfter) > -margin
    }
    guard let createdAt = candidate.createdAt else { return true }
    return row.createdAt.seconds(since: createdAt) > skew - Self.longestJump
  }

  /// Whether a row is not younger than the last attempt, or than the memory if no attempt was
  /// noted. A tombstone ends a memory that is still wanted, so it also has to be younger than the
  /// first attempt.
  private func isWithinAttempts(_ row: Row, _ index: Int, skew: Double) -> Bool {
    let entry = candidates[index].entry
    if row.row.isDeleted, entry?.deleteWhenKnown != true {
      guard let sentAfter = entry?.sentAfter, row.createdAt >= sentAfter else { return false }
    }
    guard let earliest = candidates[index].createdAt else { return false }
    let latest = entry?.lastSentAt ?? earliest
    return row.createdAt.seconds(since: earliest) > skew - margin
      && row.createdAt.seconds(since: latest) < skew + margin
  }
}
