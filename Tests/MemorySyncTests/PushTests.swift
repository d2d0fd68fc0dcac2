import ClientSupport
import MemoryAPI
import MemoryModel
import SQLite
import System
import TestSupport
import Testing

@testable import MemctlCore
@testable import MemoryStore
@testable import MemorySync

@Suite("Push") struct PushTests {
  let server = ModelServer()

  @Test("A store reaches the server with all its fields, and the memory gets the server's id")
  func store() throws {
    let client = try Client(server)
    let fields = MemoryFields(
      content: "ünï \"x\" 🙂\n", category: "lessons", tags: "a,b", expandedKeywords: "k",
      importance: 0.7, isSensitive: false)
    let (id, _) = try client.cache.store(fields, at: client.clock.now)
    let report = try client.engine.push()
    #expect(report.problems == [])
    #expect(report.push?.acknowledged == 1)
    let memory = try #require(server.memories.first)
    #expect(memory.content == fields.content)
    #expect(memory.category == "lessons")
    #expect(memory.tags == "a,b")
    #expect(memory.keywords == "k")
    #expect(memory.importance == 0.7)
    #expect(try client.cache.memory(id)?.serverID?.rawValue == memory.id)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("What got no proper answer goes last, so that it cannot keep the others from being sent")
  func failedGoLast() throws {
    let client = try Client(server)
    try client.store("a")
    server.fail(.store, 1...1, with: .refuse(429))
    _ = try client.engine.push()
    try client.store("b")
    client.waitLongEnough()
    _ = try client.engine.push(limit: 1)
    #expect(server.contents == ["b"])
  }

  @Test("What was in doubt and is claimed in vain stays in doubt, where nobody else sends it")
  func givenBackInDoubt() throws {
    server.change { $0.honoursIdempotencyKeys = true }
    let client = try Client(server)
    try client.store("first")
    _ = try client.engine.sync()
    for number in 1...8 { try client.store("m\(number)") }
    server.fail(.store, with: .loseAnswer)
    _ = try client.engine.push()
    let inDoubt = try client.states().count { $0 == .inDoubt }
    #expect(inDoubt > 1)
    server.fail(.store, with: .refuse(429))
    _ = try client.engine.push()
    #expect(try client.states().count { $0 == .inDoubt } == inDoubt)
    #expect(try client.pendingOps().count == 8 - inDoubt)
  }

  @Test("What has to wait when its turn comes holds up what follows it of the same memory")
  func becameUnsendable() throws {
    let client = try Client(server)
    let id = ServerID(rawValue: server.add("old"))
    _ = try client.engine.pull()
    // More than one transaction claims, so that the rest is claimed after the first was answered.
    for number in 1...40 { try client.store("m\(number)") }
    let update = try client.cache.database.write { transaction in
      try transaction.queue.enqueue(.update(MemoryFields(content: "new"), id), at: client.clock.now)
    }
    try client.queue("delete", #"{"server_id": \#(id.rawValue)}"#)
    let (path, later) = (client.path, client.clock.now.advanced(bySeconds: 1_000).description)
    server.change {
      $0.fault = { call, number, _ in
        if call == .store, number == 1 {
          _ = try? Connection(path: path).run(
            "UPDATE memctl_entries SET next_attempt_at = ? WHERE id = ?", later, update.rawValue)
        }
        return nil
      }
    }
    _ = try client.engine.push()
    #expect(server.count(.store) == 40)
    #expect(server.count(.update) + server.count(.delete) == 0)
    #expect(try client.cache.queue.entries().count == 2)
  }

  @Test(
    "A delete reaches the server, and what is deleted already counts as done",
    arguments: [false, true])
  func delete(forgetsDeleted: Bool) throws {
    server.change { $0.forgetsDeleted = forgetsDeleted }
    let client = try Client(server)
    try client.store("a")
    try client.store("b")
    _ = try client.engine.sync()
    server.remove(1)
    try client.delete("a")
    try client.delete("b")
    let report = try client.engine.push()
    #expect(report.problems == [])
    #expect(server.contents == [])
    #expect(server.count(.delete) == 2)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("Entries of one memory go in order, those of others do not wait for them")
  func order() throws {
    let client = try Client(server)
    for number in 0..<20 { try client.store("m\(number)") }
    server.fail(.store, 1...1, with: .refuse(500))
    _ = try client.engine.push()
    #expect(server.contents.count == 19)
    #expect(try client.states() == [.inDoubt])
  }

  @Test("An update waits for the one before it, and a delete goes after both")
  func lanes() throws {
    let client = try Client(server)
    let id = server.add("a")
    let serverID = ServerID(rawValue: id)
    try client.cache.database.write { transaction in
      for tags in ["first", "second"] {
        let fields = MemoryFields(content: "a", tags: tags)
        try transaction.queue.enqueue(.update(fields, serverID), at: client.clock.now)
      }
      try transaction.queue.enqueue(.delete(serverID), at: client.clock.now)
    }
    server.fail(.update, 1...1, with: .refuse(500))
    for _ in 0..<2 {
      _ = try client.engine.push()
      #expect(server.count(.update) == 1)
      #expect(server.count(.delete) == 0)
    }
    client.waitLongEnough()
    _ = try client.engine.push()
    #expect(server.count(.update) == 3)
    let writes = server.requests.filter { $0.method != "GET" }.map(\.method)
    #expect(writes == ["PUT", "PUT", "PUT", "DELETE"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A memory that was deleted before its store went out is never sent, and does not come back")
  func cancelled() throws {
    let client = try Client(server)
    try client.store("a")
    #expect(try client.delete("a") == .cancelled)
    _ = try client.engine.sync()
    #expect(server.count(.store) == 0)
    #expect(try client.cache.queue.entries().isEmpty)
    #expect(try client.contents() == [])
  }

  @Test("A memory that is deleted while its store is on its way is deleted on the server too")
  func deletedOnItsWay() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let path = client.path
    let clock = server.clock
    let deletion = Locked<Deletion?>(nil)
    server.change {
      $0.fault = { call, _, _ in
        if call == .store {
          let deleted = try? Cache(path: path).delete(id, at: clock.now)
          deletion.update { $0 = deleted }
        }
        return nil
      }
    }
    let report = try client.engine.sync()
    #expect(deletion.value == .queuedWhenKnown(EntryID(rawValue: 1)))
    #expect(report.problems == [])
    #expect(server.count(.delete) == 1)
    #expect(server.contents == [])
    #expect(try client.contents() == [])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A deleted memory whose store did not arrive is forgotten")
  func deletedAndRefused() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let path = client.path
    let clock = server.clock
    server.change {
      $0.fault = { call, _, _ in
        guard call == .store else { return nil }
        _ = try? Cache(path: path).delete(id, at: clock.now)
        return .refuse(429)
      }
    }
    let report = try client.engine.push()
    #expect(report.push?.cancelled == 1)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("At most as many requests go out as are asked for")
  func limit() throws {
    let client = try Client(server)
    for number in 0..<5 { try client.store("m\(number)") }
    let report = try client.engine.push(limit: 3)
    #expect(report.push?.sent == 3)
    #expect(report.push?.remaining == 2)
    #expect(server.contents.count == 3)
  }

  @Test("A single entry is tried at once, and stays queued when that fails")
  func tryNow() throws {
    let client = try Client(server)
    try client.store("other")
    let (_, entry) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    server.fail(.store, 1...1, with: .refuse(503))
    #expect(try client.engine.send([entry]).kinds == [.overloaded])
    #expect(try client.cache.queue.entries().count == 2)
    client.waitLongEnough()
    _ = try client.engine.push()
    #expect(server.contents.sorted() == ["a", "other"])
  }

  @Test("A single entry that succeeds leaves the others alone")
  func tryNowSucceeds() throws {
    let client = try Client(server)
    try client.store("other")
    let (_, entry) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    #expect(try client.engine.send([entry]).problems == [])
    #expect(server.contents == ["a"])
    #expect(try client.pendingOps().count == 1)
  }

  @Test("A single entry waits for those before it of the same memory, too")
  func tryNowInOrder() throws {
    let client = try Client(server)
    let id = ServerID(rawValue: server.add("a"))
    let entries = try client.cache.database.write { transaction in
      try ["first", "second"].map { tags in
        try transaction.queue.enqueue(
          .update(MemoryFields(content: "a", tags: tags), id), at: client.clock.now)
      }
    }
    _ = try client.engine.send([entries[1]])
    #expect(server.count(.update) == 0)
    _ = try client.engine.send([entries[0]])
    _ = try client.engine.send([entries[1]])
    #expect(server.memories.map(\.tags) == ["second"])
  }

  @Test("Where another process is syncing, an entry that is to be tried at once stays queued")
  func tryNowWhileBusy() throws {
    let client = try Client(server)
    let (_, entry) = try client.cache.store(MemoryFields(content: "a"), at: client.clock.now)
    let lock = SyncLock(cachePath: client.path, patience: 0, cancellation: Cancellation())
    // The engine waits a second for the other one; a wish to stop ends that at once.
    let report = try lock.withLock {
      client.cancellation.cancel()
      return try client.engine.send([entry])
    }
    #expect(report.problems.count == 1)
    #expect(try client.pendingOps().count == 1)
    #expect(server.requests.isEmpty)
  }

  @Test("A store that another program queued without a local id is sent, and pulled back once")
  func storeWithoutLocalID() throws {
    let client = try Client(server)
    try Connection(path: client.path).run(
      "INSERT INTO pending_ops(op_type, payload, created_at) VALUES ('store', ?, ?)",
      #"{"content": "a", "category": "facts"}"#, client.clock.now.description)
    let report = try client.engine.sync()
    #expect(report.problems == [])
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A store whose row another program has deleted or replaced is sent all the same")
  func rowIsGone() throws {
    let client = try Client(server)
    let id = try client.store("a")
    try Connection(path: client.path).run("DELETE FROM memories WHERE id = ?", id.rawValue)
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
  }

  @Test("A store that another program has sent meanwhile is not sent again")
  func sentByAnother() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let serverID = server.add("a")
    try Connection(path: client.path).run(
      "UPDATE memories SET server_id = ? WHERE id = ?", serverID, id.rawValue)
    let report = try client.engine.push()
    #expect(report.push?.adopted == 1)
    #expect(server.count(.store) == 0)
    #expect(try client.cache.queue.entries().isEmpty)
  }

  @Test("A cancellation lets what is on its way be settled and sends nothing more")
  func interruption() throws {
    let client = try Client(server)
    for number in 0..<40 { try client.store("m\(number)") }
    let cancellation = client.cancellation
    server.change {
      $0.fault = { call, number, _ in
        if call == .store, number == 5 { cancellation.cancel() }
        return nil
      }
    }
    let report = try client.engine.sync()
    #expect(report.kinds == [.interrupted])
    let acknowledged = try #require(report.push?.acknowledged)
    #expect(acknowledged == server.contents.count)
    #expect(acknowledged < 40)
    #expect(try client.states() == Array(repeating: .pending, count: 40 - acknowledged))
  }

  @Test("Deleting a memory that another program has sent also ends the store that is queued for it")
  func deleteOfALinkedMemoryWithAQueuedStore() throws {
    let client = try Client(server)
    let id = try client.store("a")
    server.add("a")
    try Connection(path: client.path).run(
      "UPDATE memories SET server_id = 1 WHERE id = ?", id.rawValue)
    try client.delete("a")
    _ = try client.engine.sync()
    #expect(server.contents == [])
    #expect(try client.contents() == [])
  }

  @Test("A memory that another program stored at the same moment stays one")
  func storedTwiceAtOnce() throws {
    let client = try Client(server)
    let id = try client.store("a")
    let path = client.path
    // The Python side has read the queue before the claim, and its own store is quicker.
    server.add("a")
    server.change {
      $0.fault = { call, _, _ in
        if call == .store {
          _ = try? Connection(path: path).run(
            "UPDATE memories SET server_id = 1 WHERE id = ?", id.rawValue)
        }
        return nil
      }
    }
    _ = try client.engine.push()
    _ = try client.engine.sync()
    #expect(server.contents == ["a"])
    #expect(try client.contents() == ["a"])
  }
}
