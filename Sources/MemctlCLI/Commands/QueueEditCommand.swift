import JSON
import CommandLine
import MemctlCore

struct QueueEditCommand: Command {
  private static let content = Option(
    "content", .text("TEXT"), help: "the memory's text, or - to read it from stdin")
  private static let fieldOptions = FieldOptions(hasDefaults: false)
  private static let notSensitive = Flag(
    "no-sensitive", help: "show it on screens and in the server's lists")
  private static let id = Operand(.entry)

  static let spec = CommandSpec(
    "edit", summary: "change an entry and send it",
    discussion: [
      """
      The memory changes together with its entry, which is sent now or with the next sync as a new \
      request, even if it was a dead letter. What you do not give stays as it is; to repair an entry \
      that cannot be read, give what is wrong in it. An entry in doubt cannot be changed until memctl \
      sync has found out whether it arrived.
      """
    ],
    options: [content.spec] + fieldOptions.all + [notSensitive.spec],
    operands: [id.spec],
    examples: [
      CommandExample(
        "memctl queue edit 41 --content 'Prefers tabs'", shows: "shorten what was too long"),
      CommandExample(
        "memctl queue edit 41 --content - < note.txt", shows: "take the text from a file"),
    ])

  private let id: EntryID
  private let changes: MemoryChanges
  private let tags: TagChange?

  init(_ arguments: ParsedCommand) throws {
    let options = Self.fieldOptions
    id = try arguments[Self.id]
    var changes = try options.changes(arguments)
    tags = try options.tagChange(arguments)
    if arguments[options.sensitive], arguments[Self.notSensitive] {
      throw Problem(
        .usage, "give --sensitive or --no-sensitive, not both", hint: "memctl queue edit --help")
    }
    changes[.content] = arguments[Self.content].map(FieldValue.text)
    if arguments[Self.notSensitive] { changes[.isSensitive] = .flag(false) }
    self.changes = changes
    if changes.isEmpty, tags == nil {
      throw Problem(
        .usage, "no change is given",
        hint: "\(.edit(id)) --content TEXT, or another option: memctl queue edit --help")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    var changes = changes
    if changes[.content] == .text("-") {
      // Nobody should type a text for an entry that does not exist.
      if try cache.queue.entry(id) == nil { throw Problem.noEntry(id) }
      changes[.content] = .text(try StandardInput.memory())
    }
    if let tags {
      let operation = try cache.queue.entry(id).flatMap { try? $0.operation() }
      changes[.tags] = .text(tags.applied(to: operation?.fields?.tags ?? ""))
    }
    guard let operation = try cache.queue.edit(id, changes, at: .now) else {
      throw Problem.noEntry(id)
    }
    let problems = context.delivery.attempt([id])
    let memory = try cache.memory(of: operation)
    let left = try cache.queue.entry(id)
    let place =
      left == nil
      ? memory?.serverID.map { "on the server as \($0.rawValue)" } ?? "on the server"
      : left?.state == .dead ? "rejected again" : "queued for the server"
    context.output.write(
      Report(
        command: "queue edit",
        members: [
          .init("id", .integer(id.rawValue)),
          .init("memory_id", memory.map { .integer($0.id.rawValue) } ?? nil),
          .init("server_id", memory?.serverID.map { .integer($0.rawValue) } ?? nil),
          .init("queued", .bool(left != nil)),
        ],
        summary: ["changed entry \(id.rawValue), \(place)"], problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
  }
}

extension QueuedOperation {
  /// The memory that it carries; nil for a delete.
  fileprivate var fields: MemoryFields? {
    switch self {
    case .store(let fields, _), .update(let fields, _): fields
    case .delete: nil
    }
  }
}

extension Cache {
  /// The memory that an operation is about; nil if it is not in the cache.
  fileprivate func memory(of operation: QueuedOperation) throws -> Memory? {
    switch operation {
    case .store(_, let id?): try memory(id)
    case .store(_, nil): nil
    case .delete(let id), .update(_, let id): try memory(id)
    }
  }
}
