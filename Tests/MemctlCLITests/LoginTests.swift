import Foundation
import TestSupport
import Testing

@Suite("memctl login")
struct LoginTests {
  private let home: Home
  private let url: String
  private var file: String { home.folder.path + "/.config/memctl/config" }
  private var text: String? { try? String(contentsOfFile: file, encoding: .utf8) }

  init() throws {
    home = try Home.withServer()
    url = home.environment["MEMORY_API_URL"]!
    home.environment["MEMORY_API_URL"] = nil
    home.environment["MEMORY_API_KEY"] = nil
  }

  @Test("tries address and key from a pipe, and keeps them for its owner alone")
  func pipe() throws {
    let ended = try home.memctl("login", url + "/", "--json", input: .pipe(Home.key + "\r\n"))
    #expect(ended.status == 0)
    let report = try ended.json[0]
    #expect(report["server"] as? String == url)
    #expect(report["account"] as? String == "default")
    #expect(report["accepted"] as? Bool == true)
    #expect(text == "api-url = \(url)\napi-key = \(Home.key)\n")
    #expect(try home.mode(of: ".config/memctl/config") == 0o600)
    #expect(try home.memctl("sync").status == 0)
  }

  @Test("asks for both on a terminal, which does not show the key")
  func terminal() throws {
    let terminal = PseudoTerminal(columns: 200)
    terminal.echoes = true
    let program = try home.start(
      ["login"], input: .terminal(terminal), output: .terminal(terminal),
      errors: .terminal(terminal))
    terminal.awaitText("server [http://localhost:8080]: ")
    terminal.type(url + "\n")
    terminal.awaitText("key (not shown): ")
    terminal.type(Home.key + "\n")
    #expect(program.finish().status == 0)
    #expect(terminal.echoes)
    let transcript = terminal.transcript()
    #expect(!transcript.contains(Home.key))
    #expect(transcript.contains("logged in to \(url) as default\nkept in \(file)\n"))
    #expect(text == "api-url = \(url)\napi-key = \(Home.key)\n")
  }

  @Test("gives the terminal back as it was when Ctrl-C ends it")
  func interrupted() throws {
    let terminal = PseudoTerminal()
    terminal.echoes = true
    let program = try home.start(
      ["login", url], input: .terminal(terminal), output: .terminal(terminal),
      errors: .terminal(terminal))
    terminal.awaitText("key (not shown): ")
    program.send(SIGINT)
    #expect(program.finish().status == 130)
    #expect(terminal.echoes)
    #expect(text == nil)
  }

  @Test("keeps nothing that the server refuses or that cannot be tried, unless forced")
  func refused() throws {
    let refused = try home.memctl("login", url, input: .pipe("wrong"))
    #expect(refused.status == 77)
    #expect(refused.message == "the server does not accept the key: Invalid API key")
    #expect(refused.hint?.hasPrefix("nothing was written; ") == true)
    let nowhere = try home.memctl("login", Home.nowhere, input: .pipe(Home.key))
    #expect(nowhere.status == 75)
    #expect(text == nil)
    let answered = try home.onTerminal("login", url, typing: "wrong\nn\n")
    #expect(answered.status == 77)
    #expect(text == nil)
    #expect(try home.memctl("login", Home.nowhere, "--force", input: .pipe("later")).status == 0)
    #expect(text == "api-url = \(Home.nowhere)\napi-key = later\n")
    #expect(try home.onTerminal("login", url, typing: "wrong\ny\n").status == 0)
    #expect(text == "api-url = \(url)\napi-key = wrong\n")
  }

  @Test("names a key file in place of the key, and keeps what else the configuration says")
  func keyFile() throws {
    try home.write("key", Home.key)
    try home.write(".config/memctl/config", "# mine\napi-key = old\ntimeout = 3\n")
    #expect(try home.memctl("login", url, "--api-key-file", "key").status == 0)
    let path = home.folder.resolvingSymlinksInPath().path + "/key"
    #expect(text == "# mine\ntimeout = 3\napi-url = \(url)\napi-key-file = \(path)\n")
  }

  @Test("says what counts more than what it kept")
  func overridden() throws {
    home.environment["MEMORY_API_KEY"] = "wrong"
    let ended = try home.onTerminal("login", url, typing: Home.key + "\n")
    #expect(ended.status == 0)
    #expect(ended.text.contains("note: environment MEMORY_API_KEY is set, and counts more"))
  }

  @Test(
    "says what is wrong with an address before it asks for a key",
    arguments: [
      ("localhost:9102", "did you mean http://localhost:9102?"),
      (
        "http://memory.example.org",
        """
        put a proxy that speaks TLS in front of the server and use https://memory.example.org; in a \
        network that you trust, MEMCTL_ALLOW_HTTP=memory.example.org allows this host
        """
      ),
    ])
  func address(address: String, hint: String) throws {
    let ended = try home.memctl("login", address, input: .closed)
    #expect(ended.status == 78)
    #expect(ended.hint == hint)
  }

  @Test("finds out that a server speaks https and not http, or the other way round")
  func scheme() throws {
    let authority = try CertificateAuthority()
    let front = try TLSFront(
      authority.issue("IP:127.0.0.1"), before: UInt16(url.split(separator: ":").last!)!)
    for (given, right) in [
      (url.replacing("http:", with: "https:"), url),
      ("http://127.0.0.1:\(front.port)", "https://127.0.0.1:\(front.port)"),
    ] {
      let ended = try home.memctl("login", given, input: .pipe(Home.key))
      #expect(ended.status == 78)
      #expect(ended.message == "what answers at \(given) speaks \(right.prefix { $0 != ":" })")
      #expect(ended.hint == "use the address \(right)")
    }
  }
}
