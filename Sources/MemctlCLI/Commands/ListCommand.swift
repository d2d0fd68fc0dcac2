import CommandLine
import JSON
import MemctlCore

struct ListCommand: Command {
  private static let category = Option(
    "category", short: "c", .category, help: "only memories in this category")
  private static let tag = Option("tag", short: "t", .tag, help: "only memories with this tag")
  private static let sort = Option<MemorySelection.Order>(
    "sort", .choice("BY"), help: "the order of the list", defaultText: "newest")

  static let spec = CommandSpec(
    "list", summary: "list memories",
    discussion: [
      "Reads only the cache, never the network.",
      """
      When piped, prints one tab-separated line per memory: id, server id, category, importance, \
      tags, created at, content. Tabs, line breaks and backslashes are written as \\t, \\n, \\r and \
      \\\\, other control characters as in JSON (\\u001b). The content of a sensitive memory is left \
      empty.
      """,
    ],
    options: [category.spec, tag.spec, Option.limit.spec, sort.spec, Flag.reveal.spec],
    examples: [
      CommandExample("memctl list -c decisions -n 10", shows: "list the ten newest decisions"),
      CommandExample(
        "memctl list --json | jq -r .content", shows: "print the text of every memory"),
    ])

  private let selection: MemorySelection
  private let revealed: Bool

  init(_ arguments: ParsedCommand) {
    selection = MemorySelection(
      category: arguments[Self.category].map(Category.canonical), tag: arguments[Self.tag],
      order: arguments[Self.sort] ?? .newest, limit: arguments[Option.limit])
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let listing = Listing(
      output,
      [
        .init(title: "ID", isNumber: true),
        .init(title: "SERVER", isNumber: true, isDispensable: true),
        .init(title: "CATEGORY", isDispensable: true), .init(title: "AGE", isDispensable: true),
        .init(title: "CONTENT", isFlexible: true),
      ])
    try context.cache(.read).forEachMemory(selection) { memory in
      listing.add(
        memory.cells(output, revealed: revealed), json: memory.members(revealed: revealed))
    }
    listing.end(empty: "no memories")
    return .success
  }
}

extension MemorySelection.Order: ArgumentValue {}

extension Flag {
  static let reveal = Flag("reveal", help: "show the content of sensitive memories")
}

extension Option<Int> {
  static var limit: Self {
    Self("limit", short: "n", .integer("N", 1...Int.max), help: "show at most N")
  }
}

extension Memory {
  fileprivate func cells(_ output: Output, revealed: Bool) -> [Listing.Cell] {
    let content = fields.content(revealed: revealed)
    if output.shape == .terminal {
      return [
        .init(id.rawValue), .init(serverID?.rawValue), .init(fields.category),
        .init(Timestamp(createdAt)?.relative(to: output.now) ?? createdAt),
        .init(content ?? Masking.placeholder),
      ]
    }
    return [
      .init(id.rawValue), .init(serverID?.rawValue), .init(fields.category),
      .init("\(fields.importance)"), .init(fields.tags), .init(createdAt), .init(content ?? ""),
    ]
  }

  /// The memory as JSON; `content` is null if it is to stay hidden.
  func members(revealed: Bool) -> [JSONValue.Member] {
    [
      .init("id", .integer(id.rawValue)),
      .init("server_id", serverID.map { .integer($0.rawValue) } ?? nil),
    ] + fields.members(content: fields.content(revealed: revealed)) + [
      .init("created_at", .string(createdAt)), .init("updated_at", .string(updatedAt)),
    ]
  }
}
