import CommandLine

/// The options and operands of the sample that tests ask for.
enum Sample {
  static let limit = Option(
    "limit", short: "n", .integer("N", 1...Int.max), help: "send at most N entries",
    defaultText: "all")
  static let dryRun = Flag("dry-run", help: "only say what would be sent")
  static let dead = Flag("dead", help: "only dead letters")
  static let fields = Option(
    "fields", .list("NAMES", ["id", "state", "created"]), help: "only these")
  static let entry = Operand(Argument<String>("ID", .dynamic("entry")))
  static let entries = Operands(Argument<String>("ID", .dynamic("entry")), .oneOrMore)
  static let category = Option(
    "category", short: "c", Argument<String>("NAME", .dynamic("category")),
    help: "what kind of memory it is")
  static let tag = RepeatableOption("tag", .text("TAG"), help: "a label for it")
  static let importance = Option(
    "importance", .number("0..1", 0...1), help: "how much it matters")
  static let text = OptionalOperand(.text("TEXT"))
  static let format = Operand<Format>(.choice("jsonl|csv"))
  static let file = OptionalOperand(.file("FILE"))

  static let db = Option("db", .file("PATH"), help: "the file of the cache")
  static let quiet = Flag("quiet", short: "q", help: "say nothing but errors")
  static let verbose = Flag("verbose", short: "v", help: "say more")

  static let listen = Option(
    "listen", .text("HOST:PORT"), help: "where", defaultText: "127.0.0.1:8080")

  enum Format: String, CaseIterable, ArgumentValue {
    case jsonl
    case csv
  }
}

extension CommandTable {
  /// A small program with a bit of everything.
  static let sample = CommandTable(
    program: CommandSpec(
      "memctl",
      summary: "keep memories in step with a server",
      discussion: ["What cannot be sent waits in a queue."],
      subcommands: [
        CommandSpec(
          "push",
          summary: "send the queue",
          options: [
            Sample.limit.spec, Sample.dryRun.spec,
            Flag("secret", help: "nothing to see", isHidden: true).spec,
          ],
          examples: [CommandExample("memctl push -n 10", shows: "send the ten oldest entries")]),
        CommandSpec(
          "queue",
          summary: "look at what waits to be sent",
          subcommands: [
            CommandSpec(
              "list",
              summary: "the entries, oldest first",
              options: [Sample.dead.spec, Sample.fields.spec]),
            CommandSpec(
              "show", summary: "one entry", operands: [Sample.entry.spec]),
            CommandSpec(
              "drop", summary: "forget entries",
              operands: [Sample.entries.spec]),
          ],
          defaultSubcommand: "list"),
        CommandSpec(
          "store",
          summary: "write a memory",
          options: [Sample.category.spec, Sample.tag.spec, Sample.importance.spec],
          operands: [Sample.text.spec]),
        CommandSpec(
          "key", summary: "manage keys",
          subcommands: [CommandSpec("add", summary: "add a key")]),
        CommandSpec(
          "export", summary: "write memories to a file",
          operands: [Sample.format.spec, Sample.file.spec]),
        CommandSpec(
          "help", summary: "explain a command or topic",
          operands: [Operands(.text("WORD"), .any).spec]),
        CommandSpec(
          "__complete", summary: "print candidates for the shell",
          operands: [Operand(.text("KIND")).spec], isHidden: true),
      ],
      examples: [
        CommandExample("memctl store 'Tea, not coffee.'", shows: "write a memory and send it")
      ]),
    globalOptions: [
      Sample.db.spec, Sample.quiet.spec, Sample.verbose.spec,
      Option(
        "color", Argument<String>("WHEN", .choice(["auto", "always", "never"])),
        help: "when to colour the output", defaultText: "auto"
      ).spec,
    ],
    topics: [
      HelpTopic(
        "exit-codes",
        summary: "what the program's exit code tells",
        text: [
          .definitions([("0", "done"), ("75", "try again: nothing is lost, the server was away")])
        ])
    ],
    habits: Habits(
      commands: ["rm": "queue drop", "queue rm": "queue drop"], options: ["token": "use a file"]))

  /// A program without commands.
  static let server = CommandTable(
    program: CommandSpec(
      "memctl-serve", summary: "answer requests",
      options: [Sample.listen.spec]))
}
