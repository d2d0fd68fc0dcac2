import CommandLine
import MemctlCore

struct ShowCommand: Command {
  private static let fields = Option.fields(of: MemoryRow.columns)
  private static let ids = Operands(.memory("ID"), .oneOrMore)

  static let spec = CommandSpec(
    "show", summary: "show memories in full",
    discussion: [
      "Reads only the cache, never the network.",
      """
      When piped, prints one line per field: its name, a tab, and its value. With --fields, prints one \
      line per memory, as memctl list does.
      """,
    ],
    options: [fields.spec, Flag.reveal.spec],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl show 12", shows: "show a memory"),
      CommandExample("memctl show server:840 --json", shows: "show one by its id on the server"),
      CommandExample("memctl show 12 --fields content", shows: "print only its text"),
    ])

  private let names: [MemoryName]
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    names = try arguments[Self.ids]
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let memories = try names.map { try $0.find(in: cache) }
    let pages = Pages(context.output, MemoryRow.columns, fields: fields)
    for memory in memories {
      pages.add(
        MemoryRow(
          memory: memory, isRevealed: revealed, now: context.output.now, isInFull: true,
          isWithheld: try cache.isWithheld(memory.id)))
    }
    return .success
  }
}
