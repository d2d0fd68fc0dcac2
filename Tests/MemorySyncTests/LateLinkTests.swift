import ClientSupport
import MemoryModel
import SQLite
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemorySync

/// Another program that sends what it read of the queue before memctl claimed it, and links it
/// whatever has happened meanwhile (promises G4 and G16).
@Suite("An entry that another program sends as well") struct LateLinkTests {
  let server = ModelServer()
  let client: Client
  let memory: Int64
  /// The id that the other program's request was given.
  let theirs: Int64

  init() throws {
    client = try Client(server)
    memory = try client.store("a").rawValue
    theirs = server.add("a")
  }

  @Test("leaves one memory when it is linked after memctl's, and memctl's is deleted")
  func afterwards() throws {
    _ = try client.engine.push()
    try Self.link(memory, to: theirs, in: client.path)
    #expect(try client.pendingOps() == [#"{"server_id": \#(theirs + 1)}"#])
    try expectOne()
  }

  @Test("leaves one memory when it is linked while memctl's is on its way")
  func meanwhile() throws {
    interfere { [memory, theirs] path in try Self.link(memory, to: theirs, in: path) }
    try expectOne()
  }

  @Test("leaves one memory when it is linked while memctl's is on its way and its answer gets lost")
  func lostMeanwhile() throws {
    interfere(.loseAnswer) { [memory, theirs] path in
      try Self.link(memory, to: theirs, in: path)
    }
    #expect(try client.engine.push().kinds == [.offline])
    #expect(try client.states() == [.inDoubt])
    client.waitLongEnough()
    try expectOne()
  }

  @Test("leaves one memory when it is linked, and memctl's was pulled, before that is answered")
  func pulledMeanwhile() throws {
    interfere { [memory, theirs] path in
      try Self.link(memory, to: theirs, in: path)
      try Self.pulled(theirs + 1, in: path)
    }
    try expectOne()
  }

  @Test("leaves one memory when a pull brings it before it is linked")
  func pulledBefore() throws {
    _ = try client.engine.pull()
    #expect(try client.contents() == ["a", "a"])
    try Self.link(memory, to: theirs, in: client.path)
    try Connection(path: client.path).run("DELETE FROM pending_ops")
    #expect(try client.contents() == ["a"])
    try expectOne()
  }

  @Test("does not come back when it is linked and deleted while memctl's is on its way")
  func deletedMeanwhile() throws {
    interfere { [memory, theirs] path in
      try Self.link(memory, to: theirs, in: path)
      let connection = try Connection(path: path)
      try connection.run("DELETE FROM memories WHERE id = ?", memory)
      try connection.run(
        "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('delete', ?, 'x')",
        #"{"server_id": \#(theirs)}"#)
    }
    try expect([])
  }

  @Test("is not inserted a second time when both pull it at once")
  func pulledByBoth() throws {
    try client.delete("a")
    _ = try client.engine.pull()
    try Self.pulled(theirs, in: client.path)
    try expectOne()
  }

  // MARK: The other program

  /// Lets it act when memctl's request has arrived.
  private func interfere(
    _ fault: ModelServer.Fault? = nil, _ body: @Sendable @escaping (String) throws -> Void
  ) {
    let path = client.path
    server.change {
      $0.fault = { call, number, _ in
        guard call == .store, number == 1 else { return nil }
        #expect(throws: Never.self) { try body(path) }
        return fault
      }
    }
  }

  private static func link(_ memory: Int64, to id: Int64, in path: String) throws {
    try Connection(path: path).run("UPDATE memories SET server_id = ? WHERE id = ?", id, memory)
  }

  private static func pulled(_ id: Int64, in path: String) throws {
    try Connection(path: path).run(
      """
      INSERT INTO memories(content, created_at, updated_at, server_id) VALUES ('a', 'x', 'x', ?)
      """, id)
  }

  // MARK: The end

  private func expectOne() throws { try expect(["a"]) }

  private func expect(_ contents: [String]) throws {
    for _ in 1...2 { #expect(try client.engine.sync().problems == []) }
    #expect(server.contents == contents)
    #expect(try client.contents() == contents)
    #expect(try client.cache.queue.entries().isEmpty)
  }
}
