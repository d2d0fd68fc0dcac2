import Foundation
import TestSupport
import Testing

@Suite("memctl wait, and sync until all has converged")
struct WaitTests {
  @Test("return when the server is back and has the memory")
  func returns() throws {
    let home = try Home.withServer()
    let port = try #require(home.environment["MEMORY_API_URL"]?.split(separator: ":").last)
    home.stopServer()
    try home.memctl("store", "a")
    let wait = try home.start(["wait", "1", "--json"])
    let sync = try home.start(["sync", "--until-converged"])
    try home.startServer(port: try #require(Int(port)))
    let ended = wait.finish()
    #expect(try ended.json[0]["arrived"] as? [Int] == [1])
    #expect(try ended.json[0]["server_ids"] as? [Int] == [1])
    #expect(try ended.json[0]["waiting"] as? [Int] == [])
    #expect(ended.status == 0)
    #expect(sync.finish().status == 0)
    #expect(try home.queue() == [])
    // By then it needs neither a key nor the server.
    home.stopServer()
    home.environment["MEMORY_API_KEY"] = nil
    #expect(try home.memctl("wait", "1", "server:1").output == "arrived\t1\nserver_ids\t1\n")
  }

  @Test("tell on a terminal that they wait")
  func terminal() throws {
    let home = try Home()
    try home.enqueue("a")
    for command in [["wait", "1"], ["sync", "--until-converged"]] {
      let terminal = PseudoTerminal()
      let program = try home.start(
        command, input: .terminal(terminal), output: .terminal(terminal),
        errors: .terminal(terminal))
      terminal.awaitText("not done yet, trying again within ")
      program.send(SIGINT)
      #expect(program.finish().status == 130)
    }
  }

  @Test("end with 1 and 75 when the time is over, and say why")
  func timeout() throws {
    let home = try Home()
    try home.enqueue("a")
    let wait = try home.memctl("wait", "1", "--timeout", "1")
    #expect(wait.message.hasPrefix("memory 1 is not on the server yet: cannot reach the server"))
    #expect(wait.hint == "nothing is lost; memctl queue shows what it is waiting for")
    #expect(wait.status == 1)
    let sync = try home.memctl("sync", "--until-converged", "--timeout", "0.1", "--json")
    #expect(try sync.json[0]["ok"] as? Bool == false)
    #expect(sync.status == 75)
  }

  @Test("end at once with what only the user can settle")
  func stuck() throws {
    let server = ModelServer()
    server.change { $0.key = Home.key }
    let home = try Home(server: server.baseURL)
    try home.enqueue("a")
    server.fail(.store, with: .refuse(422, body: #"{"detail":"too long"}"#))
    let wait = try home.memctl("wait", "1")
    #expect(wait.errors.contains("too long"))
    #expect(wait.status == 65)
    #expect(try home.memctl("wait", "7").status == 66)
    #expect(try home.memctl("wait", "server:7").status == 66)
    try home.memctl("queue", "drop", "1")
    #expect(try home.memctl("wait", "1").hint == "memctl queue add 1 queues it")
    server.change { $0.key = "another" }
    #expect(try home.memctl("sync", "--until-converged").status == 77)
    #expect(try home.memctl("sync", "--timeout", "3").status == 64)
  }

  @Test("are ended by a signal, and nothing is lost", arguments: [SIGINT, SIGTERM])
  func signal(_ number: Int32) throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    try home.enqueue("a")
    let wait = try home.start(["wait", "1", "--timeout", "300"])
    server.awaitRequests(2)
    wait.send(number)
    server.release()
    #expect(wait.finish().status == 128 + number)
    #expect(try home.queue() != [])
  }
}
