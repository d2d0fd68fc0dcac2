import CommandLine
import JSON
import MemctlCore

struct LogCommand: Command {
  private static let fields = Option.fields(of: ChangeRow.columns)

  static let spec = CommandSpec(
    "log", summary: "list what was changed here, latest first",
    discussion: [
      """
      A change is what one command did: store, edit, delete, import, drop or restore. Its state says \
      what became of it: on_server, queued, in_doubt, rejected (a dead letter), only_here (nothing of \
      it is queued), gone (the memory is no longer in the cache) or undone. Of a change to several \
      memories, it is that of the one that needs you most. Changes are kept for 30 days.
      """,
      """
      When piped, prints one tab-separated line per change: \(ChangeRow.columns.tabsInWords).
      """,
    ],
    options: [Option.limit.spec, fields.spec, Flag.reveal.spec],
    examples: [
      CommandExample("memctl log --limit 5", shows: "list the latest five changes"),
      CommandExample("memctl undo 17", shows: "take back change 17"),
    ])

  private let limit: Int?
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) {
    limit = arguments[Option.limit]
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let listing = Listing(output, ChangeRow.columns, fields: fields)
    try context.cache(.read).journal.forEach(limit: limit) { change in
      listing.add(ChangeRow(change: change, isRevealed: revealed, now: output.now))
    }
    listing.end(empty: "nothing was changed here")
    return .success
  }
}

/// A change as lists show it.
struct ChangeRow {
  let change: Change
  let isRevealed: Bool
  let now: Timestamp

  static let columns = Columns<ChangeRow>(
    all: [
      Column("id", isNumber: true) { .integer($0.change.id.rawValue) },
      Column("action") { .string($0.change.action.rawValue) },
      Column("state", shown: { StyledText($0.change.stateName.replacing("_", with: " ")) }) {
        .string($0.change.stateName)
      },
      Column("states") { row in
        .object(
          Change.State.allCases.compactMap { state in
            row.change.states[state].map { .init(state.rawValue, .integer(Int64($0))) }
          })
      },
      Column(
        "made_at", label: "made", isDispensable: true,
        shown: { StyledText($0.change.madeAt.distance(to: $0.now)) }
      ) { .string($0.change.madeAt) },
      Column("undone_at", label: "undone") { $0.change.undoneAt.map { .string($0) } ?? .null },
      Column("count", isNumber: true) { .integer(Int64($0.change.count)) },
      Column("memory_id", label: "memory", isNumber: true, isDispensable: true) {
        $0.change.memory.map { .integer($0.rawValue) } ?? .null
      },
      Column("content", isFlexible: true, shown: { StyledText($0.change.line($0.isRevealed)) }) {
        row in
        row.change.example?.fields.content(revealed: row.isRevealed).map { .string($0) } ?? .null
      },
    ],
    tabs: ["id", "made_at", "action", "state", "count", "memory_id", "content"],
    table: ["id", "made_at", "action", "state", "memory_id", "content"])
}

extension Change {
  /// What became of it, in the word that reports use.
  var stateName: String { undoneAt == nil ? state.rawValue : "undone" }

  /// What it was about, in a few words: `memory 12 "Prefers tabs"`.
  func subject(revealed: Bool = false) -> String {
    guard count == 1 else { return "\(grouped(count)) \(action == .drop ? "entries" : "memories")" }
    let name = memory.map { "memory \($0.rawValue)" } ?? "an entry"
    guard let text = excerpt(revealed: revealed) else { return name }
    return "\(name) \"\(text.truncated(toWidth: 40))\""
  }

  /// The first line of the first memory; nil if there is none to show.
  private func excerpt(revealed: Bool) -> String? {
    guard let fields = example?.fields else { return nil }
    guard let content = fields.content(revealed: revealed) else { return Masking.placeholder }
    return content.split(whereSeparator: \.isNewline).first.map { String($0).printable }
  }

  /// What a table says of it: the text, after the number of memories if there are several.
  fileprivate func line(_ revealed: Bool) -> String {
    let text = excerpt(revealed: revealed) ?? ""
    return count == 1 ? text : "\(subject()): \(text)"
  }
}
