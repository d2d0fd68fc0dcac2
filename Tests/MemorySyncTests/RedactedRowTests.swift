import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

/// Rows from which the server has taken out a credential: none is ever taken for a memory that it did
/// not come of (promise G3).
@Suite("A row without its credential") struct RedactedRowTests {
  let server = ModelServer()

  private func add(_ content: String) -> Int64 { server.add(content) { $0.isSensitive = true } }

  @Test(
    "is not taken for a memory that another program gave up, however much is taken out",
    arguments: [
      ("build 42 is green", "[REDACTED:password]"),
      ("backup runs on host a", "[REDACTED:password] on host a"),
    ])
  func givenUp(mine: String, theirs: String) throws {
    let client = try Client(server)
    try client.store(mine)
    try Connection(path: client.path).execute(
      "UPDATE pending_ops SET retry_count = 5; DELETE FROM pending_ops")
    _ = add(theirs)
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents.sorted() == [mine, theirs].sorted())
    #expect(try client.contents() == [mine, theirs].sorted())
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("is not taken for a note whose push was killed")
  func killed() throws {
    let client = try Client(server)
    let notes = (1...6).map { "note \($0) says nothing secret" }
    for note in notes { try client.store(note) }
    server.fail(.store, 1...6, with: .loseRequest)
    _ = try client.engine.push()
    let secrets = (1...2).map { _ in add("[REDACTED:password]") }
    for _ in 0..<3 {
      client.waitLongEnough()
      _ = try client.engine.sync()
    }
    #expect(secrets.allSatisfy { id in server.memories.contains { $0.id == id } })
    #expect(server.contents.filter { $0.hasPrefix("note") }.sorted() == notes)
    #expect(try client.contents().filter { $0.hasPrefix("note") } == notes)
  }

  /// A memory in doubt, beside a row that may be what came of it.
  private func makeAmbiguous(
    _ mine: String = "password=hunter2hunter2", arrives: Bool
  ) throws -> (Client, EntryID, [SyncReport]) {
    let client = try Client(server)
    try client.store(mine)
    server.fail(.store, 1...1, with: arrives ? .loseAnswer : .loseRequest)
    _ = try client.engine.push()
    if !arrives { _ = add("[REDACTED:password]") }
    var reports: [SyncReport] = []
    for _ in 0..<4 {
      client.waitLongEnough()
      reports.append(try client.engine.sync())
    }
    return (client, try #require(try client.cache.queue.entries().first).id, reports)
  }

  @Test("of which nothing else is left keeps the memory in doubt, which is told once")
  func ambiguous() throws {
    let (client, id, reports) = try makeAmbiguous(arrives: true)
    #expect(reports.map { $0.kinds.contains(.ambiguous) } == [true, false, false, false])
    let entry = try #require(try client.cache.queue.entry(id))
    #expect(entry.state == .inDoubt)
    #expect(entry.candidates.map(\.id) == [ServerID(rawValue: 1)])
    #expect(server.contents == ["[REDACTED:password]"])
    #expect(try client.contents() == ["[REDACTED:password]", "password=hunter2hunter2"])
  }

  @Test("is the memory where the user says so")
  func isIt() throws {
    let (client, id, _) = try makeAmbiguous(arrives: true)
    let settled = try client.cache.queue.settle(
      id, by: .arrived(as: ServerID(rawValue: 1)), at: client.clock.now)
    #expect(settled == .linked)
    _ = try client.engine.resync()
    #expect(try client.contents() == ["password=hunter2hunter2"])
    #expect(server.count(.store) == 1)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("is another memory where the user says so, and the one in doubt is sent")
  func isNone() throws {
    let (client, id, _) = try makeAmbiguous(arrives: false)
    #expect(try client.cache.queue.settle(id, by: .missing, at: client.clock.now) == .queued)
    _ = try client.engine.sync()
    #expect(server.contents == ["[REDACTED:password]", "[REDACTED:password]"])
    #expect(try client.memories().map(\.serverID?.rawValue) == [2, 1])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("cannot be named by the user where it does not fit")
  func noCandidate() throws {
    let (client, id, _) = try makeAmbiguous(arrives: true)
    let other = server.add("b")
    let problem = try problem {
      _ = try client.cache.queue.settle(
        id, by: .arrived(as: ServerID(rawValue: other)), at: client.clock.now)
    }
    #expect(problem?.kind == .invalidInput)
    #expect(try client.states() == [.inDoubt])
  }

  @Test("of a memory that was deleted meanwhile is deleted where the user says that it is the one")
  func deleted() throws {
    let (client, id, _) = try makeAmbiguous(arrives: true)
    try client.delete("password=hunter2hunter2")
    _ = try client.engine.sync()
    #expect(server.contents == ["[REDACTED:password]"], "it could be somebody else's")
    _ = try client.cache.queue.settle(
      id, by: .arrived(as: ServerID(rawValue: 1)), at: client.clock.now)
    _ = try client.engine.sync()
    #expect(server.contents == [])
    #expect(try client.contents() == [])
  }

  @Test("that was deleted since ends the doubt, and its memory is in the trash")
  func deletedSince() throws {
    let client = try Client(server)
    _ = try client.engine.sync()
    client.clock.advance(seconds: 300)
    try client.store("db password=hunter2hunter2 on a")
    server.fail(.store, 1...1, with: .loseAnswer)
    _ = try client.engine.push()
    server.remove(1)
    client.waitLongEnough()
    _ = try client.engine.sync()
    #expect(server.count(.store) == 1)
    #expect(try client.contents() == [])
    var trashed: [String] = []
    try client.cache.trash.forEach { trashed.append($0.memory.fields.content) }
    #expect(trashed == ["db password=hunter2hunter2 on a"])
  }

  @Test("is not taken for one of two memories that it fits")
  func twoFit() throws {
    let client = try Client(server)
    try client.store("db password=hunter2hunter2 on a")
    try client.store("db password=correcthorse on a")
    server.change {
      $0.fault = { call, number, _ in
        call == .store ? number == 1 ? .loseAnswer : .loseRequest : nil
      }
    }
    _ = try client.engine.push()
    client.waitLongEnough()
    #expect(try client.engine.sync().kinds.contains(.ambiguous))
    #expect(try client.states() == [.inDoubt, .inDoubt])
    #expect(try client.memories().filter { $0.serverID == nil }.count == 2)
  }

  @Test("is any of several memories with the same text, each once", arguments: 1...3)
  func interchangeable(lost: Int) throws {
    let client = try Client(server)
    for _ in 0..<3 { try client.store("db password=hunter2hunter2 on a") }
    server.fail(.store, 1...lost, with: .loseAnswer)
    for _ in 0..<3 {
      _ = try client.engine.sync()
      client.waitLongEnough()
    }
    #expect(server.contents.count == 3)
    #expect(try Set(client.memories().map(\.serverID?.rawValue)) == [1, 2, 3])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("is adopted by the orphan that it came of, though a pull brought it as a copy")
  func orphan() throws {
    let client = try Client(server)
    let mine = try client.storeOrphan("db password=hunter2hunter2 on a", age: 0)
    let id = add("db [REDACTED:password] on a")
    _ = try client.engine.sync()
    client.clock.advance(seconds: 300)
    _ = try client.engine.resync()
    #expect(try client.contents() == ["db password=hunter2hunter2 on a"])
    #expect(try client.cache.memory(mine)?.serverID?.rawValue == id)
    #expect(server.count(.store) == 0)
  }

  @Test("that an orphan may have come to makes a doubt of it, which the user settles")
  func ambiguousOrphan() throws {
    let client = try Client(server)
    try client.storeOrphan("password=hunter2hunter2")
    let id = add("[REDACTED:password]")
    _ = try client.engine.resync()
    client.waitLongEnough()
    #expect(try client.engine.sync().kinds == [.ambiguous])
    #expect(try client.cache.queue.entries().map { $0.candidates.map(\.id.rawValue) } == [[id]])
    #expect(server.count(.store) == 0)
  }

  @Test("takes no long lock where thousands of memories meet thousands of rows")
  func thousands() throws {
    let client = try Client(server)
    let connection = try Connection(path: client.path)
    try connection.transaction(.immediate) {
      for number in 1...3_000 {
        try connection.run(
          """
          INSERT INTO memories (content, created_at, updated_at)
          VALUES (?, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z')
          """, number.isMultiple(of: 2) ? "the same" : "note \(number)")
      }
    }
    for number in 1...3_000 {
      if number.isMultiple(of: 2) { server.add("the same") } else { _ = add("[REDACTED:pin]") }
    }
    let report = try client.engine.resync()
    #expect(report.kinds == [])
    #expect(try client.cache.queue.entries().filter { $0.state == .inDoubt }.count == 1_500)
    #expect(try client.memories().filter { $0.fields.content == "the same" }.count == 1_500)
  }
}
