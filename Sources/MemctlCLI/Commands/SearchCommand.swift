import CommandLine
import JSON
import MemctlCore

struct SearchCommand: Command {
  private static let selection = SelectionOptions()
  private static let sort = Option<MemorySearch.Order>(
    "sort", .choice("BY"), help: "what counts most", defaultText: "relevance")
  private static let limit = Option(
    "limit", short: "n", .integer("N", 1...Int.max), help: "find at most N",
    defaultText: "10")
  private static let fields = Option.fields(of: FoundRow.columns)
  private static let words = Operands(.text("WORD"), .oneOrMore)

  static let spec = CommandSpec(
    "search", summary: "find memories by their words, the best first",
    discussion: [
      "Reads only the cache, never the network.",
      """
      Looks for whole words in content, category, tags and keywords, in any order and in upper or lower \
      case. Finds the memories that have all of the words; if there is none, those that have at least \
      one. How well the words match counts most, then the importance: an assistant recalls the same \
      memories in the same order. Any character may be searched for; none is an operator.
      """,
      """
      If nothing is found, that is said on a terminal, and the exit code is 0. When piped, prints one \
      tab-separated line per memory: \(FoundRow.columns.tabsInWords). memctl help formats says more.
      """,
    ],
    options: selection.all + [limit.spec, sort.spec, fields.spec, Flag.reveal.spec],
    operands: [words.spec],
    examples: [
      CommandExample("memctl search postgres backup", shows: "find what is known about both"),
      CommandExample(
        "memctl search deploy -c gotchas --since 30d", shows: "find the latest pitfalls"),
      CommandExample(
        "memctl search tabs --fields id,content", shows: "print only ids and texts"),
    ])

  private let text: String
  private let selection: SelectionOptions.Values
  private let order: MemorySearch.Order
  private let limit: Int
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    text = arguments[Self.words].joined(separator: " ")
    selection = try Self.selection.values(arguments)
    order = arguments[Self.sort] ?? .relevance
    limit = arguments[Self.limit] ?? 10
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
    if text.allSatisfy(\.isWhitespace) {
      throw Problem(.usage, "there is nothing to search for", hint: "memctl search WORD...")
    }
  }

  /// What the other columns of a table take.
  private static let otherColumns = 40

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let output = context.output
    let selection = try selection.selection(in: cache, tell: context.remark)
    let results = try cache.search(
      MemorySearch(text, in: selection, order: order, limit: limit))
    let listing = Listing(output, FoundRow.columns, fields: fields)
    for found in results.memories {
      listing.add(
        FoundRow(
          found: found,
          row: MemoryRow(memory: found.memory, isRevealed: revealed, now: output.now),
          room: output.width - Self.otherColumns))
    }
    if results.match == .anyWord, !results.memories.isEmpty, text.split(separator: " ").count > 1 {
      context.remark("no memory has all of these words; each of these has at least one")
    }
    listing.end(empty: "no memories match")
    return .success
  }
}

/// A memory that a search found, as it is shown.
struct FoundRow {
  let found: FoundMemory
  let row: MemoryRow
  /// The columns of a table that its content may have at least.
  let room: Int

  static let columns = Columns<FoundRow>(
    all: MemoryRow.columns.all.map { column in
      column.name == MemoryField.content.column ? content : column.of(\.row)
    } + [
      Column("rank", isNumber: true, isDispensable: true) {
        $0.found.rank.map { .double($0) } ?? .null
      }
    ],
    tabs: MemoryRow.columns.tabs, table: MemoryRow.columns.table)

  private static let content = Column<FoundRow>(
    "content", isFlexible: true, shown: \.snippet
  ) { MemoryRow.content.value($0.row) }

  /// The content with its matches in bold; where the first would not be seen, from a little before it on.
  private var snippet: StyledText {
    // What is not shown has no matches either.
    guard let content = row.content else { return MemoryRow.content.cell(row) }
    var snippet = StyledText("")
    var index = content.startIndex
    if let match = found.matches.first,
      content.distance(from: index, to: match.upperBound) > max(room, 2 * Self.lead)
    {
      let first = match.lowerBound
      index = content.index(first, offsetBy: -Self.lead)
      // Whole words, from the next one on.
      index = content[index..<first].firstIndex(where: \.isWhitespace) ?? index
      snippet.append("…")
    }
    for match in found.matches where match.lowerBound >= index {
      snippet.append(String(content[index..<match.lowerBound]))
      snippet.append(String(content[match]), .bold)
      index = match.upperBound
    }
    snippet.append(String(content[index...]))
    return snippet
  }

  /// How much of the content stands before the first match at most.
  private static let lead = 24
}
