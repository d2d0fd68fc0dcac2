import Foundation
import TestSupport
import Testing

@Suite("Two memctl on one file")
struct SharingTests {
  @Test("take turns in syncing; the one that cannot wait says who syncs and loses nothing")
  func busy() throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    try home.memctl("store", "first", adding: ["MEMORY_SYNC_DISABLE": "1"])
    let first = try home.start(["sync"])
    server.awaitRequests(2)
    let second = try home.memctl("sync", adding: ["MEMCTL_LOCK_TIMEOUT": "0"])
    #expect(
      second.message.normalized
        == "another memctl is syncing this cache (process ID, since TIME)")
    #expect(second.hint == "nothing is lost; try again when it is done")
    #expect(second.status == 75)
    let store = try home.memctl("store", "second", "--json")
    #expect(try store.json[0]["queued"] as? Bool == true)
    #expect(store.status == 0)
    #expect(server.requests.count == 2)
    first.send(SIGKILL)
    #expect(first.finish().status == -SIGKILL)
  }

  @Test("send every memory once, however many push at the same time")
  func pushTogether() throws {
    let home = try Home.withServer()
    for _ in 1...5 { try home.addSamples() }
    let programs = try (1...4).map { _ in try home.start(["sync", "--json"]) }
    let ended = programs.map { $0.finish() }
    #expect(ended.map(\.status) == [0, 0, 0, 0])
    let sent = try ended.map { try $0.json[0]["push"] as? [String: Any] }
      .reduce(0) { $0 + ($1?["acknowledged"] as? Int ?? 0) }
    #expect(sent == 15)
    let other = try home.neighbour()
    #expect(try other.memctl("pull", "--json").json[0]["inserted"] as? Int == 15)
  }
}

@Suite("memctl serve")
struct ServeTests {
  @Test("starts the server that stands beside it, and becomes it")
  func serve() throws {
    let home = try Home()
    let server = try home.start(["serve", "--listen", "127.0.0.1:0", "--store", "server.db"])
    let line = try #require(server.nextLine())
    #expect(line.normalized == "listening on http://127.0.0.1:PORT")
    home.environment["MEMORY_API_URL"] = String(line.dropFirst("listening on ".count))
    #expect(try home.memctl("store", "one", "--json").json[0]["server_id"] as? Int == 1)
    server.send(SIGTERM)
    let ended = server.finish()
    home.check(ended.output + ended.errors, of: ["serve"], #_sourceLocation)
    #expect([0, 143].contains(ended.status))
  }

  @Test("tells what the server says when it cannot start")
  func failure() throws {
    let home = try Home()
    home.environment["MEMORY_API_KEY"] = nil
    #expect(try home.memctl("serve", "--listen=127.0.0.1:0").status == 78)
  }
}
