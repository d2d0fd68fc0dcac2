import CommandLine
import Testing

@Suite("A command line")
struct ParserTests {
  private func parse(_ line: String) throws -> ParsedCommand {
    try CommandTable.sample.parse(line.split(separator: " ").map(String.init))
  }

  @Test(
    "leads to its command",
    arguments: [
      ("push", ["push"]),
      ("queue show 4", ["queue", "show"]),
      ("queue", ["queue", "list"]),
      ("queue --dead", ["queue", "list"]),
      ("queue -q list", ["queue", "list"]),
      ("-- push", ["push"]),
      ("key add", ["key", "add"]),
    ])
  func path(line: String, path: [String]) throws {
    let parsed = try parse(line)
    #expect(parsed.path == path)
    #expect(parsed.spec.name == path.last)
    #expect(parsed.outcome == .run)
  }

  @Test(
    "takes the value of an option in each of its spellings",
    arguments: [
      "push --limit 5", "push --limit=5", "push -n 5", "push -n5", "push -qn5", "push -qvn 5",
    ])
  func spellings(line: String) throws {
    #expect(try parse(line).integer("limit") == 5)
  }

  @Test(
    "takes global options before and after the command",
    arguments: ["--db x --quiet push", "push --db x -q", "--db=x push -q"])
  func globalOptions(line: String) throws {
    let parsed = try parse(line)
    #expect(parsed.value("db") == "x")
    #expect(parsed.flag("quiet"))
    #expect(!parsed.flag("verbose"))
  }

  @Test("takes options after operands")
  func optionsAfterOperands() throws {
    let parsed = try parse("store tea --importance 0.5 -c taste")
    #expect(parsed.operands == ["tea"])
    #expect(parsed.number("importance") == 0.5)
    #expect(parsed.value("category") == "taste")
  }

  @Test("has no value for an option that is not given")
  func absent() throws {
    let parsed = try parse("push")
    #expect(parsed.integer("limit") == nil)
    #expect(parsed.value("db") == nil)
    #expect(!parsed.flag("dry-run"))
  }

  @Test("keeps the order of a repeatable option")
  func repeated() throws {
    #expect(try parse("store --tag b --tag=a --tag=").values("tag") == ["b", "a", ""])
  }

  @Test("splits at the first equals sign only")
  func equalsSign() throws {
    #expect(try parse("store --tag=a=b").values("tag") == ["a=b"])
  }

  @Test("takes an option's value whatever it looks like")
  func dashedValue() throws {
    #expect(try parse("store --tag --help").values("tag") == ["--help"])
  }

  @Test("has operands alone after --, and the standard input as -")
  func operands() throws {
    #expect(try parse("store -- -5").operands == ["-5"])
    #expect(try parse("store -- --").operands == ["--"])
    #expect(try parse("store -").operands == ["-"])
    #expect(try parse("queue drop 1 2 3").operands == ["1", "2", "3"])
  }

  @Test(
    "asks for the help of the command so far",
    arguments: [
      ("--help", []), ("-h", []), ("queue --help", ["queue"]),
      ("queue show -h", ["queue", "show"]),
      ("push -qh", ["push"]), ("push --help --nonsense", ["push"]),
    ] as [(String, [String])])
  func help(line: String, path: [String]) throws {
    let parsed = try parse(line)
    #expect(parsed.outcome == .help)
    #expect(parsed.path == path)
  }

  @Test("asks for the version", arguments: ["--version", "queue show --version"])
  func version(line: String) throws {
    #expect(try parse(line).outcome == .version)
  }

  @Test("without a command says so and keeps its options")
  func noCommand() throws {
    let parsed = try parse("-q")
    #expect(parsed.outcome == .noCommand)
    #expect(parsed.flag("quiet"))
  }

  @Test("of a program without commands runs the program")
  func programAlone() throws {
    let parsed = try CommandTable.server.parse(["--listen", "[::1]:0"])
    #expect(parsed.outcome == .run)
    #expect(parsed.path == [])
    #expect(parsed.value("listen") == "[::1]:0")
  }

  @Test("that asks for an option the table does not have is a programmer's error")
  func unknownLookup() async {
    await #expect(processExitsWith: .failure) {
      _ = try CommandTable.sample.parse(["push"]).flag("dead")
    }
  }
}
