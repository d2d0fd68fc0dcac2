import Foundation
import MemctlCore
import TestSupport
import Testing

@Suite("Streams")
struct StreamTests {
  private let home: Home

  init() throws {
    home = try Home()
    try home.addSamples()
  }

  @Test("a reader that goes away ends memctl quietly")
  func closedPipe() throws {
    let cache = try Cache(path: home.database)
    let text = MemoryFields(content: String(repeating: "x", count: 1_000))
    for _ in 1...200 { _ = try cache.store(text, at: .now) }
    for arguments in [["list", "--sort=oldest"], ["list", "--json", "--sort=oldest"]] {
      let program = try home.start(arguments)
      #expect(try #require(program.nextLine()).contains("Prefers tabs"))
      program.stopReading()
      let ended = program.finish()
      #expect(ended.errors == "")
      #expect(ended.status == 141)
    }
  }

  @Test("output that cannot be written ends memctl with 74")
  func fullDisk() throws {
    for arguments in [["list"], ["counts", "--json"], ["--help"], ["completions", "zsh"]] {
      let ended = try home.start(arguments, output: .file("/dev/full")).finish()
      #expect(ended.message == "cannot write the output: No space left on device")
      #expect(ended.hint == "check where the output goes; the command itself is done")
      #expect(ended.status == 74)
    }
  }

  @Test("a closed stream is an error, and never the number of a file that memctl opens")
  func closedStreams() throws {
    let closedOutput = try home.memctl("list", output: .closed)
    #expect(closedOutput.message == "cannot write the output: Bad file descriptor")
    #expect(closedOutput.status == 74)
    let closedInput = try home.memctl("store", "-", input: .closed)
    #expect(closedInput.message == "cannot read stdin: Bad file descriptor")
    #expect(closedInput.status == 66)
    #expect(try home.memctl("list", input: .closed).status == 0)
    let none = try home.memctl("sync", input: .closed, output: .closed, errors: .closed)
    #expect(none.status == 74)
    #expect(try home.memctl("list", errors: .closed).status == 0)
    #expect(try home.memctl("list", "--json").json.count == 3)
  }

  @Test(
    "colour is for terminals that want it",
    arguments: [
      (["TERM": "xterm"], true), (["TERM": "dumb"], false), (["NO_COLOR": "1"], false),
      (["NO_COLOR": ""], true), (["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false),
      (["TERM": "dumb", "CLICOLOR_FORCE": "1"], true),
      (["TERM": "dumb", "CLICOLOR_FORCE": "0"], false),
    ])
  func colour(_ variables: [String: String], _ isColoured: Bool) throws {
    let text = try home.onTerminal("list", adding: variables).text
    #expect(text.contains("\u{1B}[") == isColoured)
    let help = try home.onTerminal("--help", adding: variables).text
    #expect(help.contains("\u{1B}[") == isColoured)
  }

  @Test("--color goes before all of them")
  func colourOption() throws {
    let force = ["CLICOLOR_FORCE": "1"]
    #expect(!(try home.onTerminal("list", "--color=never", adding: force).text.contains("\u{1B}")))
    let never = ["NO_COLOR": "1"]
    #expect(try home.onTerminal("list", "--color=always", adding: never).text.contains("\u{1B}"))
    #expect(try home.memctl("--color=always", "--help").output.contains("\u{1B}[1m"))
    #expect(!(try home.memctl("counts", "--color=always", "--json").output.contains("\u{1B}")))
  }

  @Test("--quiet leaves out a JSON report without errors, and nothing else")
  func quietJSON() throws {
    #expect(try home.memctl("queue", "retry", "1", "--json", "-q").output == "")
    #expect(try home.memctl("list", "--json", "-q").json.count == 3)
    #expect(try home.memctl("counts", "--json", "-q").json.count == 1)
    let failed = try home.memctl("sync", "--json", "-q")
    #expect(try failed.json.map { $0["ok"] as? Bool } == [false])
  }

  @Test("help and version write nothing to the disk, and read no configuration")
  func noDisk() throws {
    let empty = try Home()
    empty.environment["MEMORY_DB"] = nil
    empty.environment["XDG_CONFIG_HOME"] = "/dev/null"
    for arguments in [["--help"], ["version"], ["help", "ids"], ["queue", "--help"]] {
      #expect(try empty.start(arguments).finish().status == 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty.folder.path) == [])
  }

  @Test("what reads the cache never calls the server")
  func noNetwork() throws {
    let server = FaultyServer()
    home.environment["MEMORY_API_URL"] = server.url("")
    for arguments in [
      ["queue"], ["queue", "show", "1"], ["queue", "retry", "1"], ["queue", "drop", "1"],
      ["list"], ["show", "1"], ["counts"],
    ] {
      #expect(try home.start(arguments).finish().status == 0)
    }
    #expect(server.connectionCount == 0)
  }
}
