import CommandLine
import JSON
import MemctlCore

struct StoreCommand: Command {
  private static let fieldOptions = FieldOptions(hasDefaults: true)
  private static let text = OptionalOperand(.text("TEXT"))

  static let spec = CommandSpec(
    "store", summary: "store a memory",
    discussion: [
      """
      The memory is saved in the cache and in the queue before anything is sent. The server gets it \
      at once if it can be reached, otherwise with the next sync.
      """
    ],
    options: fieldOptions.all,
    operands: [text.spec],
    examples: [
      CommandExample("memctl store 'Prefers tabs' -c preferences", shows: "store a memory"),
      CommandExample("git log -1 --format=%B | memctl store -", shows: "take the text from a pipe"),
    ])

  private let text: String?
  /// Everything except the content.
  private let fields: MemoryFields

  init(_ arguments: ParsedCommand) {
    text = arguments[Self.text]
    fields = MemoryFields(content: "").changed(by: Self.fieldOptions.changes(arguments))
  }

  func run(_ context: Context) throws -> ExitCode {
    if text == nil, context.terminal.isInputTerminal {
      throw Problem(
        .usage, "the memory's text is missing", hint: "memctl store 'TEXT', or - for stdin")
    }
    var fields = fields
    fields.content = try text.flatMap { $0 == "-" ? nil : $0 } ?? StandardInput.memory()
    fields = try fields.validated()
    let cache = try context.cache(.create)
    let (id, entry) = try cache.store(fields, at: .now)
    let problems = context.delivery.attempt([entry])
    let serverID = try cache.memory(id)?.serverID
    let isQueued = try cache.queue.entry(entry) != nil
    let place = serverID.map { "on the server as \($0.rawValue)" } ?? "queued for the server"
    context.output.write(
      Report(
        command: "store",
        members: [
          .init("id", .integer(id.rawValue)),
          .init("server_id", serverID.map { .integer($0.rawValue) } ?? nil),
          .init("queued", .bool(isQueued)),
        ],
        summary: ["stored \(id.rawValue), \(place)"], problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
  }
}
