import Foundation
import TestSupport
import Testing

@Suite("memctl config")
struct ConfigTests {
  private let home: Home
  private var file: String { home.folder.path + "/.config/memctl/config" }
  private var text: String { get throws { try String(contentsOfFile: file, encoding: .utf8) } }

  init() throws {
    home = try Home()
    home.environment["MEMORY_API_KEY"] = nil
  }

  @Test("lists every setting with the place it comes from, and never shows a key")
  func list() throws {
    try home.write(".config/memctl/config", "api-key = \(Home.key)\ntimeout = 3\n")
    let lines = try home.memctl("config").output.split(separator: "\n")
    #expect(lines.contains("api-key\t(set)\tfile \(file)"))
    #expect(lines.contains("timeout\t3\tfile \(file)"))
    #expect(lines.contains("db\t\(home.database)\tenvironment MEMORY_DB"))
    #expect(lines.contains("sync-interval\t60\tdefault"))
    #expect(lines.contains("ca-file\t\t"))
    home.environment["MEMORY_API_URL"] = "http://user:\(Home.key)@h"
    for command in ["list", "get api-url", "get api-key"] {
      // The home looks for the key in all that memctl writes.
      try home.memctl(command.split(separator: " ").map(String.init), after: "config")
      try home.memctl(command.split(separator: " ").map(String.init), after: "config", "--json")
    }
    #expect(try home.memctl("config", "get", "api-key").status == 64)
  }

  @Test("prints one value, and says by its exit code whether there is one")
  func get() throws {
    #expect(try home.memctl("config", "get", "db").output == home.database + "\n")
    #expect(try home.memctl("config", "get", "timeout").output == "15\n")
    let ended = try home.memctl("config", "get", "ca-file")
    #expect(ended.output + ended.errors == "")
    #expect(ended.status == 1)
    #expect(
      try home.memctl("config", "get", "api-ulr").hint?.hasPrefix("did you mean 'api-url'?") == true
    )
  }

  @Test("changes one line, and keeps all others as they are, comments and line ends included")
  func set() throws {
    let before = "# mine\r\ntimeout = 3\r\n\r\n  # db = x\nlock-timeout=4"
    try home.write(".config/memctl/config", before, mode: 0o644)
    try home.memctl("config", "set", "timeout", "5")
    try home.memctl("config", "set", "db", "~/a # b")
    #expect(
      try text == "# mine\r\ntimeout = 5\r\n\r\n  # db = x\nlock-timeout=4\ndb = \"~/a # b\"\n")
    home.environment["MEMORY_DB"] = nil
    #expect(try home.memctl("config", "get", "db").output == home.folder.path + "/a # b\n")
    try home.memctl("config", "unset", "timeout")
    #expect(try text == "# mine\r\n\r\n  # db = x\nlock-timeout=4\ndb = \"~/a # b\"\n")
    #expect(try home.mode(of: ".config/memctl/config") == 0o644)
  }

  @Test(
    "refuses what the setting does not take, and then changes nothing",
    arguments: [
      ("timeout", "soon", 78), ("api-url", "localhost:9102", 78), ("api-url", "http://a.b", 78),
      ("sync-disabled", "maybe", 78), ("ca-file", "/nowhere", 78), ("api-key-file", "/nowhere", 78),
      ("allow-http", "http://a", 78), ("db", "$NOTHING/x", 78), ("db", "a\nb", 65), ("db", "", 64),
      ("api-key", Home.secret, 64), ("temporary-folder", "/tmp", 64), ("api-ulr", "http://a", 64),
    ])
  func invalid(name: String, value: String, status: Int32) throws {
    let before = "# mine\ndb = /x"
    try home.write(".config/memctl/config", before)
    let ended = try home.memctl("config", "set", name, value)
    #expect(ended.status == status)
    #expect(ended.hint != nil)
    #expect(try text == before)
  }

  @Test("keeps a key from stdin in a file that only its owner can read")
  func key() throws {
    try home.write(".config/memctl/config", "api-key-file = ~/key\n", mode: 0o644)
    try home.memctl("config", "set", "api-key", input: .pipe(" \(Home.key) \r\n"))
    #expect(try text == "api-key = \(Home.key)\n")
    #expect(try home.mode(of: ".config/memctl/config") == 0o600)
    let broken = try home.memctl("config", "set", "api-key", input: .pipe("two words"))
    #expect(broken.message == "the key from stdin cannot be used: there is a blank within it")
    #expect(try text == "api-key = \(Home.key)\n")
    try home.write(".config/memctl/config", "api-key = \(Home.key)\n", mode: 0o640)
    let refused = try home.memctl("counts")
    #expect(refused.status == 78)
    #expect(refused.message == "\(file) is not used: others can read the secret in it")
    #expect(refused.hint == "chmod 600 '\(file)'")
  }

  @Test("says what gives the setting another value than the file")
  func override() throws {
    home.environment["MEMCTL_TIMEOUT"] = "7"
    let ended = try home.onTerminal("config", "set", "timeout", "5", columns: 200)
    #expect(
      ended.text == """
        timeout is 7 (environment MEMCTL_TIMEOUT); what the file says counts only without \
        environment MEMCTL_TIMEOUT

        """)
  }

  @Test("replaces the file that a link names")
  func link() throws {
    try home.write("dotfiles/config", "timeout = 3\n")
    try home.write(".config/memctl/other", "")
    try FileManager.default.createSymbolicLink(
      atPath: file, withDestinationPath: home.folder.path + "/dotfiles/config")
    try home.memctl("config", "set", "timeout", "5")
    #expect(
      try String(contentsOfFile: home.folder.path + "/dotfiles/config", encoding: .utf8)
        == "timeout = 5\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: file).hasSuffix("/config"))
  }

  @Test("An unknown setting in the file is told with the nearest one")
  func unknown() throws {
    try home.write(".config/memctl/config", "\ntime_out = 3")
    let ended = try home.memctl("counts")
    #expect(ended.message == "\(file), line 2 sets 'time_out', which is not a setting")
    #expect(ended.hint?.hasPrefix("did you mean 'timeout'? the settings are db, api-url, ") == true)
  }
}

extension Home {
  fileprivate func memctl(_ words: [String], after group: String, _ option: String? = nil) throws {
    let words = [group] + words + (option.map { [$0] } ?? [])
    let ended = try start(words).finish()
    check(ended.output + ended.errors, of: words, #_sourceLocation)
  }

  func mode(of name: String) throws -> Int {
    let path = folder.appending(path: name).path
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }
}
