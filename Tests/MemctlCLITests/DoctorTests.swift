import Foundation
import SQLite
import TestSupport
import Testing

@Suite("memctl doctor")
struct DoctorTests {
  private let home: Home

  init() throws {
    home = try Home.withServer()
    try home.memctl("sync")
  }

  /// The findings but those that are well, as `verdict check: message`, and the exit code.
  private func examine(
    _ options: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (findings: [String], status: Int32) {
    let program = try home.start(["doctor"] + options).finish()
    home.check(program.output + program.errors, of: options, sourceLocation)
    let lines = program.output.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    let bad = lines.filter { $0[0] != "ok" }
    #expect(
      bad.allSatisfy { $0[0] == "fixed" || !$0[3].isEmpty }, "\(bad)",
      sourceLocation: sourceLocation)
    return (bad.map { "\($0[0]) \($0[1]): \($0[2])" }, program.status)
  }

  @Test("finds nothing where all is well, with a line for each check")
  func healthy() throws {
    let ended = try home.memctl("doctor")
    let lines = ended.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("ok\t") }, "\(ended.output)")
    let checks = lines.map { $0.split(separator: "\t")[1] }
    #expect(
      checks == [
        "settings", "environment", "cache", "disk", "content", "lock", "key", "server", "clock",
      ])
    #expect(ended.status == 0)
    let report = try home.memctl("doctor", "--json").json[0]
    #expect(report["failures"] as? Int == 0)
    #expect((report["findings"] as? [Any])?.count == lines.count)
  }

  @Test("marks each line on a terminal, with what to do below it")
  func terminal() throws {
    home.environment["MEMORY_API_KEY"] = nil
    let ended = try home.onTerminal("doctor", "--color", "never", "--offline")
    #expect(ended.text.contains("\n✗ key          there is none, so nothing can be synced\n"))
    #expect(ended.text.contains("\n               memctl login\n"))
    #expect(ended.text.hasPrefix("✓ settings     "))
    #expect(ended.status == 1)
  }

  @Test("names a misspelt variable with the right one, and leaves those of others alone")
  func variables() throws {
    home.environment["MEMORY_API_KYE"] = Home.key
    home.environment["MEMCTL_WHATEVER"] = "x"
    home.environment["MEMORY_OF_ANOTHER_PROGRAM"] = "x"
    home.environment["MEMCTL_PAGER"] = "less"
    #expect(
      try examine().findings == [
        "warning environment: MEMCTL_WHATEVER is set, but memctl does not know it",
        "warning environment: MEMORY_API_KYE is set, but memctl does not know it",
      ])
    #expect(try home.memctl("doctor").output.contains("\tdid you mean MEMORY_API_KEY?\n"))
  }

  @Test(
    "checks the rest without a configuration file that cannot be used, and tells each bad value")
  func settings() throws {
    try home.write(".config/memctl/config", "time-out = 3")
    let broken = try examine()
    #expect(broken.findings.count == 2)
    #expect(broken.findings[0].hasSuffix("line 1 sets 'time-out', which is not a setting"))
    #expect(broken.status == 1)
    try home.write(".config/memctl/config", "timeout = soon\nca-file = /nowhere")
    let values = try examine("--offline")
    #expect(values.findings.contains { $0.hasPrefix("failure settings: timeout (file ") })
    #expect(
      values.findings.contains { $0.hasPrefix("failure settings: there is no file /nowhere") })
  }

  @Test("a cache that others are meant to use keeps its permissions, if that is set")
  func sharedPermissions() throws {
    chmod(home.database, 0o664)
    home.environment["MEMCTL_KEEP_PERMISSIONS"] = "1"
    try home.memctl("store", "A fact")
    #expect(try examine().findings.allSatisfy { !$0.contains("others can use") })
    #expect(try home.mode(of: "memory.db") == 0o664)
    home.environment["MEMCTL_KEEP_PERMISSIONS"] = nil
    try home.memctl("store", "Another fact")
    #expect(try home.mode(of: "memory.db") == 0o600)
  }

  @Test("--fix takes access away from others, and says so")
  func permissions() throws {
    try home.write("key", Home.key, mode: 0o644)
    home.environment["MEMORY_API_KEY"] = nil
    try home.write(".config/memctl/config", "api-key-file = ~/key", mode: 0o666)
    chmod(home.database, 0o664)
    let before = try examine()
    #expect(before.status == 1)
    #expect(before.findings.contains("warning cache: others can use \(home.database)"))
    #expect(before.findings[0].hasSuffix("is not used: others can change where the key is sent"))
    let fixed = try examine("--fix")
    #expect(fixed.status == 0)
    #expect(fixed.findings.map { $0.prefix(9) } == ["fixed set", "fixed cac", "fixed key"])
    #expect(try home.mode(of: "key") == 0o600)
    #expect(try home.mode(of: "memory.db") == 0o600)
    #expect(try home.mode(of: ".config/memctl/config") == 0o600)
    #expect(try examine().findings == [])
  }

  @Test("finds a damaged index, which --fix rebuilds, and a damaged cache, which it leaves alone")
  func damage() throws {
    try home.memctl("store", "words to find")
    try Connection(path: home.database).execute(
      "DELETE FROM memories_fts_idx; DELETE FROM memories_fts_data WHERE id > 10")
    #expect(
      try examine().findings == [
        "failure content: the full-text index is damaged; the memories are unharmed"
      ])
    #expect(
      try examine("--fix").findings == [
        "fixed content: the full-text index was damaged, and has been rebuilt"
      ])
    #expect(try examine().findings == [])
    try home.damageQueue()
    for options in [[], ["--fix"]] {
      let ended = try home.start(["doctor"] + options).finish()
      #expect(ended.status == 1)
      #expect(ended.output.contains("\tmemctl repair"), "\(ended.output)")
    }
  }

  @Test("removes what a memctl that was killed left behind")
  func leftovers() throws {
    try home.write("memory.db.repair-new", "x")
    #expect(
      try examine().findings == [
        "warning leftovers: a memctl that was killed left \(home.database).repair-new"
      ])
    #expect(
      try examine("--fix").findings == ["fixed leftovers: removed \(home.database).repair-new"])
    #expect(try examine().findings == [])
  }

  @Test("says what is wrong with the server, and asks it nothing with --offline")
  func server() throws {
    let server = FaultyServer(thereafter: .answer(401, body: Array(#"{"detail":"no"}"#.utf8)))
    home.environment["MEMORY_API_URL"] = server.url("")
    #expect(try examine("--offline").findings == [])
    #expect(server.connectionCount == 0)
    let refused = try examine()
    #expect(refused.findings == ["failure server: the server does not accept the key: no"])
    #expect(refused.status == 1)
    home.environment["MEMORY_API_URL"] = Home.nowhere
    #expect(try examine().findings[0].hasPrefix("failure server: cannot reach the server at "))
    home.environment["MEMORY_API_URL"] = "localhost:1"
    #expect(
      try examine().findings.contains(
        "failure settings: 'localhost:1' is not the address of a server"))
  }

  @Test("compares the clock with the server's")
  func clock() throws {
    let server = FaultyServer(
      thereafter: .answer(
        headers: ["Date": "Sun, 06 Nov 1994 08:49:37 GMT"],
        body: Array(#"{"status":"ok","user_id":"default"}"#.utf8)))
    home.environment["MEMORY_API_URL"] = server.url("")
    let found = try examine()
    #expect(found.findings.count == 1)
    #expect(found.findings[0].hasPrefix("warning clock: this machine's is "))
    #expect(found.findings[0].hasSuffix(" h ahead of the server's"))
    #expect(found.status == 0)
  }

  @Test("sees that the assistant's own server works with another cache or server")
  func assistant() throws {
    func configure(_ cache: String, _ server: String) throws {
      try home.write(
        ".claude.json",
        """
        {"mcpServers": {"memory": {"env": {"MEMORY_API_KEY": "\(Home.key)", "MEMORY_DB": "\(cache)",
        "MEMORY_API_URL": "\(server)"}}}}
        """)
    }
    try configure("~/memory.db", home.environment["MEMORY_API_URL"]! + "/")
    #expect(try examine().findings == [])
    try configure("~/other.db", "https://other.example")
    #expect(
      try examine().findings == [
        "warning assistant: the assistant's MCP server uses another cache, \(home.folder.path)/other.db",
        """
        warning assistant: the assistant's MCP server uses another server, https://other.example
        """,
      ])
  }

  @Test("says that there is no cache yet, and creates none")
  func missing() throws {
    home.environment["MEMORY_DB"] = home.folder.path + "/none/memory.db"
    let found = try examine("--fix")
    #expect(
      found.findings == ["warning cache: there is none yet at \(home.folder.path)/none/memory.db"])
    #expect(found.status == 0)
    #expect(!FileManager.default.fileExists(atPath: home.folder.path + "/none"))
  }
}
