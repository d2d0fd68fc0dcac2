import CommandLine
import MemctlCore

struct ExportCommand: Command {
  private static let selection = SelectionOptions()
  private static let markdown = Option(
    "markdown", .directory("DIR"), help: "write a markdown file for each memory into a folder")
  private static let force = Flag(
    "force", short: "f",
    help: "replace FILE if it exists, or empty DIR if no memory gets a file")
  private static let reveal = Flag(
    "reveal", help: "write sensitive memories with their content; a backup needs it")
  private static let file = OptionalOperand(.file("FILE"))

  static let spec = CommandSpec(
    "export", summary: "write memories to a file, for a backup or another program",
    discussion: [
      """
      Writes JSON Lines to FILE or stdout, one memory per line, oldest id first, with the keys that \
      memctl help json lists. memctl import restores them into a new cache: the same memories with the \
      same ids. Reads only the cache, never the network.
      """,
      """
      FILE appears when it is complete, readable by you alone. If its name ends in .gz, it is \
      compressed. The content of a sensitive memory is null unless --reveal is given; such a line \
      cannot be imported.
      """,
      """
      With --markdown, DIR becomes a mirror of the memories: CATEGORY/SERVER-ID.md, with the fields as \
      front matter. A memory that has not changed produces an identical file, so version control \
      shows what has changed. Files of memories that are gone or not selected are removed, if memctl \
      wrote them; other files stay. If no memory would get a file, nothing is removed without \
      --force. Sensitive memories get a file only with --reveal. memctl import DIR reads it back.
      """,
    ],
    options: selection.all + [markdown.spec, force.spec, reveal.spec],
    operands: [file.spec],
    examples: [
      CommandExample(
        "memctl export --reveal memories.jsonl.gz", shows: "make a backup of everything"),
      CommandExample("memctl export | jq -r .content", shows: "print the text of every memory"),
      CommandExample(
        "memctl export --markdown notes && git -C notes add -A",
        shows: "keep the memories in a git repository"),
    ])

  private let selection: SelectionOptions.Values
  private let file: String?
  private let folder: String?
  private let replaces: Bool
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    selection = try Self.selection.values(arguments)
    file = arguments[Self.file].flatMap { $0 == "-" ? nil : $0 }
    folder = arguments[Self.markdown]
    replaces = arguments[Self.force]
    revealed = arguments[Self.reveal]
    if file?.isEmpty == true || folder?.isEmpty == true {
      throw Problem(
        .usage, "the \(folder == nil ? "file" : "folder") name is empty",
        hint: "memctl help export shows examples")
    }
    if folder != nil, arguments[Self.file] != nil {
      throw Problem(
        .usage, "give FILE or --markdown DIR, not both",
        hint: "memctl help export says what each writes")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let selection = try selection.selection(in: cache, tell: context.remark)
    let cancellation = context.cancellation
    if let folder {
      Signals.cancel(cancellation)
      let report = try mirror(selection, of: cache, in: folder, cancellation)
      tell(
        """
        \(folder): \(grouped(report.written)) written, \(grouped(report.removed)) removed, \
        \(grouped(report.unchanged)) unchanged
        """, context)
      tellHidden(report.hidden, "got no file", context)
    } else if let file {
      Signals.cancel(cancellation)
      let report = try cache.exportMemories(
        selection, to: file, replacing: replaces, revealed: revealed, cancellation: cancellation)
      tell("\(file): \(grouped(report.exported)) exported", context)
      tellHidden(report.hidden, "exported without content", context)
    } else {
      let output = context.output
      let report = try cache.exportMemories(selection, revealed: revealed) { line in
        output.line(line.escapedJSON)
      }
      output.finish()
      tellHidden(report.hidden, "exported without content", context)
    }
    return .success
  }

  private func mirror(
    _ selection: MemorySelection, of cache: Cache, in folder: String, _ cancellation: Cancellation
  ) throws -> TreeReport {
    do {
      return try cache.exportTree(
        selection, to: folder, emptying: replaces, revealed: revealed, cancellation: cancellation)
    } catch let problem as Problem where problem.kind == .refused {
      throw Problem(
        problem.kind, problem.message,
        hint: "\(.list) shows whether this is the right cache; --force removes the files")
    }
  }

  private func tell(_ text: String, _ context: Context) {
    if !context.isQuiet { printError("memctl: \(text.printable)") }
  }

  private func tellHidden(_ count: Int, _ what: String, _ context: Context) {
    if count == 0 { return }
    let memories = count == 1 ? "memory" : "memories"
    tell(
      "\(grouped(count)) sensitive \(memories) \(what), so this is not a complete backup", context)
    if !context.isQuiet { printError("hint: --reveal writes them as well") }
  }
}
