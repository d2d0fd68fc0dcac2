import ClientSupport
import HTTPTransport
import MemoryModel
import TestSupport
import Testing

@testable import MemctlCore

@Suite("Configuration") struct ConfigurationTests {
  private func configuration(
    options: [Setting: String] = [:], environment: [String: String] = [:],
    files: [String: String] = [:]
  ) throws -> Configuration {
    try Configuration(
      .init(
        options: options, environment: environment, home: "/home/u",
        readFile: { path, _ in files[path].map { Array($0.utf8) } },
        fileExists: { files[$0] != nil }))
  }

  private static let file = "/home/u/.config/memctl/config"

  @Test("An option wins over the environment, that over the file, that over the default")
  func precedence() throws {
    var options: [Setting: String] = [.timeout: "1"]
    var environment = ["MEMCTL_TIMEOUT": "2"]
    var files = [Self.file: "timeout = 3"]
    func timeout() throws -> Double {
      try configuration(options: options, environment: environment, files: files).timeout()
    }
    #expect(try timeout() == 1)
    options = [:]
    #expect(try timeout() == 2)
    environment = ["MEMCTL_TIMEOUT": ""]
    #expect(try timeout() == 3)
    files = [:]
    #expect(try timeout() == 15)
  }

  @Test("Where a setting was found is told")
  func origins() throws {
    let settings = try configuration(
      options: [.db: "/x"], environment: ["CLAUDE_MEMORY_API_URL": "http://a"],
      files: [Self.file: "timeout=3"])
    #expect(settings.text(.db)?.origin.description == "option --db")
    #expect(settings.text(.apiURL)?.origin.description == "environment CLAUDE_MEMORY_API_URL")
    #expect(settings.text(.timeout)?.origin.description == "file \(Self.file)")
    #expect(settings.text(.lockTimeout) == nil)
  }

  @Test(
    "Of two names of a variable the first that is set wins",
    arguments: [
      (["MEMORY_API_KEY": "a", "CLAUDE_MEMORY_API_KEY": "b"], "a"),
      (["MEMORY_API_KEY": "", "CLAUDE_MEMORY_API_KEY": "b"], "b"),
    ])
  func aliases(environment: [String: String], key: String) throws {
    #expect(try configuration(environment: environment).key() == key)
  }

  // MARK: Paths

  private static let earlier = "/home/u/.claude/metaclaw/memory/memory.db"
  private static let usual = "/home/u/.claude/claude-memory/memory/memory.db"

  @Test("Where the cache is")
  func databasePath() throws {
    func path(
      _ environment: [String: String] = [:], files: [String: String] = [:], db: String? = nil
    ) throws -> String {
      try configuration(
        options: db.map { [.db: $0] } ?? [:], environment: environment, files: files
      ).databasePath()
    }
    #expect(try path() == Self.usual)
    #expect(try path(files: [Self.earlier: ""]) == Self.earlier)
    #expect(try path(files: [Self.earlier: "", Self.usual: ""]) == Self.usual)
    #expect(try path(["MEMORY_HOME": "/m"]) == "/m/memory/memory.db")
    #expect(try path(["MEMORY_HOME": "~/m"]) == "/home/u/m/memory/memory.db")
    #expect(try path(["MEMORY_DB": "~/x.db", "MEMORY_HOME": "/m"]) == "/home/u/x.db")
    #expect(try path(["MEMORY_DB": "/e.db"], db: "/o.db") == "/o.db")
    #expect(try path(["D": "/d", "MEMORY_DB": "$D/${D}x/y.db"]) == "/d//dx/y.db")
    #expect(try path(files: [Self.file: "db = ~/f.db"]) == "/home/u/f.db")
    #expect(try path(db: "~") == "/home/u")
    #expect(try path(db: "a~b/~") == "a~b/~")
  }

  @Test(
    "A path with a variable that is not set is refused",
    arguments: ["$NO/x", "${NO}/x", "${D", "$", "a$/b", "${}"])
  func unsetVariable(path: String) throws {
    let found = try problem {
      _ = try configuration(options: [.db: path], environment: ["D": "/d"]).databasePath()
    }
    #expect(found?.kind == .configuration)
    #expect(found?.message.contains("option --db") == true)
  }

  // MARK: Server and key

  private static let claude = """
    {"mcpServers": {"other": {"env": {"X": "1"}}, "memory": {"env":
    {"MEMORY_API_KEY": "from-claude", "MEMORY_API_URL": "https://claude.example"}}}}
    """
  private static let claudeFile = ["/home/u/.claude.json": claude]

  @Test("The key comes from a file, the environment, a file named in settings, ~/.claude.json last")
  func keys() throws {
    let files = Self.claudeFile.merging(
      ["/k1": "one\n", "/home/u/k2": "  two \r\nignored", Self.file: "api-key-file = ~/k2"]
    ) { $1 }
    let environment = ["MEMORY_API_KEY": "env"]
    #expect(
      try configuration(options: [.apiKeyFile: "/k1"], environment: environment, files: files).key()
        == "one")
    #expect(try configuration(environment: environment, files: files).key() == "env")
    #expect(try configuration(files: files).key() == "two")
    #expect(try configuration(files: Self.claudeFile).key() == "from-claude")
    #expect(try configuration().key() == nil)
    #expect(try configuration(files: ["/home/u/.claude.json": "no JSON"]).key() == nil)
  }

  @Test("A key that was found with the MCP server goes to that server's address alone")
  func addressOfTheKey() throws {
    func address(_ environment: [String: String] = [:], _ files: [String: String] = Self.claudeFile)
      throws -> String
    {
      try configuration(environment: environment, files: files).serverAddress()
    }
    #expect(try address() == "https://claude.example")
    #expect(try address(["MEMORY_API_KEY": "mine"]) == "http://localhost:8080")
    #expect(try address(["MEMORY_API_URL": "http://a:1//"]) == "http://a:1")
    #expect(try address([:], [:]) == "http://localhost:8080")
  }

  @Test("Certificates come from memctl's settings, else from the variables of curl and OpenSSL")
  func certificates() throws {
    func tls(_ environment: [String: String], _ files: [String: String] = [:]) throws -> TLSSettings
    {
      try configuration(environment: environment, files: files).tls()
    }
    func authorities(_ environment: [String: String], _ files: [String: String] = [:]) throws
      -> String?
    {
      try tls(environment, files).authorities?.description
    }
    #expect(try tls([:]) == TLSSettings())
    var variables = ["SSL_CERT_FILE": "/s", "SSL_CERT_DIR": "/d"]
    #expect(try authorities(variables) == "/s (environment SSL_CERT_FILE)")
    #expect(try tls(variables).authoritiesFolder?.path == "/d")
    variables["CURL_CA_BUNDLE"] = "/c"
    #expect(try authorities(variables) == "/c (environment CURL_CA_BUNDLE)")
    #expect(try tls(variables).authoritiesFolder == nil)
    let files = [Self.file: "ca-file = ~/f\nclient-cert = ~/c\nclient-key = ~/k"]
    #expect(try authorities(variables, files) == "/home/u/f (file \(Self.file))")
    variables["MEMCTL_CA_FILE"] = "~/m"
    #expect(try authorities(variables, files) == "/home/u/m (environment MEMCTL_CA_FILE)")
    #expect(try tls([:], files).clientCertificate?.path == "/home/u/c")
    #expect(try tls([:], files).clientKey?.path == "/home/u/k")
    let found = try problem { _ = try tls(["MEMCTL_CLIENT_KEY": "/k"]) }
    #expect(found?.kind == .configuration)
  }

  @Test("Files with keys are read once, and ~/.claude.json only where there is no other key")
  func readOnce() throws {
    var reads: [String] = []
    func configuration(_ environment: [String: String]) throws -> Configuration {
      reads = []
      return try Configuration(
        .init(
          options: [:], environment: environment, home: "/home/u",
          readFile: { path, _ in
            reads.append(path)
            return Array((path == "/k" ? "key\n" : Self.claudeFile[path] ?? "").utf8)
          }, fileExists: { _ in false }))
    }
    func ask(_ settings: Configuration) throws {
      for _ in 1...2 { _ = (try settings.key(), try settings.serverAddress()) }
    }
    try ask(configuration(["MEMCTL_API_KEY_FILE": "/k"]))
    #expect(reads == [Self.file, "/k"])
    try ask(configuration([:]))
    #expect(reads == [Self.file, "/home/u/.claude.json"])
    try ask(configuration(["MEMORY_API_KEY": "mine"]))
    #expect(reads == [Self.file])
  }

  @Test(
    "White space and line breaks around a key and an address are none of theirs",
    arguments: ["key", " key", "key ", "key\n", "key\r\n", "\tkey\r\n\r\n"])
  func trimmed(text: String) throws {
    let settings = try configuration(
      environment: ["MEMORY_API_KEY": text, "MEMORY_API_URL": " https://a.example/\n"])
    #expect(try settings.key() == "key")
    #expect(try settings.serverAddress() == "https://a.example")
    #expect(
      try configuration(options: [.apiKeyFile: "/k"], files: ["/k": "\u{feff}\(text)"]).key()
        == "key")
  }

  @Test(
    "A key that cannot stand in a header is refused by its variable, and not shown",
    arguments: ["two words", "schlüssel", "\u{7f}", "a\tb", "a\nb", "a\r\nb"])
  func badKey(key: String) throws {
    let found = try problem { _ = try configuration(environment: ["MEMORY_API_KEY": key]).key() }
    #expect(found?.kind == .configuration)
    #expect(
      found?.message.contains("the key from environment MEMORY_API_KEY cannot be used") == true)
    #expect(found?.hint != nil)
    #expect(found?.message.contains(key) == false)
  }

  @Test("A key file that is missing or empty is a problem that names it")
  func badKeyFile() throws {
    for files in [[:], ["/k": ""], ["/k": "\n\n"]] {
      let found = try problem {
        _ = try configuration(options: [.apiKeyFile: "/k"], files: files).key()
      }
      #expect(found?.kind == .configuration)
      #expect(found?.message.contains("/k") == true)
    }
  }

  @Test("Where the key is can be told without reading it")
  func keySources() throws {
    func source(
      _ environment: [String: String] = [:], _ file: String = "", option: String? = nil
    ) throws -> String? {
      try configuration(
        options: option.map { [.apiKeyFile: $0] } ?? [:], environment: environment,
        files: [Self.file: file]
      ).keySource()?.description
    }
    let all = [
      "MEMORY_API_KEY": "k", "MEMCTL_API_KEY_FILE": "/k", "MEMCTL_API_KEY_COMMAND": "cat /k",
    ]
    #expect(try source(all, option: "/o") == "/o (option --api-key-file)")
    #expect(try source(all) == "environment MEMORY_API_KEY")
    #expect(
      try source(all.filter { $0.key != "MEMORY_API_KEY" })
        == "/k (environment MEMCTL_API_KEY_FILE)")
    #expect(
      try source(["MEMCTL_API_KEY_COMMAND": "cat /k"], "api-key = k")
        == "the command in api-key-command (environment MEMCTL_API_KEY_COMMAND)")
    #expect(
      try source([:], "api-key-command = x\napi-key-file = /k\napi-key = k") == "file \(Self.file)")
    #expect(try source([:], "api-key-command = x\napi-key-file = /k") == "/k (file \(Self.file))")
    #expect(try source() == nil)
  }

  // MARK: Values

  @Test(
    "A number of seconds that makes no sense is refused with its place",
    arguments: ["", "x", "-1", "0", "nan", "inf", "86401", "1 s"])
  func badSeconds(text: String) throws {
    let settings = try configuration(options: [.syncInterval: text])
    let found = try problem { _ = try settings.syncInterval() }
    #expect(found?.kind == .configuration)
    #expect(found?.message.contains("sync-interval (option --sync-interval)") == true)
  }

  @Test("The standards are those of the documentation")
  func standards() throws {
    let settings = try configuration()
    #expect(try settings.syncInterval() == 60)
    #expect(try settings.timeout() == 15)
    #expect(try settings.lockTimeout() == 30)
    #expect(!settings.isSyncDisabled)
    #expect(settings.hostsAllowedHTTP == [])
  }

  @Test(
    "Syncing is disabled by any value that does not say no",
    arguments: [
      ("1", true), ("true", true), ("0", false), ("False", false), ("no", false), ("", false),
    ])
  func disabled(value: String, isDisabled: Bool) throws {
    let settings = try configuration(environment: ["MEMORY_SYNC_DISABLE": value])
    #expect(settings.isSyncDisabled == isDisabled)
  }

  @Test("Hosts are listed with commas or blanks")
  func hosts() throws {
    let settings = try configuration(environment: ["MEMCTL_ALLOW_HTTP": "A.example, b.example c"])
    #expect(settings.hostsAllowedHTTP == ["a.example", "b.example", "c"])
  }

  @Test("A file is lines of names and values, with comments")
  func file() throws {
    let text = "# comment\n\n  timeout=3  \r\ndb = /a = b\n"
    let settings = try configuration(files: [Self.file: text])
    #expect(try settings.timeout() == 3)
    #expect(try settings.databasePath() == "/a = b")
    let elsewhere = try configuration(
      environment: ["XDG_CONFIG_HOME": "/c"], files: ["/c/memctl/config": "timeout=4"])
    #expect(try elsewhere.timeout() == 4)
  }

  @Test(
    "Quotes around a value are not part of it",
    arguments: [
      (#""~/a b""#, "/home/u/a b"), ("'/a # b'", "/a # b"), (#"'/a"b'"#, #"/a"b"#),
      (#"/a"b""#, #"/a"b""#), ("/a#b", "/a#b"),
    ])
  func quotes(value: String, path: String) throws {
    let settings = try configuration(files: [Self.file: "db = \(value)"])
    #expect(try settings.databasePath() == path)
  }

  @Test("The mark that some editors put before a text is skipped")
  func byteOrderMark() throws {
    #expect(try configuration(files: [Self.file: "\u{feff}timeout = 3"]).timeout() == 3)
  }

  @Test("A configuration file that is not in UTF-8 is refused")
  func notUTF8() throws {
    let found = try problem {
      _ = try Configuration(
        .init(
          options: [:], environment: [:], home: "/",
          readFile: { _, _ in [0x64, 0x62, 0x3d, 0xe9] },
          fileExists: { _ in false }))
    }
    #expect(found?.kind == .configuration)
  }

  @Test(
    "A line that makes no sense is named by its number",
    arguments: [
      "timeout", "timeuot = 3", "= 3", "db = \"/a", "db = 'a' 'b'", "db = \"", "db = '/a' # b",
      "timeout = 3 # seconds",
    ])
  func badLine(line: String) throws {
    let found = try problem { _ = try configuration(files: [Self.file: "# x\n\(line)"]) }
    #expect(found?.kind == .configuration)
    #expect(found?.message.contains("\(Self.file), line 2") == true)
  }
}
