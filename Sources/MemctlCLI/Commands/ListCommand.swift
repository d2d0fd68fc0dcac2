import CommandLine
import MemctlCore

struct ListCommand: Command {
  private static let selection = SelectionOptions()
  private static let pending = Flag(
    "pending", help: "only memories of which a change waits in the queue")
  private static let orphans = Flag("orphans", help: "only memories without an id on the server")
  private static let sort = Option<MemorySelection.Order>(
    "sort", .choice("BY"), help: "the order of the list", defaultText: "newest")
  private static let fields = Option.fields(of: MemoryRow.columns)

  static let spec = CommandSpec(
    "list", summary: "list memories",
    discussion: [
      "Reads only the cache, never the network.",
      """
      When piped, prints one tab-separated line per memory: \(MemoryRow.columns.tabsInWords). \
      memctl help formats says more.
      """,
      "A tag that no memory has is no error: the list is empty, and stderr says so.",
    ],
    options: selection.all + [
      pending.spec, orphans.spec, Option.limit.spec, sort.spec, fields.spec, Flag.reveal.spec,
    ],
    examples: [
      CommandExample("memctl list -c decisions -n 10", shows: "list the ten newest decisions"),
      CommandExample(
        "memctl list -t release -t macos --since 30d", shows: "list those with both tags"),
      CommandExample(
        "memctl list --json | jq -r .content", shows: "print the text of every memory"),
    ])

  private let selection: SelectionOptions.Values
  private let isPending: Bool
  private let isOrphan: Bool
  private let order: MemorySelection.Order
  private let limit: Int?
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    selection = try Self.selection.values(arguments)
    isPending = arguments[Self.pending]
    isOrphan = arguments[Self.orphans]
    order = arguments[Self.sort] ?? .newest
    limit = arguments[Option.limit]
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let output = context.output
    var selection = try selection.selection(in: cache, tell: context.remark)
    selection.isPending = isPending
    selection.isOrphan = isOrphan
    selection.order = order
    selection.limit = limit
    let listing = Listing(output, MemoryRow.columns, fields: fields)
    try cache.forEachMemory(selection) { memory in
      listing.add(MemoryRow(memory: memory, isRevealed: revealed, now: output.now))
    }
    listing.end(empty: "no memories")
    return .success
  }
}

extension MemorySelection.Order: ArgumentValue {}
extension MemorySearch.Order: ArgumentValue {}

extension Flag {
  static let yes = Flag("yes", short: "y", help: "do not ask")
  static let reveal = Flag("reveal", help: "show the content of sensitive memories")
}

extension Option<Int> {
  static var limit: Self {
    Self("limit", short: "n", .integer("N", 1...Int.max), help: "show at most N")
  }
}
