import Foundation
import TestSupport
import Testing

@Suite("Tab at the prompt")
struct PromptCompletionTests {
  private let home: Home
  private let prompt: TerminalProgram

  init() throws {
    home = try Home.alone()
    for text in ["Prefers tabs", "Décidé", "It's | odd"] {
      try home.memctl("store", text, "--tags", "style,two words")
    }
    try home.memctl("store", Home.secret, "--sensitive")
    prompt = try home.prompt("--color=never", columns: 160)
    try prompt.wait(forCursorAfter: "memctl (4 pending, no key)> ")
  }

  /// Types, and waits for what stands before the cursor then.
  private func expect(_ keys: String, _ line: String) throws {
    prompt.type(keys)
    try prompt.wait(forCursorAfter: "memctl (4 pending, no key)> \(line)")
  }

  private func end() throws {
    prompt.type(Key.control("c"))
    try prompt.wait(forCursorAfter: "memctl (4 pending, no key)> ")
    #expect(try prompt.leave() == 0)
    home.check(prompt.transcript, of: [], #_sourceLocation)
  }

  @Test("completes what is unambiguous, with a blank after it, but none after --x=")
  func once() throws {
    try expect("vers\t", "version ")
    try expect("\u{3}queue sh\t", "queue show ")
    try expect("\u{3}.mo\tj\t", ".mode json ")
    try expect("\u{3}list --cat\t", "list --category=")
    try expect("fac\t", "list --category=facts ")
    try expect("--rev\t", "list --category=facts --reveal ")
    try expect("\u{3}list -c arch\t", "list -c architecture ")
    try expect("\u{3}counts; memctl sy\t", "counts; memctl sync ")
    try expect("\u{3}.watch 2 queue ret\t", ".watch 2 queue retry ")
    try expect("\u{3}help exit\t", "help exit-codes ")
    // What the line says twice is not offered a second time.
    try expect("\u{3}delete 1 2 3 \t", "delete 1 2 3 4 ")
    try expect("\u{3}list --json --js\t", "list --json --js")
    try end()
  }

  @Test("twice, it shows what there is, with what it means")
  func twice() throws {
    try expect("queue \t\t", "queue ")
    for text in [
      "list    list the entries, oldest first", "retry   make entries due at once",
    ] { try prompt.wait(forText: text) }
    try expect("\u{3}show \t\t", "show ")
    try prompt.wait(forText: "2  Décidé")
    try prompt.wait(forText: "4  [sensitive]")
    try expect("\u{3}queue drop \t\t", "queue drop ")
    try prompt.wait(forText: "3  store, It's | odd")
    try prompt.wait(forText: "4  store, [sensitive]")
    try expect("\u{3}store --category=\t\t", "store --category=")
    try prompt.wait(forText: "architecture    facts")
    try end()
  }

  @Test("cuts nothing off where the columns fill the screen to its edge")
  func fullWidth() throws {
    let narrow = try home.prompt("--color=never", columns: 80)
    try narrow.wait(forCursorAfter: "memctl (4 pending, no key)> ")
    narrow.type("list -c \t\t")
    try narrow.wait(
      forText: "architecture    gotchas         operations      process         sessions")
    try narrow.wait(forCursorAfter: "memctl (4 pending, no key)> list -c ")
    #expect(!narrow.transcript.contains("…"))
    narrow.type(Key.control("c"))
    #expect(try narrow.leave() == 0)
  }

  @Test("quotes what a shell would take apart")
  func quoting() throws {
    try expect("list --tag=t\t", #"list --tag=two\ words "#)
    try expect("\u{3}list -t 'two\t", #"list -t two\ words "#)
    try expect("\u{3}store x --tags style,t\t", #"store x --tags style,two\ words "#)
    prompt.type("\u{3}list -t two\t\r")
    try prompt.wait(forText: "It's | odd")
    try prompt.wait(forCursorAfter: "memctl (4 pending, no key)> ")
    try end()
  }

  @Test("finds files, for commands and for what a shell is to read")
  func files() throws {
    let path = try home.file("some folder/a file", "version\n")
    let folder = home.folder.path
    try expect(".read \(folder)/so\t", #".read \#(folder)/some\ folder/"#)
    try expect("\t", #".read \#(folder)/some\ folder/a\ file "#)
    prompt.type(Key.enter)
    try prompt.wait(forLine: "memctl 0.1.0")
    try prompt.wait(forCursorAfter: "memctl (4 pending, no key)> ")
    try expect(".read ~/some\t", #".read ~/some\ folder/"#)
    try expect("\u{3}list > \(folder)/mem\t\t", "list > \(folder)/memory.db")
    #expect(FileManager.default.fileExists(atPath: path))
    // A name that is no text cannot be typed.
    try #require(mkdir(folder + "/bad", 0o700) == 0)
    for name in [[UInt8(ascii: "/"), 0xE9], Array("/ok".utf8)] {
      let bytes = Array((folder + "/bad").utf8) + name + [0]
      close(
        bytes.withUnsafeBufferPointer { pointer in
          pointer.withMemoryRebound(to: CChar.self) {
            open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600)
          }
        })
    }
    try expect("\u{3}.read \(folder)/bad/\t", ".read \(folder)/bad/ok ")
    prompt.enter("\u{3}list |")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.type("wc\t\tx")
    try prompt.wait(forCursorAfter: "   ...> wcx")
    try end()
  }

  @Test("completes in a line that goes on from the one before")
  func severalLines() throws {
    prompt.enter("store 'a")
    try prompt.wait(forCursorAfter: "   ...> ")
    prompt.type("b' --cat\tdec\t")
    try prompt.wait(forCursorAfter: "   ...> b' --category=decisions ")
    try end()
  }

  @Test("leaves a line as it is where there is nothing to say")
  func nothing() throws {
    try expect("store 'some te\t\tx", "store 'some tex")
    try expect("\u{3}nonsense \t\tx", "nonsense x")
    try expect("\u{3}# comm\t\tx", "# commx")
    try end()
  }
}
