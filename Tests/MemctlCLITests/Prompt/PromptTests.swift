import Foundation
import TestSupport
import Testing

/// What somebody sees and does at the prompt of the real program, on a real terminal.
@Suite("The prompt")
struct PromptTests {
  private let home: Home

  init() throws { home = try Home.alone() }

  @Test("greets in three lines the first time, and afterwards with one line of state")
  func greeting() throws {
    let first = try home.prompt()
    try first.wait(forCursorAfter: "memctl (no key)> ")
    #expect(first.screen.lines.count == 4)
    #expect(first.screen.lines.prefix(3).allSatisfy { $0.count < 80 })
    first.enter("store 'Prefers tabs'")
    try first.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    #expect(try first.leave() == 0)

    let second = try home.prompt()
    try second.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    #expect(second.screen.lines.first == "1 memory, 1 queued, never synced")
    #expect(second.screen.lines.count == 2)
    second.enter("exit 3")
    #expect(try second.finish() == 3)
  }

  @Test("says what ended a command, and takes the next one")
  func errors() throws {
    let prompt = try home.prompt()
    prompt.enter("cuonts")
    try prompt.wait(forText: "did you mean 'counts'? otherwise: help lists the commands")
    prompt.enter("list --catgory x")
    try prompt.wait(forText: "did you mean '--category'? otherwise: list --help")
    prompt.enter(".mdoe json")
    try prompt.wait(forText: "did you mean '.mode'?")
    prompt.enter("repl")
    try prompt.wait(forText: "this is already memctl's prompt")
    prompt.enter("counts & list")
    try prompt.wait(forText: "'&' does not run commands in the background here")
    prompt.enter("memctl version")
    try prompt.wait(forLine: "memctl 0.1.0")
    prompt.enter("version; list | wc -l > \(home.folder.path)/lines")
    prompt.enter(".quit")
    #expect(try prompt.finish() == 0)
    #expect(try String(contentsOfFile: home.folder.path + "/lines", encoding: .utf8) == "0\n")
  }

  @Test("takes Ctrl-C at a question for its end, and deletes nothing at a later yes")
  func interruptedQuestion() throws {
    let prompt = try home.prompt(columns: 160)
    prompt.enter("store one")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.enter("delete 1")
    try prompt.wait(forText: "[y/N]")
    prompt.type("\u{3}")
    try prompt.wait(forText: "interrupted")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.enter("exit 3")
    #expect(try prompt.finish() == 3)
    #expect(try home.memctl("show", "1").status == 0)
  }

  @Test("says of each script where it stopped, also of two in a row")
  func stoppedScripts() throws {
    for name in ["first", "second"] {
      try "show 9\n".write(
        toFile: "\(home.folder.path)/\(name)", atomically: true, encoding: .utf8)
    }
    let prompt = try home.prompt(columns: 160)
    prompt.enter(".read ~/first")
    try prompt.wait(forText: "/first, which failed with exit code 66")
    prompt.enter(".read ~/second")
    try prompt.wait(forText: "/second, which failed with exit code 66")
    #expect(try prompt.leave() == 0)
  }

  @Test("stands at the beginning of a row, whatever a command leaves behind")
  func ownRow() throws {
    let prompt = try home.prompt()
    prompt.enter("version | tr -d '\\n'")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(try prompt.leave() == 0)
  }

  @Test("takes an open quote on in the next line, which Ctrl-C gives up")
  func severalLines() throws {
    let prompt = try home.prompt()
    prompt.enter("store 'one")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.enter("two'")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.enter("store 'three")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.type("four")
    try prompt.wait(forCursorAfter: "   ...> four")
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    #expect(prompt.screen.lines.suffix(2).first == "   ...> four^C")
    #expect(try prompt.leave() == 0)
    #expect(try home.memctl("list").output.contains("one\\ntwo\n"))
    #expect(home.history == ["store 'one\\ntwo'"])
  }

  @Test("Ctrl-C clears the line, and nothing of it runs")
  func clearing() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("store never")
    try prompt.wait(forCursorAfter: "memctl (no key)> store never")
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.enter("counts")
    try prompt.wait(forText: "memories      0")
    #expect(try prompt.leave() == 0)
  }

  @Test("Ctrl-C is heard at once, also while the keys before it are still being read")
  func quickClearing() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    for count in 1...100 {
      // The prompt is still reading, once more and once less of it, when Ctrl-C drops the rest.
      prompt.type(String(repeating: "ab", count: 400))
      for _ in 0..<count * 100 % 2_000 { sched_yield() }
      prompt.type(Key.control("c"))
      try prompt.wait(for: "Ctrl-C, \(count) times") { screen in
        prompt.transcript.count(of: "^C") == count && screen.lineBeforeCursor.hasSuffix("> ")
      }
    }
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    #expect(try prompt.leave() == 0)
  }

  @Test("Ctrl-C and SIGTERM end a paste that never ends by itself")
  func endlessPaste() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("st\u{1B}[200~ore one\n")
    // It has been read once the other program's memory is told of.
    try home.memctl("store", "elsewhere")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> st")
    prompt.type(Key.control("c"))
    try prompt.wait(forText: "st^C")
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.type("s\u{1B}[200~tore two\n")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> s")
    kill(prompt.identifier, SIGTERM)
    #expect(try prompt.finish() == 143)
    #expect(try home.memctl("counts").output.contains("total\t1"))
  }

  @Test("Ctrl-D ends the session, also in a command that is not complete after a second one")
  func endOfInput() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.enter("store 'one")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.type(Key.control("d"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type(Key.control("d"))
    #expect(try prompt.finish() == 0)
    #expect(try home.memctl("counts").output.contains("total\t0"))
  }

  @Test("Ctrl-C ends a search in the history as well")
  func clearingSearch() throws {
    let prompt = try home.prompt()
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type(Key.control("r") + "ver")
    try prompt.wait(forText: "(reverse-i-search)`ver': version")
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type(Key.control("r") + "ver" + Key.enter)
    try prompt.wait(for: "the version twice") {
      $0.lines.count { $0 == "memctl 0.1.0" } == 2
    }
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(try prompt.leave() == 0)
  }

  @Test("what is pasted waits for Enter, however many lines it has")
  func paste() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("\u{1B}[200~store one\nstore 'two\tb'\n\u{1B}[201~store three")
    try prompt.wait(forCursorAfter: "store three")
    #expect(try home.memctl("counts").output.contains("total\t0"))
    prompt.type(Key.enter)
    try prompt.wait(forCursorAfter: "memctl (3 pending, no key)> ")
    #expect(try prompt.leave() == 0)
    #expect(try home.memctl("list").output.contains("two\\tb"))
  }

  @Test("what is wide is measured right, on a terminal of any width")
  func wideCharacters() throws {
    let prompt = try home.prompt(columns: 40)
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("store '日本語 🙂 ü'" + String(repeating: Key.left, count: 4) + "x")
    try prompt.wait(forCursorAfter: "memctl (no key)> store '日本語 x")
    try prompt.wait(forText: "memctl (no key)> store '日本語 x🙂 ü'")
    prompt.resize(columns: 30)
    prompt.type("y")
    try prompt.wait(forText: "memctl (no key)> store '日本")
    prompt.resize(columns: 100)
    prompt.type("z")
    try prompt.wait(forText: "memctl (no key)> store '日本語 xyz🙂 ü'")
    prompt.type(Key.enter)
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    #expect(try prompt.leave() == 0)
    #expect(try home.memctl("list").output.contains("日本語 xyz🙂 ü\n"))
  }

  @Test("has the keys that the user's inputrc asks for")
  func viKeys() throws {
    let inputrc = try home.file("inputrc", "$if memctl\nset editing-mode vi\n$endif\n")
    let prompt = try home.prompt(adding: ["INPUTRC": inputrc])
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("ersion")
    try prompt.wait(forCursorAfter: "memctl (no key)> ersion")
    prompt.type(Key.escape)
    try prompt.wait(forCursorAfter: "memctl (no key)> ersio")
    prompt.type("0iv" + Key.enter)
    try prompt.wait(forLine: "memctl 0.1.0")
    #expect(try prompt.leave() == 0)
  }

  @Test("begins each line in vi's insert mode, and lets no key but Ctrl-D end it")
  func viAfterCtrlC() throws {
    let inputrc = try home.file("inputrc", "set editing-mode vi\n")
    let prompt = try home.prompt(adding: ["INPUTRC": inputrc])
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("abc")
    try prompt.wait(forCursorAfter: "memctl (no key)> abc")
    prompt.type(Key.escape)
    try prompt.wait(forCursorAfter: "memctl (no key)> ab")
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("\u{1C}")
    prompt.enter("version")
    try prompt.wait(forLine: "memctl 0.1.0")
    #expect(try prompt.leave() == 0)
  }

  @Test("shows colour only where it is wanted")
  func colour() throws {
    for (variables, isColoured) in [([:], true), (["NO_COLOR": "1"], false)] {
      let home = try Home.alone()
      try home.memctl("store", "x")
      let prompt = try home.prompt(adding: variables)
      try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
      #expect(prompt.transcript.contains("\u{1B}[33m1 pending") == isColoured)
      #expect(try prompt.leave() == 0)
    }
  }

  @Test("shows what is longer than the screen with the user's pager, and nothing else")
  func pager() throws {
    for number in 1...30 { try home.memctl("store", "memory \(number)") }
    let pager = try home.file("pager", "#!/bin/sh\nsed 's/^/paged: /'\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: pager)
    let prompt = try home.prompt(adding: ["PAGER": pager])
    prompt.enter("list")
    try prompt.wait(forText: "paged: ID  SERVER")
    try prompt.wait(forText: "paged:  1 ")
    prompt.enter("list -n 3")
    try prompt.wait(for: "a short list") { $0.lines.contains { $0.hasPrefix("ID  SERVER") } }
    #expect(try prompt.leave() == 0)
    // Where there is none, nothing is lost.
    let poor = try home.prompt(adding: ["PAGER": "no-such-pager"])
    poor.enter("list --sort oldest")
    try poor.wait(forText: "memory 30")
    #expect(try poor.leave() == 0)
  }

  @Test("leaves a pager that is ended early without an error")
  func pagerEndsEarly() throws {
    for number in 1...40 { try home.memctl("store", "memory \(number)") }
    let prompt = try home.prompt(adding: ["PAGER": "head -n 1"])
    prompt.enter("list; version")
    try prompt.wait(forLine: "memctl 0.1.0")
    #expect(!prompt.transcript.contains("cannot write"))
    #expect(try prompt.leave() == 0)
  }

  @Test("has no pager on a terminal that cannot page")
  func dumbTerminal() throws {
    for number in 1...40 { try home.memctl("store", "memory \(number)") }
    let prompt = try home.prompt(adding: ["PAGER": "echo paged", "TERM": "dumb"])
    prompt.enter("list --sort oldest")
    try prompt.wait(forText: "memory 40")
    #expect(!prompt.transcript.contains("paged"))
    #expect(try prompt.leave() == 0)
  }

  @Test("has a terminal that works after a command that left it in disorder")
  func terminalAfterCommand() throws {
    let prompt = try home.prompt()
    for (index, command) in ["list | (cat; stty -F /dev/tty -opost)", "!stty raw"].enumerated() {
      prompt.enter(command)
      prompt.enter("version; version")
      try prompt.wait(for: "two lines more") {
        $0.lines.count { $0 == "memctl 0.1.0" } == 2 * (index + 1)
      }
    }
    #expect(try prompt.leave() == 0)
  }

  @Test("empties the screen by a command and by Ctrl-L")
  func emptyScreen() throws {
    let prompt = try home.prompt()
    for keys in ["clear\r", Key.control("l")] {
      prompt.enter("version")
      try prompt.wait(forLine: "memctl 0.1.0")
      try prompt.wait(forCursorAfter: "memctl (no key)> ")
      prompt.type(keys)
      try prompt.wait(for: "an empty screen") { $0.lines == ["memctl (no key)>"] }
    }
    #expect(try prompt.leave() == 0)
  }

  @Test("reads replrc at its start, unless --no-rc")
  func startScript() throws {
    try home.file(".config/memctl/replrc", ".mode tsv\nversion\n")
    let prompt = try home.prompt()
    try prompt.wait(forLine: "memctl 0.1.0")
    prompt.enter("counts")
    try prompt.wait(forText: "total")
    #expect(try prompt.leave() == 0)
    let plain = try home.prompt("repl", "--no-rc")
    plain.enter("counts")
    try plain.wait(forText: "memories      0")
    #expect(!plain.transcript.contains("memctl 0.1.0"))
    #expect(try plain.leave() == 0)
  }

  @Test("does not run a replrc that others can write, and says so")
  func foreignStartScript() throws {
    let path = try home.file(".config/memctl/replrc", "version\n")
    chmod(path, 0o646)
    let prompt = try home.prompt(columns: 200)
    try prompt.wait(forText: "\(path) was not run: other users can write to it")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(!prompt.transcript.contains("memctl 0.1.0\r\n"))
    #expect(try prompt.leave() == 0)
    chmod(path, 0o644)
    let next = try home.prompt()
    try next.wait(forLine: "memctl 0.1.0")
    #expect(try next.leave() == 0)
  }

  @Test("hands its own options to each command")
  func inheritedOptions() throws {
    let other = home.folder.path + "/other.db"
    for text in ["here", "here as well"] { try home.memctl("store", text) }
    let prompt = try home.prompt("--db", other, "--json", "--color=never")
    prompt.enter("store elsewhere")
    try prompt.wait(forText: "\"queued\":true")
    prompt.enter("counts --db \(home.database)")
    try prompt.wait(forText: "\"total\":2")
    #expect(try prompt.leave() == 0)
    #expect(try home.memctl("--db", other, "list").output.contains("elsewhere"))
  }

  @Test("watches a command until Ctrl-C")
  func watching() throws {
    let prompt = try home.prompt()
    prompt.enter(".watch 0.01 version")
    try prompt.wait(for: "three times") { $0.lines.count { $0 == "memctl 0.1.0" } >= 3 }
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.enter(".watch -n 2 0 list -n 1")
    try prompt.wait(for: "twice") { $0.lines.count { $0 == "no memories" } == 2 }
    #expect(try prompt.leave() == 0)
  }

  @Test("tells what is set, and what there is")
  func information() throws {
    let prompt = try home.prompt()
    prompt.enter(".mode json")
    prompt.enter(".show")
    try prompt.wait(forText: "history      \(home.historyPath)".prefix(79).description)
    #expect(prompt.screen.lines.contains("mode         json"))
    prompt.enter(".help nothing-like-this")
    try prompt.wait(forText: "no command has 'nothing-like-this'")
    prompt.enter(".help dead")
    try prompt.wait(forText: "Count memories, queue entries and dead letters.")
    prompt.enter(".help timer")
    try prompt.wait(forText: ".timer on|off")
    prompt.enter("store --help")
    try prompt.wait(forText: "memctl store [OPTIONS] [TEXT...]")
    prompt.enter(".bail --help")
    try prompt.wait(forText: "  .bail on|off")
    #expect(try prompt.leave() == 0)
  }

  @Test("lists its commands no wider than the terminal")
  func help() throws {
    let prompt = try home.prompt(adding: ["PAGER": "cat"])
    prompt.enter(".help")
    try prompt.wait(
      forLine: "  .bail on|off              stop a script at the first command that fails (on),")
    try prompt.wait(forLine: "  version                   show the version")
    #expect(prompt.screen.lines.allSatisfy { $0.count <= 80 })
    #expect(try prompt.leave() == 0)
  }

  @Test("creates no cache by itself, and reads one that is put back")
  func replacedCache() throws {
    try FileManager.default.removeItem(atPath: home.database)
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type("show " + Key.tab)
    prompt.enter(Key.control("u") + "version")
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(!FileManager.default.fileExists(atPath: home.database))

    prompt.enter("store one")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    let backup = home.folder.path + "/backup"
    try FileManager.default.moveItem(atPath: home.database, toPath: backup)
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.moveItem(atPath: home.database + suffix, toPath: backup + suffix)
    }
    // It looks at the file now and then, without a key.
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    #expect(!FileManager.default.fileExists(atPath: home.database))
    for suffix in ["-wal", "-shm", ""] {
      try? FileManager.default.moveItem(atPath: backup + suffix, toPath: home.database + suffix)
    }
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    prompt.enter("counts")
    try prompt.wait(forText: "memories      1")
    #expect(try prompt.leave() == 0)
  }

  @Test("goes on where the cache cannot be read, and says so")
  func brokenCache() throws {
    try home.file("memory.db", String(repeating: "no database\n", count: 100))
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no cache)> ")
    prompt.enter("counts")
    try prompt.wait(forText: "hint: choose another file with --db")
    #expect(try prompt.leave() == 0)
  }
}

extension String {
  fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
