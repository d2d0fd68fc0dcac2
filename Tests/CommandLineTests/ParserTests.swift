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
      ("queue --dead list", ["queue", "list"]),
      ("-- push", ["push"]),
      ("key add", ["key", "add"]),
    ])
  func path(line: String, path: [String]) throws {
    let parsed = try parse(line)
    #expect(parsed.path == path)
    #expect(parsed.spec.name == path.last)
    #expect(parsed.action == .run)
  }

  @Test(
    "takes the value of an option in each of its spellings",
    arguments: [
      "push --limit 5", "push --limit=5", "push -n 5", "push -n5", "push -qn5", "push -qvn 5",
      "push -n=5",
      "push -qn=5",
    ])
  func spellings(line: String) throws {
    #expect(try parse(line)[Sample.limit] == 5)
  }

  @Test(
    "takes global options before and after the command",
    arguments: ["--db x --quiet push", "push --db x -q", "--db=x push -q"])
  func globalOptions(line: String) throws {
    let parsed = try parse(line)
    #expect(parsed[Sample.db] == "x")
    #expect(parsed[Sample.quiet])
    #expect(!parsed[Sample.verbose])
  }

  @Test(
    "takes the options of a command before its name",
    arguments: [
      "-c taste --importance=0.5 store tea", "-qctaste store --importance 0.5 tea",
      "--tag a --category taste store --tag b --importance 0.5 -- tea",
    ])
  func earlyOptions(line: String) throws {
    let parsed = try parse(line)
    #expect(parsed.path == ["store"])
    #expect(parsed[Sample.text] == "tea")
    #expect(parsed[Sample.importance] == 0.5)
    #expect(parsed[Sample.category] == "taste")
    #expect([[], ["a", "b"]].contains(parsed[Sample.tag]))
  }

  @Test("takes options after operands")
  func optionsAfterOperands() throws {
    let parsed = try parse("store tea --importance 0.5 -c taste")
    #expect(parsed[Sample.text] == "tea")
    #expect(parsed[Sample.importance] == 0.5)
    #expect(parsed[Sample.category] == "taste")
  }

  @Test("has no value for an option that is not given")
  func absent() throws {
    let parsed = try parse("push")
    #expect(parsed[Sample.limit] == nil)
    #expect(parsed[Sample.db] == nil)
    #expect(!parsed[Sample.dryRun])
  }

  @Test("keeps the order of a repeatable option")
  func repeated() throws {
    #expect(try parse("store --tag b --tag=a --tag=")[Sample.tag] == ["b", "a", ""])
  }

  @Test("splits at the first equals sign only")
  func equalsSign() throws {
    #expect(try parse("store --tag=a=b")[Sample.tag] == ["a=b"])
  }

  @Test("takes an option's value whatever it looks like")
  func dashedValue() throws {
    #expect(try parse("store --tag --help")[Sample.tag] == ["--help"])
  }

  @Test("has operands alone after --, and the standard input as -")
  func operands() throws {
    #expect(try parse("store -- -5")[Sample.text] == "-5")
    #expect(try parse("store -- --")[Sample.text] == "--")
    #expect(try parse("store -")[Sample.text] == "-")
    #expect(try parse("queue drop 1 2 3")[Sample.entries] == ["1", "2", "3"])
  }

  @Test(
    "asks for the help of the command so far",
    arguments: [
      ("--help", []), ("-h", []), ("queue --help", ["queue"]),
      ("queue show -h", ["queue", "show"]),
      ("push -qh", ["push"]), ("push --help --nonsense", ["push"]), ("-h push", ["push"]),
      ("-h queue show", ["queue", "show"]), ("queue -h show 4", ["queue", "show"]),
    ] as [(String, [String])])
  func help(line: String, path: [String]) throws {
    let parsed = try parse(line)
    #expect(parsed.action == .help)
    #expect(parsed.path == path)
  }

  @Test("asks for the version", arguments: ["--version", "queue show --version"])
  func version(line: String) throws {
    #expect(try parse(line).action == .version)
  }

  @Test("without a command says so and keeps its options")
  func noCommand() throws {
    let parsed = try parse("-q")
    #expect(parsed.action == .nothing)
    #expect(parsed[Sample.quiet])
  }

  @Test("of a program without commands runs the program")
  func programAlone() throws {
    let parsed = try CommandTable.server.parse(["--listen", "[::1]:0"])
    #expect(parsed.action == .run)
    #expect(parsed.path == [])
    #expect(parsed[Sample.listen] == "[::1]:0")
  }

  @Test("has operands by their places, each of its own type")
  func typedOperands() throws {
    let parsed = try parse("export csv memories.csv")
    #expect(parsed[Sample.format] == .csv)
    #expect(parsed[Sample.file] == "memories.csv")
    #expect(try parse("export jsonl")[Sample.file] == nil)
    #expect(try parse("store")[Sample.text] == nil)
  }

  @Test("lets a value find fault with its text when it is asked for")
  func failure() throws {
    let even = Operand(Argument<Even>("N", .text))
    let table = CommandTable(program: CommandSpec("p", summary: "p", operands: [even.spec]))
    #expect(try table.parse(["4"])[even].number == 4)
    let parsed = try table.parse(["5"])
    #expect(throws: UsageError(message: "5 is odd", hint: "")) { try parsed[even] }
  }

  private struct Even: ArgumentValue {
    let number: Int

    init(argument text: String) throws(UsageError) {
      number = Int(text) ?? 0
      if number % 2 != 0 { throw UsageError(message: "\(text) is odd", hint: "") }
    }
  }

  @Test("can be written down again in the words of another")
  func words() throws {
    let parsed = try parse("store -q --tag b -c 'x' --tag=")
    #expect(
      parsed.words(for: [
        Sample.tag.spec, Sample.quiet.spec, Sample.verbose.spec, Sample.category.spec,
      ])
        == ["--tag=b", "--tag=", "--quiet", "--category='x'"])
    #expect(parsed.isGiven(Sample.quiet.spec))
    #expect(!parsed.isGiven(Sample.verbose.spec))
    #expect(!parsed.isGiven(Sample.text.spec))
    #expect(try parse("store tea").isGiven(Sample.text.spec))
  }

  @Test("that asks for an operand the command does not have is a programmer's error")
  func unknownOperand() async {
    await #expect(processExitsWith: .failure) {
      _ = try CommandTable.sample.parse(["push"])[Sample.text]
    }
  }

  @Test("that asks for an option the table does not have is a programmer's error")
  func unknownLookup() async {
    await #expect(processExitsWith: .failure) {
      _ = try CommandTable.sample.parse(["push"])[Sample.dead]
    }
  }
}
