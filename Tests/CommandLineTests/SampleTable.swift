import CommandLine

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
            OptionSpec(
              "limit", short: "n", value: ValueSpec("N", .integer(1...Int.max)),
              help: "send at most N entries", defaultText: "all"),
            OptionSpec("dry-run", help: "only say what would be sent"),
            OptionSpec("secret", help: "nothing to see", isHidden: true),
          ],
          examples: [CommandExample("memctl push -n 10", shows: "send the ten oldest entries")]),
        CommandSpec(
          "queue",
          summary: "look at what waits to be sent",
          subcommands: [
            CommandSpec(
              "list",
              summary: "the entries, oldest first",
              options: [OptionSpec("dead", help: "only what the server rejected")]),
            CommandSpec(
              "show", summary: "one entry", operands: [OperandSpec("ID", .dynamic("entry"))]),
            CommandSpec(
              "drop", summary: "forget entries",
              operands: [OperandSpec("ID", .dynamic("entry"), .oneOrMore)]),
          ],
          defaultSubcommand: "list"),
        CommandSpec(
          "store",
          summary: "write a memory",
          options: [
            OptionSpec(
              "category", short: "c", value: ValueSpec("NAME", .dynamic("category")),
              help: "what kind of memory it is"),
            OptionSpec("tag", value: ValueSpec("TAG"), help: "a label for it", isRepeatable: true),
            OptionSpec(
              "importance", value: ValueSpec("0..1", .number(0...1)), help: "how much it matters"),
          ],
          operands: [OperandSpec("TEXT", .text, .optional)]),
        CommandSpec(
          "key", summary: "manage keys",
          subcommands: [CommandSpec("add", summary: "add a key")]),
        CommandSpec(
          "export", summary: "write memories to a file",
          operands: [
            OperandSpec("jsonl|csv", .choice(["jsonl", "csv"])),
            OperandSpec("FILE", .file, .optional),
          ]),
        CommandSpec(
          "help", summary: "explain a command or topic",
          operands: [OperandSpec("WORD", .text, .any)]),
        CommandSpec(
          "__complete", summary: "print candidates for the shell",
          operands: [OperandSpec("KIND")], isHidden: true),
      ],
      examples: [
        CommandExample("memctl store 'Tea, not coffee.'", shows: "write a memory and send it")
      ]),
    globalOptions: [
      OptionSpec("db", value: ValueSpec("PATH", .file), help: "the file of the cache"),
      OptionSpec("quiet", short: "q", help: "say nothing but errors"),
      OptionSpec("verbose", short: "v", help: "say more"),
      OptionSpec(
        "color", value: ValueSpec("WHEN", .choice(["auto", "always", "never"])),
        help: "when to colour the output", defaultText: "auto"),
    ],
    topics: [
      HelpTopic(
        "exit-codes",
        summary: "what the program's exit code tells",
        text: [
          .definitions([("0", "done"), ("75", "try again: nothing is lost, the server was away")])
        ])
    ])

  /// A program without commands.
  static let server = CommandTable(
    program: CommandSpec(
      "memctl-serve", summary: "answer requests",
      options: [
        OptionSpec(
          "listen", value: ValueSpec("HOST:PORT"), help: "where", defaultText: "127.0.0.1:8080")
      ]))
}
