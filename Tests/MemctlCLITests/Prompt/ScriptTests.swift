import Foundation
import TestSupport
import Testing

@Suite("A script of the prompt's commands")
struct ScriptTests {
  private let home: Home

  init() throws { home = try Home.alone() }

  private func script(_ text: String, _ arguments: String...) throws -> ChildProgram.Ended {
    try home.start(["repl"] + arguments, input: .pipe(text)).finish()
  }

  @Test("runs without greeting, prompt and history, each command as in a shell")
  func piped() throws {
    try home.file(".config/memctl/replrc", ".mode json\n")
    let ended = try script(
      """
      #!/usr/bin/memctl repl
      store 'one
      two' --tags a   # a comment
      store "it's"; counts | head -n 1
      list --sort oldest | cut -f 7
      """)
    let lines = ended.output.split(separator: "\n").filter { !$0.hasPrefix("queued_because") }
    #expect(
      lines == [
        "id\t1", "server_id\t", "queued\ttrue", "id\t2", "server_id\t", "queued\ttrue", "total\t2",
        "one\\ntwo", "it's",
      ])
    #expect(ended.errors == "")
    #expect(ended.status == 0)
    #expect(home.history == [])
    let onTerminal = try home.onTerminal("repl", "-c", "version")
    #expect(onTerminal.text == "memctl 0.1.0\n")
  }

  @Test("comes from options, from files, or from standard input")
  func sources() throws {
    let file = try home.file("script", "version\n")
    let options = try home.memctl("repl", "-c", "version", "--command=counts | head -n 1")
    #expect(options.output == "memctl 0.1.0\ntotal\t0\n")
    #expect(try home.memctl("repl", "-f", file, "--file", file).output == "memctl 0.1.0\n" * 2)
    #expect(try script("version", "-f", "-").output == "memctl 0.1.0\n")
    #expect(try script("text\n", "-c", "store -").status == 0)
    #expect(try home.memctl("list").output.hasSuffix("\ttext\n"))
    let both = try home.memctl("repl", "-c", "version", "-f", file)
    #expect(both.status == 64)
    #expect(both.message == "give --command or --file, not both")
    let missing = try home.memctl("repl", "-f", "/no/such/file")
    #expect(missing.status == 66)
    #expect(missing.message == "cannot read the script /no/such/file: No such file or directory")
  }

  @Test("does not lose its own lines to a command that reads")
  func ownInput() throws {
    let ended = try script("store -\nversion\n")
    #expect(ended.status == 65)
    #expect(ended.errors.contains("stopped at line 1 of standard input"))
  }

  @Test("ends at the first command that fails, with its code and line")
  func stops() throws {
    let ended = try script("counts | head -n 1\n\nshow 9\nversion\n")
    #expect(ended.output == "total\t0\n")
    #expect(
      ended.errors == """
        memctl: there is no memory 9
        hint: memctl list shows the ids
        memctl: stopped at line 3 of standard input, which failed with exit code 66
        hint: after .bail off, a script continues when a command fails

        """)
    #expect(ended.status == 66)
    #expect(try home.memctl("repl", "-c", "nonsense", "-c", "version").status == 64)
    #expect(try home.memctl("repl", "-c", "counts | false").status == 1)
  }

  @Test(
    "goes on after .bail off, and ends with the worst code",
    arguments: [
      ("show 9\nsync\nshow 8\nversion", 78), ("version\nshow 9\ncounts | false", 66),
      ("counts | false\nversion", 1), ("version", 0),
    ] as [(String, Int32)])
  func goesOn(_ text: String, _ status: Int32) throws {
    let ended = try script(".bail off\n" + text + "\nversion\n")
    #expect(ended.output.hasSuffix("memctl 0.1.0\n"))
    #expect(ended.status == status)
  }

  @Test("reads others, which stop it unless .bail is off, but not itself for ever")
  func reading() throws {
    let failing = try home.file("failing", "version\nshow 9\nversion\n")
    let ended = try script(".read \(failing)\nversion\n")
    #expect(ended.output == "memctl 0.1.0\n")
    #expect(
      ended.errors.contains("stopped at line 2 of \(failing), which failed with exit code 66"))
    #expect(!ended.errors.contains("of standard input"))
    #expect(ended.status == 66)
    #expect(try script(".bail off\n.read \(failing)\nversion\n").output == "memctl 0.1.0\n" * 3)
    let itself = home.folder.path + "/itself"
    try home.file("itself", ".read \(itself)\n")
    #expect(try script(".read \(itself)").errors.contains("more than 16 deep"))
    #expect(try script(".read /no/such").status == 66)
  }

  @Test("chooses the shape of results, and where they go")
  func results() throws {
    try home.memctl("store", "one")
    let out = home.folder.path + "/out"
    let once = home.folder.path + "/once"
    let ended = try script(
      """
      .output \(out)
      list
      .once \(once)
      list -n 1 --json
      .mode table
      list
      .output
      .mode json
      counts
      list --format tsv | cut -f 7
      """)
    #expect(ended.errors == "")
    #expect(ended.output.hasPrefix("{\"schema\":1,\"command\":\"counts\""))
    #expect(ended.output.hasSuffix("\none\n"))
    let lines = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasSuffix("\tone"))
    #expect(lines[1].hasPrefix("ID  SERVER"))
    #expect(try String(contentsOfFile: once, encoding: .utf8).hasPrefix("{\"id\":1"))
    let unwritable = try script(".output /no/such/folder/file\n")
    #expect(unwritable.status == 74)
    #expect(unwritable.message.hasPrefix("cannot write /no/such/folder/file"))
    #expect(try script(".show > \(out)").status == 64)
  }

  @Test("joins commands by && and ||, and fails only if the last that ran has failed")
  func joined() throws {
    let ended = try script(
      """
      version && show 9 || counts | head -n 1
      show 9 && version
      version
      """)
    #expect(ended.output == "memctl 0.1.0\ntotal\t0\n")
    #expect(ended.errors.split(separator: "there is no memory 9").count == 3)
    #expect(ended.errors.contains("stopped at line 2 of standard input"))
    #expect(ended.status == 66)
  }

  @Test("gives a line after ! to a shell, and takes its exit code")
  func shellLines() throws {
    let ended = try script("!echo a | tr a b; false || echo $((1 + 1))\n.shell exit 7\nversion")
    #expect(ended.output == "b\n2\n")
    #expect(ended.errors.contains("stopped at line 2 of standard input"))
    #expect(ended.status == 7)
  }

  @Test("shows its settings where .set is given none")
  func settings() throws {
    #expect(try script(".set").output == script(".show").output)
    #expect(try script(".set autosync off\n.show").output.contains("autosync     off\n"))
  }

  @Test("repeats a command, together with what its output goes through")
  func repeating() throws {
    #expect(try script(".watch -n 2 0 counts | head -n 1").output == "total\t0\n" * 2)
    let ended = try script(".watch --times=2 0 show 9\nversion")
    #expect(ended.errors.split(separator: "there is no memory 9").count == 3)
    #expect(ended.status == 66)
  }

  @Test("ends where it says so, with the code that it says")
  func quitting() throws {
    let ended = try script("version\n.quit 7\nversion\n")
    #expect(ended.output == "memctl 0.1.0\n")
    #expect(ended.status == 7)
    #expect(try home.memctl("repl", "-c", "exit 3", "-c", "version").status == 3)
    for word in ["quit", "\\q", ".exit", ":q"] {
      let ended = try home.memctl("repl", "-c", word, "-c", "version")
      #expect(ended.status == 0 && ended.output == "")
    }
    #expect(try script(".quit 256").status == 64)
  }

  @Test("tells how long its commands took")
  func timer() throws {
    let ended = try script(".timer on\nversion\n.timer off\nversion\n")
    #expect(ended.errors.wholeMatch(of: /\d+ ms\n/) != nil)
  }

  @Test(
    "that cannot be understood is refused in plain words, and nothing of it runs",
    arguments: [
      ("store 'one\n", "standard input: the ' on line 1 is never closed", 64),
      ("store & counts\n", "standard input: '&' does not run commands in the background here", 64),
      ("store a\u{0}b\n", "a command cannot contain a NUL character", 64),
      (".watch x version\n", "S takes a number from 0 to 86400, not 'x'", 64),
      (".mode xml\n", ".mode takes one of table, tsv, json, not 'xml'", 64),
      ("repl\n", "this is already memctl's prompt", 64),
      ("--quiet repl --no-rc\n", "this is already memctl's prompt", 64),
      ("--db other.db\n", "this is already memctl's prompt", 64),
      ("counts ||\n", "standard input: there is no command after '||'", 64),
      (".set color off\n", ".set takes autosync, not 'color'", 64),
      (".set autosync\n", "autosync is on or off", 64), (".bail\n", "missing operand on|off", 64),
      ("!\n", "there is no command after '!'", 64), ("rm 4\n", "unknown command 'rm'", 64),
      (
        "store " + String(repeating: "x", count: 200_000) + "\n",
        "the command is too long for the system", 65
      ),
    ] as [(String, String, Int32)])
  func refusals(_ text: String, _ message: String, _ status: Int32) throws {
    let file = try home.file("script", text)
    let ended = try home.start(["repl"], input: .file(file)).finish()
    #expect(ended.message == message)
    #expect(ended.hint != nil)
    #expect(ended.status == status)
    #expect(try home.memctl("counts").output.contains("total\t0"))
  }

  @Test("may come from an editor of another system")
  func otherSystems() throws {
    let ended = try script("\u{FEFF}version\r\nstore 'one\r\ntwo'\r\n")
    #expect(ended.output.hasPrefix("memctl 0.1.0\n"))
    #expect(ended.status == 0)
    #expect(try home.memctl("list").output.hasSuffix("\tone\\ntwo\n"))
  }

  @Test("that is not UTF-8 is refused at the line that is not")
  func encoding() throws {
    let file = home.folder.path + "/script"
    try Data(Array("version\nstore caf".utf8) + [0xE9, 0x0A]).write(to: URL(filePath: file))
    let ended = try home.memctl("repl", "-f", file)
    #expect(ended.output == "memctl 0.1.0\n")
    #expect(ended.message == "line 2 of \(file) is not valid UTF-8")
    #expect(ended.status == 65)
  }

  @Test("gets help and version of each command, the prompt's own included")
  func help() throws {
    #expect(
      try script(".timer --version\n.timer --help").output.hasPrefix("memctl 0.1.0\nShow how"))
    #expect(try script("repl --help").output == home.memctl("repl", "--help").output)
  }

  @Test("is ended by a signal, also while it waits for its next line")
  func signals() throws {
    for (signal, status) in [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)] {
      // A command of the prompt's own is no process, and repeats at once.
      let endless = try home.start(["repl", "-c", "version", "-c", ".watch 0 .timer off"])
      #expect(endless.nextLine() == "memctl 0.1.0")
      endless.send(signal)
      #expect(endless.finish().status == status)
      let terminal = PseudoTerminal()
      let program = try home.start(["repl"], input: .terminal(terminal))
      terminal.type("version\n")
      #expect(program.nextLine() == "memctl 0.1.0")
      program.send(signal)
      #expect(program.finish().status == status)
    }
  }
}

private func * (text: String, count: Int) -> String { String(repeating: text, count: count) }
