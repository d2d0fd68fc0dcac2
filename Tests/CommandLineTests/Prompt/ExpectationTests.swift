import Testing

@testable import CommandLine

@Suite("What the word that is being typed can be")
struct ExpectationTests {
  private func expected(_ words: [String], _ word: String = "") -> [String] {
    CommandTable.sample.expectations(after: words, typing: word).map { expectation in
      switch expectation {
      case .command(let spec): spec.name
      case .option(let option): "--\(option.name)"
      case .value(let value, let prefix): prefix + value.metavar
      }
    }
  }

  @Test("is a command, after a group one of its own")
  func commands() {
    #expect(expected([]) == ["push", "queue", "store", "key", "export", "help"])
    #expect(expected(["queue"]) == ["list", "show", "drop"])
    #expect(expected(["--db", "x", "-q", "queue"]) == ["list", "show", "drop"])
  }

  @Test("is an option that is not there yet, unless it may be repeated")
  func options() {
    let global = ["--db", "--quiet", "--verbose", "--color", "--help", "--version"]
    #expect(expected(["push"], "-") == ["--limit", "--dry-run"] + global)
    #expect(expected(["push", "-n3"], "--") == ["--dry-run"] + global)
    #expect(
      expected(["push", "-q"], "--dr") == ["--limit", "--dry-run"]
        + global.filter { $0 != "--quiet" })
    #expect(expected(["queue"], "--") == ["--dead", "--fields"] + global)
    #expect(expected(["queue", "--dead"], "--") == ["--fields"] + global)
    #expect(expected(["store", "--tag", "x"], "--").contains("--tag"))
  }

  @Test("is the value of the option before it")
  func values() {
    #expect(expected(["store", "--category"]) == ["NAME"])
    #expect(expected(["store", "-qc"]) == ["NAME"])
    #expect(expected(["store"], "--category=f") == ["--category=NAME"])
    #expect(expected(["--category"]) == ["NAME"])
    #expect(expected([], "--category=f") == ["--category=NAME"])
    #expect(expected(["--category", "x"]).contains("store"))
    #expect(!expected(["--category", "x", "store"], "--").contains("--category"))
    #expect(expected(["store", "--category", "--tag"], "--") != [])
    #expect(expected(["store"], "--quiet=") == [])
    #expect(expected(["store", "--category=x", "-cx"]) == ["TEXT"])
  }

  @Test("is an operand, as many as the command takes")
  func operands() {
    #expect(expected(["export"]) == ["jsonl|csv"])
    #expect(expected(["export", "csv"]) == ["FILE"])
    #expect(expected(["export", "csv", "x"]) == [])
    #expect(expected(["queue", "drop", "1", "2"]) == ["ID"])
    #expect(expected(["queue", "drop", "--"], "-") == ["ID"])
    #expect(expected(["store", "-"]) == [])
  }

  @Test("is nothing where no command can be meant")
  func nonsense() { #expect(expected(["nonsense"]) == []) }

  @Test("is that of another command, where one takes the rest of its line")
  func lines() throws {
    let times = Flag("times", short: "n", help: "x")
    let pause = Operand(.text("S"))
    let command = Operands(.text("COMMAND"), .line)
    let table = CommandTable(
      program: CommandSpec(
        "", summary: "prompt",
        subcommands: [
          CommandSpec(
            ".watch", summary: "repeat", options: [times.spec],
            operands: [pause.spec, command.spec]),
          CommandSpec(
            "list", summary: "list",
            options: [Option("limit", short: "n", .text("N"), help: "x").spec]),
        ]))
    #expect(table.expectations(after: [".watch", "2"], typing: "").count == 2)
    guard
      case .value(let value, _)? = table.expectations(
        after: [".watch", "-n", "2", "list", "-n"], typing: ""
      ).first
    else { throw UsageError(message: "no value", hint: "") }
    #expect(value.metavar == "N")
    let parsed = try table.parse([".watch", "-n", "2", "list", "-n", "3", "--help"])
    #expect(parsed[pause] == "2")
    #expect(parsed[command] == ["list", "-n", "3", "--help"])
    #expect(parsed[times])
    #expect(table.violations() == [])
    #expect(throws: UsageError.self) { try table.parse([".watch", "2"]) }
    let page = try HelpPage(for: [".watch"], in: table).text(width: 80, styled: false)
    #expect(page.contains("\n  .watch [OPTIONS] S COMMAND...\n"))
  }
}
