import Foundation
import TestSupport
import Testing

@Suite("A command line that is wrong")
struct UsageTests {
  @Test(
    "is answered with what is wrong, what was probably meant, and 64",
    arguments: [
      ("sycn", "unknown command 'sycn'", "did you mean 'sync'? otherwise: memctl --help"),
      ("--jsno", "unknown option '--jsno'", "did you mean '--json'? otherwise: memctl --help"),
      (
        "queue lst", "unknown command 'queue lst'",
        "did you mean 'queue list'? otherwise: memctl queue --help"
      ),
      (
        "help quue", "no help for 'quue'", "did you mean 'queue'? otherwise: memctl --help"
      ),
      (
        "list --limit 0", "--limit takes a whole number of at least 1, not '0'",
        "memctl list --help"
      ),
      (
        "store --importance=2 x", "--importance takes a number from 0 to 1, not '2'",
        "memctl store --help"
      ),
      (
        "completions bsh", "completions takes one of bash, zsh, fish, not 'bsh'",
        "did you mean 'bash'? otherwise: memctl completions --help"
      ),
      (
        "show", "missing operand ID",
        "memctl show [OPTIONS] ID...; memctl show --help explains it"
      ),
      ("rm 4", "unknown command 'rm'", "did you mean 'delete'? otherwise: memctl --help"),
      (
        "retry 4", "unknown command 'retry'", "did you mean 'queue retry'? otherwise: memctl --help"
      ),
      ("-c facts sync", "unknown option '-c'", "memctl sync --help"),
      ("-c facts", "the command is missing that -c belongs to", "memctl --help"),
      (
        "list -t two words", "unexpected operand 'words'",
        "quote a value that has blanks: -t 'two words'"
      ),
      (
        "store -5 degrees", "unknown option '-5'",
        "put -- before text that begins with a dash: memctl store -- TEXT"
      ),
      ("show abc", "'abc' is not the id of a memory", "memctl list shows the ids"),
      ("queue show abc", "'abc' is not the id of a queue entry", "memctl queue shows the ids"),
      ("delete -- -1", "'-1' is not the id of a memory", "memctl list shows the ids"),
      ("sync now", "unexpected operand 'now'", "memctl sync --help"),
      (
        "queue retry", "which entries?", "memctl queue retry ID..., or memctl queue retry --all"
      ),
      (
        "queue retry --all 1", "give ids or --all, not both",
        "memctl queue retry ID..., or memctl queue retry --all"
      ),
      ("--db= counts", "--db is empty", "is the variable you passed empty?"),
      ("--db a counts --db b", "--db is given twice", "memctl counts --help"),
    ])
  func answer(_ line: String, _ message: String, _ hint: String) throws {
    let home = try Home()
    let ended = try home.start(line.split(separator: " ").map(String.init)).finish()
    #expect(ended.message == message)
    #expect(ended.hint == hint)
    #expect(ended.output == "")
    #expect(ended.status == 64)
  }

  @Test("is answered as JSON, too, when that is asked for")
  func json() throws {
    try Home().play(
      "usage-json", "--json sycn", "show abc --json", "--json", "list --limit 0 --json",
      "queue lst --json")
  }

  @Test(
    "does not get to show a key, wherever it stands",
    arguments: ["--api-key", "--api-key=", "--token", "--key", "--password"])
  func key(option: String) throws {
    let key = "cm_live_2f6d1b"
    for words in [["list"], ["list", "--json"]] {
      let line = option.hasSuffix("=") ? [option + key] : [option, key]
      let ended = try Home().start(line + words).finish()
      #expect(ended.message.hasPrefix("there is no option '--"))
      #expect(ended.hint?.contains("MEMORY_API_KEY") == true)
      #expect(!(ended.output + ended.errors).contains(key))
      #expect(ended.status == 64)
    }
  }

  @Test("is right where an option of the command stands before it")
  func earlyOptions() throws {
    let home = try Home()
    let ended = try home.memctl("-c", "facts", "--tags", "a", "store", "y", "--importance", "0.7")
    #expect(ended.status == 0)
    let listed = try home.memctl("-n1", "list").output
    #expect(listed.contains("\tfacts\t0.7\ta\t"))
    #expect(try home.memctl("-h", "list").output == home.memctl("list", "--help").output)
  }

  @Test("without a command is answered with help on stderr")
  func noCommand() throws {
    let home = try Home()
    let ended = try home.memctl()
    #expect(ended.output == "")
    #expect(ended.errors == (try home.memctl("--help").output))
    #expect(ended.status == 64)
  }

  @Test("gives no text to store on a terminal, where nothing is piped in and no editor may open")
  func noText() throws {
    try Home().play("usage-terminal", onTerminalOf: 80, "store --no-input", "sycn")
  }

  @Test("may name the cache before or after the command")
  func globalOptions() throws {
    let home = try Home()
    home.environment["MEMORY_DB"] = home.folder.path + "/other.db"
    try home.addCache()
    home.environment["MEMORY_DB"] = nil
    for arguments in [
      ["--db", "other.db", "counts", "-q", "--json"], ["-q", "counts", "--json", "--db=other.db"],
      ["counts", "--json", "--db", "$HOME/other.db"], ["counts", "--db=~/other.db", "--json"],
    ] {
      #expect(try home.start(arguments).finish().status == 0)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: home.folder.path)
    #expect(files == ["other.db"])
  }
}
