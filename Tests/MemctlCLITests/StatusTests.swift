import Foundation
import MemctlCore
import SQLite
import TestSupport
import Testing

@Suite("memctl status")
struct StatusTests {
  private let home: Home

  init() throws { home = try Home.withServer() }

  private func check(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let ended = try home.memctl("status", "--check", sourceLocation: sourceLocation)
    let quiet = try home.memctl("status", "--check", "-q", sourceLocation: sourceLocation)
    #expect(quiet.output == "", sourceLocation: sourceLocation)
    #expect(quiet.status == ended.status, sourceLocation: sourceLocation)
    return "\(ended.output.dropLast()) \(ended.status)"
  }

  @Test("--check tells apart what is settled, what goes on by itself and what needs the user")
  func levels() throws {
    #expect(try check() == "waiting 1")
    #expect(!FileManager.default.fileExists(atPath: home.database))
    try home.memctl("store", "one")
    try home.memctl("sync")
    #expect(try check() == "converged 0")
    let address = home.environment["MEMORY_API_URL"]
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.memctl("store", "two")
    #expect(try check() == "waiting 1")
    home.environment["MEMORY_API_URL"] = address
    home.environment["MEMORY_API_KEY"] = "wrong"
    try home.memctl("sync")
    #expect(try check() == "attention 2")
    home.environment["MEMORY_API_KEY"] = Home.key
    try home.memctl("sync")
    #expect(try check() == "converged 0")
    home.environment["MEMORY_API_KEY"] = nil
    #expect(try check() == "attention 2")
  }

  @Test("--check needs the user for a dead letter, and for a doubt that only they can end")
  func entries() throws {
    try home.memctl("store", "one")
    try home.memctl("sync")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    try home.memctl("store", "two")
    func hold(_ state: String, _ candidates: String) throws {
      try Connection(path: home.database).execute(
        """
        UPDATE memctl_entries SET op_type = 'store', created_at = '2026-01-01T00:00:00+00:00',
          payload = coalesce(payload, (SELECT payload FROM pending_ops)), state = '\(state)',
          candidates = '\(candidates)', error_kind = 'rejected', error_message = 'too long';
        DELETE FROM pending_ops;
        """)
    }
    try hold("in_doubt", "")
    #expect(try check() == "waiting 1")
    try hold("in_doubt", "7,-9")
    #expect(try check() == "attention 2")
    try hold("dead", "")
    #expect(try check() == "attention 2")
    let report = try home.memctl("status", "--offline", "--json").json[0]
    let dead = (report["queue"] as? [String: [String: Any]])?["dead"]
    #expect(dead?["count"] as? Int == 1)
    #expect(dead?["oldest_at"] as? String == "2026-01-01T00:00:00+00:00")
    #expect(try home.memctl("status").status == 0)
    #expect(try home.onTerminal("status", "--offline").text.contains("1: entry 2: too long"))
  }

  @Test("asks the server once, and says what it said and where the settings come from")
  func server() throws {
    try home.memctl("store", "one")
    try home.memctl("sync")
    let report = try home.memctl("status", "--json").json[0]
    #expect(report["state"] as? String == "converged")
    #expect(report["reachable"] as? Bool == true)
    #expect(report["key_accepted"] as? Bool == true)
    #expect(report["account"] as? String == "default")
    #expect(report["key_source"] as? String == "environment MEMORY_API_KEY")
    #expect(report["server_source"] as? String == "environment MEMORY_API_URL")
    home.environment["MEMORY_API_KEY"] = "wrong"
    let refused = try home.memctl("status", "--json")
    #expect(refused.status == 0)
    #expect(try refused.json[0]["state"] as? String == "attention")
    #expect(try refused.json[0]["key_accepted"] as? Bool == false)
    // What the server said is not noted: that is for a sync to do.
    home.environment["MEMORY_API_KEY"] = Home.key
    #expect(try check() == "converged 0")
    home.environment["MEMORY_API_URL"] = Home.nowhere
    let away = try home.memctl("status", "--json").json[0]
    #expect(away["reachable"] as? Bool == false)
    #expect(away["key_accepted"] is NSNull)
    #expect(try home.memctl("status", "--json", "--offline").json[0]["reachable"] is NSNull)
  }

  @Test("gives up a server that does not answer, and asks none for --check or --offline")
  func deaf() throws {
    let server = FaultyServer(thereafter: FaultyBehaviour([.read, .hold]))
    defer { server.release() }
    home.environment["MEMORY_API_URL"] = server.url("")
    home.environment["MEMCTL_TIMEOUT"] = "0.2"
    try home.memctl("status", "--check")
    try home.memctl("status", "--check", "--json")
    try home.memctl("status", "--offline")
    #expect(server.connectionCount == 0)
    let report = try home.memctl("status", "--json").json[0]
    #expect(report["reachable"] as? Bool == false)
    #expect(report["state"] as? String == "waiting")
  }

  @Test("names the programs that use the cache, but not all of their command lines")
  func users() throws {
    try home.addCache()
    let script = """
      import sqlite3, sys
      connection = sqlite3.connect(sys.argv[1])
      connection.execute("SELECT count(*) FROM memories").fetchall()
      print("open", flush=True)
      sys.stdin.read()
      """
    try home.write("server.py", script)
    let terminal = PseudoTerminal()
    let other = try ChildProgram(
      URL(filePath: "/usr/bin/env"), ["python3", "server.py", home.database, Home.secret],
      environment: home.environment, folder: home.folder, input: .terminal(terminal))
    #expect(other.nextLine() == "open")
    let report = try home.memctl("status", "--json", "--offline").json[0]
    let users = try #require(report["in_use_by"] as? [[String: Any]])
    #expect(users.map { $0["name"] as? String } == ["python3 server.py"])
    #expect(users.map { $0["pid"] as? Int } == [Int(other.identifier)])
    #expect(users.map { $0["syncing"] as? Bool } == [false])
  }

  @Test("sees who is syncing")
  func syncing() throws {
    let server = FaultyServer(thereafter: FaultyBehaviour([.read, .hold]))
    defer { server.release() }
    home.environment["MEMORY_API_URL"] = server.url("")
    let sync = try home.start(["sync"])
    server.awaitRequests(1)
    let report = try home.memctl("status", "--json", "--offline").json[0]
    let users = try #require(report["in_use_by"] as? [[String: Any]])
    #expect(users.map { $0["name"] as? String } == ["memctl sync"])
    #expect(users.map { $0["syncing"] as? Bool } == [true])
    sync.send(SIGINT)
    sync.send(SIGINT)
    _ = sync.finish()
  }

  @Test("is one screen on a terminal, and counts says why nothing is synced")
  func screen() throws {
    home.environment["MEMORY_API_KEY"] = nil
    try home.addSamples()
    try home.play("status-no-key", onTerminalOf: 100, "status", "counts")
  }

  @Test("says that the key belongs to another account than the cache")
  func stranger() throws {
    try home.memctl("sync")
    try Connection(path: home.database).execute(
      "UPDATE memctl_meta SET value = 'somebody' WHERE key = 'origin_account'")
    let report = try home.memctl("status", "--json").json[0]
    #expect(report["state"] as? String == "attention")
    let concerns = report["concerns"] as? [[String: Any]]
    #expect(
      concerns?.first?["message"] as? String
        == "the key belongs to default and the cache to somebody, so nothing is synced")
  }
}
