import MemoryAPI
import MemoryModel
import Testing

@testable import MemorySync

@Suite("Adoption") struct AdoptionTests {
  private typealias Candidate = AdoptionCandidates.Candidate

  private static let redactions: [(String, String, Bool)] = [
    ("db [REDACTED:password] on a", "db password=x on a", true),
    ("db [REDACTED:password] on a", "db  on a", true),
    ("db [REDACTED] on a", "db x on b", false), ("[REDACTED:x]", "anything", true),
    ("a [REDACTED:x] b [REDACTED:y] c", "a 1 b 2 c", true),
    ("a [REDACTED:x] b [REDACTED:y] c", "a 1 c", false),
    ("a [REDACTED:x] a", "a a", false), ("[REDACTED:x] end", "the end", true),
    ("start [REDACTED:x]", "start", false), ("[REDACTED:x][REDACTED:y]", "", true),
  ]

  @Test("What a blacked-out text could stand for", arguments: redactions)
  func redaction(text: String, original: String, couldStand: Bool) throws {
    #expect(try #require(Redaction(text)).couldStand(for: original) == couldStand)
  }

  private static let weighed: [(text: String, original: String, evidence: Redaction.Evidence)] = [
    ("db [REDACTED:password] on a", "db password=hunter2hunter2 on a", .computed),
    ("[REDACTED:password]", "password: correcthorse", .computed),
    // The rules of a server may differ a little.
    ("db [REDACTED:password] on a", "db password hunter2 on a", .possible),
    ("[REDACTED:token] here", "use my token here", .possible),
    // A mark of rules that are not known could stand for anything.
    ("[REDACTED:pin]", "build 42 is green", .possible), ("[REDACTED]", "x", .possible),
    // The mark says what was there, and the text has nothing of the kind.
    ("[REDACTED:password]", "build 42 is green", .none),
    ("[REDACTED:password] on host a", "backup runs on host a", .none),
    ("db [REDACTED:password] on a", "db password=hunter2hunter2 on b", .none),
    // What becomes of credentials that overlap is not known.
    ("[REDACTED:token]", "token=AKIA0123456789ABCDEFxyz", .possible),
  ]

  @Test("What a text with a credential taken out says of where it came from", arguments: weighed)
  func weighs(text: String, original: String, evidence: Redaction.Evidence) throws {
    let redaction = try #require(Redaction(text))
    #expect(redaction.evidence(for: Redaction.Original(original)) == evidence)
  }

  @Test(
    "A text without a blacked-out part is no redaction",
    arguments: ["", "x", "[REDACTED", "REDACTED]", "[redacted]"])
  func noRedaction(text: String) {
    #expect(Redaction(text) == nil)
  }

  private func entry(sentAfter: Timestamp? = nil) -> QueueEntry {
    QueueEntry(
      id: EntryID(rawValue: 1), operationName: "store", payload: "{}", createdAt: "",
      state: .inDoubt, attempts: 0, nextAttemptAt: nil, lastError: nil, idempotencyKey: nil,
      sentAfter: sentAfter, lastSentAt: nil, deleteWhenKnown: false, wasSentWithoutKey: false,
      isDropped: false, isEdited: false, candidates: [])
  }

  private func doubt(_ id: Int64, _ fields: MemoryFields, sentAfter: Timestamp? = nil) -> Candidate
  {
    Candidate(
      localID: LocalID(rawValue: id), originalID: LocalID(rawValue: id),
      entry: entry(sentAfter: sentAfter), fields: fields, createdAt: nil)
  }

  private func orphan(_ id: Int64, _ fields: MemoryFields) -> Candidate {
    Candidate(
      localID: LocalID(rawValue: id), originalID: LocalID(rawValue: id), entry: nil, fields: fields,
      createdAt: nil)
  }

  private func row(_ fields: MemoryFields, createdAt: String = "2026-03-01T12:00:00Z") -> ServerRow
  {
    ServerRow(
      id: ServerID(rawValue: 9), fields: fields, createdAt: createdAt, updatedAt: createdAt,
      isDeleted: false)
  }

  private func taken(_ candidates: [Candidate], for row: ServerRow) -> Int64? {
    var candidates = AdoptionCandidates(candidates, margin: 120)
    return candidates.take(for: row)?.localID?.rawValue
  }

  @Test("A store in doubt comes before an orphan, one that agrees before one that does not")
  func preference() {
    let fields = MemoryFields(content: "a")
    let other = MemoryFields(content: "a", tags: "t")
    #expect(taken([orphan(1, fields), doubt(2, fields)], for: row(fields)) == 2)
    #expect(taken([orphan(1, other), orphan(2, fields)], for: row(fields)) == 2)
    #expect(taken([orphan(1, other), doubt(2, other)], for: row(fields)) == 1)
    #expect(taken([doubt(2, other)], for: row(fields)) == nil)
  }

  @Test("Each candidate is taken once")
  func once() {
    let fields = MemoryFields(content: "a")
    var candidates = AdoptionCandidates([orphan(1, fields), orphan(2, fields)], margin: 120)
    #expect(candidates.take(for: row(fields))?.localID?.rawValue == 1)
    #expect(candidates.orphans(at: .now).map(\.localID?.rawValue) == [2])
    #expect(candidates.take(for: row(fields))?.localID?.rawValue == 2)
    #expect(candidates.take(for: row(fields)) == nil)
    #expect(candidates.isEmpty)
  }

  @Test(
    "A row may seem older than the request by the margin, not by more",
    arguments: [
      ("2026-03-01T12:00:00Z", true), ("2026-03-01T11:58:01Z", true),
      ("2026-03-01T11:58:00Z", false), ("2026-03-02T12:00:00Z", true),
    ])
  func age(createdAt: String, isTaken: Bool) {
    let fields = MemoryFields(content: "a")
    let candidate = doubt(1, fields, sentAfter: Timestamp("2026-03-01T12:00:00Z"))
    #expect((taken([candidate], for: row(fields, createdAt: createdAt)) != nil) == isTaken)
  }

  @Test("What the server folds and rounds is the same")
  func folding() {
    let fields = MemoryFields(content: "a", category: " Bug ", importance: 0.7)
    let kept = MemoryFields(content: "a", category: "gotchas", importance: Double(Float(0.7)))
    #expect(taken([doubt(1, fields)], for: row(kept)) == 1)
    #expect(taken([doubt(1, fields)], for: row(MemoryFields(content: "a"))) == nil)
  }

  @Test("What the user marked as sensitive is not a memory that everyone sees")
  func sensitive() {
    let secret = MemoryFields(content: "a", isSensitive: true)
    #expect(taken([orphan(1, secret)], for: row(MemoryFields(content: "a"))) == nil)
    #expect(taken([doubt(1, secret)], for: row(MemoryFields(content: "a"))) == nil)
    #expect(taken([orphan(1, secret)], for: row(secret)) == 1)
    #expect(taken([orphan(1, MemoryFields(content: "a"))], for: row(secret)) == 1)
  }
}
