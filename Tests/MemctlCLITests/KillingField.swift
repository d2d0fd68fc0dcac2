import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

/// A cache whose memctl is killed again and again while a user and another client go on writing, and
/// what must be on both sides when that is over.
final class KillingField {
  enum Point: String, CaseIterable {
    /// A request has reached the server, which does not act on it.
    case beforeTheServerActs = "before the server acts"
    /// The server has acted and does not answer.
    case beforeTheAnswer = "before the answer"
    /// Half of an answer has been sent.
    case withinTheAnswer = "within the answer"
    /// Another program holds the write lock when the answer comes.
    case whileTheFileIsLocked = "while the file is locked"
    /// The answer has been applied in part: the watermark, which comes last, takes for ever.
    case withinTheTransaction = "within the transaction"
    /// Any time from the start on.
    case anyTime = "at any time"
  }

  let server = ModelServer()
  let home: Home
  private(set) var kills = 0
  private var chance: SeededGenerator
  private var written = 0
  /// The memories that must be on both sides.
  private var wanted: Set<String> = []

  init(seed: UInt64, honoursKeys: Bool = true) throws {
    chance = SeededGenerator(seed: seed)
    home = try Home(server: server.baseURL)
    server.clock.advance(
      seconds: Timestamp.now.seconds(since: Timestamp(microseconds: server.clock.microseconds)))
    server.change {
      $0.key = Home.key
      $0.honoursIdempotencyKeys = honoursKeys
    }
    try write(4)
    #expect(try home.memctl("sync").status == 0)
  }

  // MARK: Writing

  /// The user stores memories and deletes one.
  func write(_ count: Int) throws {
    let cache = try Cache(path: home.database)
    for _ in 0..<count {
      written += 1
      wanted.insert("mine \(written)")
      _ = try cache.store(MemoryFields(content: "mine \(written)"), at: .now)
    }
    var memories: [Memory] = []
    try cache.forEachMemory(.init(order: .oldest)) { memories.append($0) }
    guard memories.count > 8, let unwanted = memories.randomElement(using: &chance) else { return }
    _ = try cache.delete(unwanted.id, at: .now)
    wanted.remove(unwanted.fields.content)
  }

  /// Another client stores memories, changes one and deletes one.
  func writeElsewhere(_ count: Int) {
    for _ in 0..<count {
      written += 1
      wanted.insert("theirs \(written)")
      server.add("theirs \(written)")
    }
    let memories = server.memories
    server.edit(memories.randomElement(using: &chance)!.id) { $0.tags += "+" }
    guard memories.count > 20, let unwanted = memories.randomElement(using: &chance) else { return }
    server.remove(unwanted.id)
    wanted.remove(unwanted.content)
  }

  // MARK: Killing

  /// Starts memctl and kills it there, at one of the first three requests of a kind.
  func kill(_ command: String, at point: Point, of call: ModelServer.Call) throws {
    let victim = Victim()
    let delay = UInt32.random(in: 0..<20_000, using: &chance)
    let number = server.count(call) + (call == .store ? .random(in: 1...3, using: &chance) : 1)
    let lock = Locked<Connection?>(nil)
    let database = home.database
    server.change {
      $0.fault = { met, count, _ in
        guard met == call, count == number else { return nil }
        switch point {
        case .anyTime: return nil
        case .beforeTheServerActs:
          victim.kill()
          return .loseRequest
        case .beforeTheAnswer:
          victim.kill()
          return .loseAnswer
        case .withinTheAnswer: return .cutAnswer { victim.kill() }
        case .withinTheTransaction:
          return .answerAndThen {
            while !victim.isGone, !Self.isLocked(database) { sched_yield() }
            usleep(delay)
            victim.kill()
          }
        case .whileTheFileIsLocked:
          lock.update {
            $0 = try? Connection(path: database)
            try? $0?.execute("BEGIN IMMEDIATE")
          }
          return .answerAndThen {
            usleep(delay)
            victim.kill()
          }
        }
      }
    }
    if point == .withinTheTransaction { try Connection(path: database).execute(Self.stall) }
    let program = try home.start([command])
    victim.isStarted(program.identifier)
    if point == .anyTime {
      usleep(delay)
      victim.kill()
    }
    let ended = program.finish()
    victim.hasEnded()
    lock.update { $0 = nil }
    if point == .withinTheTransaction { try Connection(path: database).execute(Self.unstall) }
    server.stopFailing()
    if ended.status == -SIGKILL {
      kills += 1
      tally("\(command), \(point.rawValue)")
    }
    #expect([0, -SIGKILL].contains(ended.status), "\(ended)")
  }

  private static let stall = """
    CREATE VIEW eternity AS
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT n FROM numbers;
    CREATE TRIGGER stall BEFORE INSERT ON sync_meta BEGIN SELECT count(*) FROM eternity; END;
    """
  private static let unstall = "DROP TRIGGER stall; DROP VIEW eternity"

  /// Whether another program is writing the file.
  private static func isLocked(_ path: String) -> Bool {
    guard let connection = try? Connection(path: path, busyTimeout: 0) else { return false }
    return (try? connection.execute("BEGIN IMMEDIATE")) == nil
  }

  // MARK: The end

  /// Lets ten minutes go by for what was on its way.
  func waitTenMinutes() throws {
    try Connection(path: home.database).run(
      "UPDATE memctl_entries SET last_sent_at = ?, next_attempt_at = NULL",
      Timestamp.now.advanced(bySeconds: -600).description)
  }

  /// Both sides have every memory that was stored and not deleted once, nothing waits, and the file
  /// is whole.
  func expectAgreement(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let wanted = wanted.sorted()
    #expect(server.contents == wanted, sourceLocation: sourceLocation)
    #expect(try contents() == wanted, sourceLocation: sourceLocation)
    #expect(try home.queue() == [], sourceLocation: sourceLocation)
    #expect(try home.isSound(), sourceLocation: sourceLocation)
  }

  func contents() throws -> [String] {
    try Connection(path: home.database).query("SELECT content FROM memories ORDER BY content") {
      $0.text(0)
    }
  }
}

/// A process that is killed by whoever comes first, once it has started and before it has ended.
final class Victim: @unchecked Sendable {
  private let condition = NSCondition()
  private var identifier: pid_t?
  private var isOver = false

  func isStarted(_ identifier: pid_t) {
    condition.withLock {
      self.identifier = identifier
      condition.broadcast()
    }
  }

  var isGone: Bool { condition.withLock { isOver } }

  func hasEnded() { condition.withLock { isOver = true } }

  func kill() {
    condition.withLock {
      while identifier == nil { condition.wait() }
      if !isOver { Glibc.kill(identifier!, SIGKILL) }
    }
  }
}
