import CommandLine
import Testing

@Suite("A table")
struct TableTests {
  @Test("that is sound has no violations")
  func sound() {
    #expect(CommandTable.sample.violations() == [])
    #expect(CommandTable.server.violations() == [])
  }

  @Test(
    "names what is wrong with it",
    arguments: [
      (program(name: "Memctl"), "Memctl: the name is not lower-case kebab"),
      (program([leaf("a"), leaf("a")]), "p: 'a' names two commands or topics"),
      (program([group([leaf("a"), leaf("a")])]), "p g: 'a' names two subcommands"),
      (program([leaf("a", summary: "")]), "p a: the text is empty"),
      (program([leaf("a", summary: "Does it")]), "p a: the text begins upper-case"),
      (program([leaf("a", summary: "does it.")]), "p a: the text ends with a period"),
      (program([leaf("a", summary: "does\nit")]), "p a: the text has several lines"),
      (program([leaf("__a")]), "p __a: the name is not lower-case kebab"),
      (program([leaf("a", [flag("x"), flag("x")])]), "p a: '--x' names two options"),
      (program([leaf("a", [flag("help")])]), "p a: '--help' names two options"),
      (program([leaf("a", [flag("host", "h")])]), "p a: '-h' names two options"),
      (program([leaf("a", [flag("x", "5")])]), "p a: --x: '-5' is no ASCII letter"),
      (program([leaf("a", [flag("X")])]), "p a: --X: the name is not lower-case kebab"),
      (
        program([leaf("a", [Option("x", .text(""), help: "x").spec])]),
        "p a: --x: a value without a name"
      ),
      (
        program([leaf("a", operands: [Operands(.text("A"), .any).spec, Operand(.text("B")).spec])]),
        "p a: an operand that takes several words is not the last"
      ),
      (
        program([leaf("a", operands: [OptionalOperand(.text("A")).spec, Operand(.text("B")).spec])]
        ),
        "p a: a required operand follows an optional one"
      ),
      (
        program([leaf("a", operands: [operand(.text), operand(.file)])]),
        "p a: 'A' names two operands"
      ),
      (
        program([leaf("a", operands: [operand(.choice(["x y"]))])]),
        "p a: the choices are not lower-case kebab"
      ),
      (
        program([leaf("a", operands: [operand(.choice(["x", "x"]))])]),
        "p a: 'x' is a choice twice"
      ),
      (
        program([leaf("a", operands: [operand(.dynamic("x"))])]),
        "p: dynamic values without a command '__complete'"
      ),
      (
        program([group([leaf("a")], default: "b")]),
        "p g: there is no subcommand 'b' to be the default"
      ),
      (
        program([group([leaf("a", operands: [operand(.text)])], default: "a")]),
        "p g: the default subcommand 'a' takes words"
      ),
      (
        program([CommandSpec("g", summary: "g", options: [flag("x")], subcommands: [leaf("a")])]),
        "p g: a group has options or operands of its own"
      ),
      (
        program(topics: [HelpTopic("t", summary: "t", text: [""])]),
        "p: topics without a command 'help' that shows them"
      ),
      (
        program([leaf("help")], topics: [HelpTopic("t", summary: "t", text: [])]),
        "topic t: the text is empty"
      ),
      (
        program([leaf("a")], habits: Habits(commands: ["b": "c"])),
        "habits: there is no command 'c'"
      ),
      (
        program([leaf("a"), leaf("b")], habits: Habits(commands: ["b": "a"])),
        "habits: 'b' is a command"
      ),
    ])
  func violation(table: CommandTable, violation: String) {
    #expect(table.violations().contains(violation))
  }
}

private func program(
  name: String = "p", _ commands: [CommandSpec] = [], topics: [HelpTopic] = [],
  habits: Habits = Habits()
) -> CommandTable {
  CommandTable(
    program: CommandSpec(name, summary: "p", subcommands: commands), topics: topics, habits: habits)
}

private func leaf(
  _ name: String, _ options: [OptionSpec] = [], summary: String = "do it",
  operands: [OperandSpec] = []
) -> CommandSpec {
  CommandSpec(name, summary: summary, options: options, operands: operands)
}

private func group(_ commands: [CommandSpec], default name: String? = nil) -> CommandSpec {
  CommandSpec("g", summary: "g", subcommands: commands, defaultSubcommand: name)
}

private func operand(_ kind: ValueSpec.Kind) -> OperandSpec {
  Operand(Argument<String>("A", kind)).spec
}

private func flag(_ name: String, _ short: Character? = nil) -> OptionSpec {
  Flag(name, short: short, help: "a flag").spec
}
