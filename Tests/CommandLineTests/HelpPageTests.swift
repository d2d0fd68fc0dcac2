import CommandLine
import Testing

@Suite("A help page")
struct HelpPageTests {
  private func page(_ words: String..., width: Int = 80, styled: Bool = false) throws -> String {
    try HelpPage(for: words, in: .sample).text(width: width, styled: styled)
  }

  @Test("of the program lists commands, global options and topics, and says where to go on")
  func program() throws {
    #expect(
      try page() == """
        Keep memories in step with a server.

        What cannot be sent waits in a queue.

        USAGE
          memctl [GLOBAL OPTIONS] COMMAND [OPTIONS] [OPERANDS]

        COMMANDS
          push    send the queue
          queue   look at what waits to be sent
          store   write a memory
          key     manage keys
          export  write memories to a file
          help    explain a command or topic

        GLOBAL OPTIONS
              --db PATH     the file of the cache
          -q, --quiet       say nothing but errors
          -v, --verbose     say more
              --color WHEN  when to colour the output (auto, always, never; default:
                            auto)
          -h, --help        show help for the program or a command
              --version     show the version

        EXAMPLES
          # write a memory and send it
          memctl store 'Tea, not coffee.'

        TOPICS
          exit-codes  what the program's exit code tells

        'memctl COMMAND --help' explains a command.
        'memctl help TOPIC' explains a topic.

        """)
  }

  @Test("of a command lists its options, without the hidden ones")
  func command() throws {
    #expect(
      try page("push") == """
        Send the queue.

        USAGE
          memctl push [OPTIONS]

        OPTIONS
          -n, --limit N  send at most N entries (default: all)
              --dry-run  only say what would be sent

        EXAMPLES
          # send the ten oldest entries
          memctl push -n 10

        'memctl --help' lists the global options.

        """)
  }

  @Test("of a group says what it means alone")
  func group() throws {
    #expect(
      try page("queue") == """
        Look at what waits to be sent.

        USAGE
          memctl queue [COMMAND] [OPTIONS] [OPERANDS]

        COMMANDS
          list  the entries, oldest first
          show  one entry
          drop  forget entries

        'memctl queue' alone means 'memctl queue list'.
        'memctl queue COMMAND --help' explains a command.
        'memctl --help' lists the global options.

        """)
  }

  @Test("of a topic aligns terms and wraps to the width")
  func topic() throws {
    #expect(
      try page("exit-codes", width: 24) == """
        What the program's exit
        code tells.

        0   done
        75  try again: nothing
            is lost, the server
            was away

        """)
  }

  @Test("of a program without commands has its options in one list")
  func programAlone() throws {
    #expect(
      try HelpPage(for: [], in: .server).text(width: 80, styled: false) == """
        Answer requests.

        USAGE
          memctl-serve [OPTIONS]

        OPTIONS
              --listen HOST:PORT  where (default: 127.0.0.1:8080)
          -h, --help              show help for the program or a command
              --version           show the version

        """)
  }

  @Test("gives a term that is too wide a line of its own")
  func wideTerm() throws {
    let term = String(repeating: "x", count: 30)
    let topic = HelpTopic("wide", summary: "s", text: [.definitions([(term, "long"), ("a", "b")])])
    let table = CommandTable(program: CommandSpec("p", summary: "p"), topics: [topic])
    #expect(
      try HelpPage(for: ["wide"], in: table).text(width: 80, styled: false) == """
        S.

        \(term)
           long
        a  b

        """)
  }

  @Test("has bold headings when styled")
  func styled() throws {
    let text = try page("push", styled: true)
    #expect(text.contains("\n\u{1B}[1mUSAGE\u{1B}[0m\n  memctl push"))
  }

  @Test("does not exist for what is neither command nor topic")
  func unknown() {
    #expect(
      throws: UsageError(
        message: "no help for 'exit-code'",
        hint: "did you mean 'exit-codes'? otherwise: memctl --help")
    ) { try page("exit-code") }
    #expect(
      throws:
        UsageError(
          message: "no help for 'queue x'", hint: "memctl queue --help", path: ["queue"])
    ) {
      try page("queue", "x")
    }
  }
}
