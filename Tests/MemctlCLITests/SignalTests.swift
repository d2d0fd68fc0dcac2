import Foundation
import SQLite
import TestSupport
import Testing

@Suite("A signal")
struct SignalTests {
  private let acknowledgement = FaultyBehaviour.answer(
    body: Array(#"{"id":7,"category":"preferences","importance":0.5}"#.utf8))

  @Test(
    "lets what is on its way be settled and saved",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func settles(_ signal: Int32, _ status: Int32) throws {
    let server = FaultyServer(
      thereafter: .accepting(FaultyBehaviour([.read, .hold]) + acknowledgement))
    let home = try Home(server: server)
    try home.memctl("store", "on its way", adding: ["MEMORY_SYNC_DISABLE": "1"])
    let program = try home.start(["sync"])
    server.awaitRequests(2)
    program.send(signal)
    server.release()
    let ended = program.finish()
    #expect(ended.message == "interrupted")
    #expect(ended.hint == "nothing is lost; memctl sync continues")
    #expect(ended.status == status)
    #expect(try home.memctl("queue").output == "")
    #expect(try home.memctl("show", "server:7").status == 0)
    #expect(server.requests.map(\.method) == ["GET", "POST"])
  }

  @Test("that is the second ends memctl at once, and nothing is lost")
  func endsAtOnce() throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    try home.memctl("store", "on its way", adding: ["MEMORY_SYNC_DISABLE": "1"])
    let program = try home.start(["push"])
    server.awaitRequests(2)
    // Two of a kind may arrive as one.
    program.send(SIGINT)
    program.send(SIGTERM)
    let ended = program.finish()
    #expect([130, 143].contains(ended.status))
    #expect(ended.output + ended.errors == "")
    let entry = try #require(home.memctl("queue", "--json").json.first)
    #expect(entry["state"] as? String == "in_doubt")
    #expect(entry["last_error"] is NSNull)
  }

  @Test(
    "that ends it at once is no SIGHUP which the system and the shell both send",
    arguments: [(SIGHUP, true), (SIGTERM, false)])
  func twice(_ signal: Int32, _ isOne: Bool) throws {
    let server = FaultyServer(
      thereafter: .accepting(FaultyBehaviour([.read, .hold]) + acknowledgement))
    let home = try Home(server: server)
    try home.memctl("store", "on its way", adding: ["MEMORY_SYNC_DISABLE": "1"])
    let program = try home.start(["push"])
    server.awaitRequests(2)
    program.send(signal)
    // Of two that are pending, the system makes one.
    let pending = /ShdPnd:\s*0+\n/
    while try String(contentsOfFile: "/proc/\(program.identifier)/status", encoding: .utf8)
      .firstMatch(of: pending) == nil
    {}
    program.send(signal)
    server.release()
    #expect(program.finish().status == 128 + signal)
    #expect(try home.memctl("queue").output.isEmpty == isOne)
  }

  @Test("ends an idle watch without a word")
  func idleWatch() throws {
    let home = try Home.withServer()
    let watch = try home.start(["watch"])
    #expect(try #require(watch.nextLine()).contains("\tresync\tpush: nothing to send\t"))
    watch.send(SIGTERM)
    let ended = watch.finish()
    #expect(ended.output + ended.errors == "")
    #expect(ended.status == 0)
  }

  @Test("while a memory is stored leaves it in the queue")
  func store() throws {
    let server = FaultyServer(thereafter: .accepting(.silence))
    let home = try Home(server: server)
    let program = try home.start(["store", "kept"])
    server.awaitRequests(2)
    program.send(SIGINT)
    program.send(SIGTERM)
    #expect([130, 143].contains(program.finish().status))
    #expect(try home.memctl("queue").output.hasSuffix("\tkept\n"))
  }

  @Test(
    "ends the wait for another program that writes the cache, and what is told then is true",
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func locked(_ signal: Int32, _ status: Int32) throws {
    let home = try Home(server: FaultyServer(thereafter: .accepting(.silence)))
    try home.enqueue("kept")
    let holder = try Connection(path: home.database)
    try holder.execute("BEGIN IMMEDIATE")
    let program = try home.start(["sync"])
    // It hears signals from then on, and needs the lock next.
    let caught = /SigCgt:\s*[0-9a-f]*([4-7c-f])[0-9a-f]{3}\n/
    while try String(contentsOfFile: "/proc/\(program.identifier)/status", encoding: .utf8)
      .firstMatch(of: caught) == nil
    {}
    program.send(signal)
    let ended = program.finish()
    try holder.execute("ROLLBACK")
    #expect(ended.message == "interrupted while another program was writing to \(home.database)")
    #expect(ended.hint == "try again to do what was not saved yet")
    #expect(ended.status == status)
    #expect(try home.queue() == ["store: pending"])
  }
}
