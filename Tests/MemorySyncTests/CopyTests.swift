import ClientSupport
import Foundation
import MemctlCore
import MemoryModel
import TestSupport
import Testing

@testable import MemorySync
@testable import MemoryStore

@Suite("A copy of the cache") struct CopyTests {
  let server = ModelServer()

  @Test("A copy of the file sends what was queued before it under the same key")
  func copiedFile() throws {
    server.change { $0.honoursIdempotencyKeys = true }
    let client = try Client(server)
    try client.store("a")
    // What another program queues has its key as well.
    try client.queue("store", #"{"content": "b"}"#)
    let folder = TemporaryFolder()
    try client.cache.database.connection.run("VACUUM INTO ?", folder.file("memory.db"))
    let copy = try Client(of: server.baseURL, clock: server.clock, folder: folder, seed: 2)
    for engine in [client.engine, copy.engine] { _ = try engine.sync() }
    #expect(server.contents == ["a", "b"])
    #expect(try copy.contents() == ["a", "b"])
  }

  @Test("A file that is put back from before a push sends nothing twice")
  func restoredFile() throws {
    let client = try Client(server)
    try client.store("a")
    let folder = TemporaryFolder()
    try client.cache.database.connection.run("VACUUM INTO ?", folder.file("memory.db"))
    _ = try client.engine.sync()
    // What stands beside the file is not put back with it.
    try FileManager.default.copyItem(
      atPath: client.path + ".memctl-lock", toPath: folder.file("memory.db.memctl-lock"))
    let copy = try Client(of: server.baseURL, clock: server.clock, folder: folder, seed: 2)
    try copy.store("b")
    // What was pending in the copy is not sent before it is looked for, and a rehearsal tells so.
    #expect(try copy.engine.rehearse(.push()).plan.requests.isEmpty)
    for _ in 0..<2 {
      _ = try copy.engine.sync()
      copy.waitLongEnough()
    }
    #expect(server.contents == ["a", "b"])
    #expect(try copy.contents() == ["a", "b"])
    #expect(try copy.cache.queue.entries().isEmpty)
  }

  @Test("A push marks the file, so that a cache that is used alone is never taken for a copy")
  func marks() throws {
    let client = try Client(server)
    for content in ["a", "b"] {
      try client.store(content)
      #expect(try client.engine.sync().push?.sent == 1)
    }
    #expect(server.contents == ["a", "b"])
  }
}
