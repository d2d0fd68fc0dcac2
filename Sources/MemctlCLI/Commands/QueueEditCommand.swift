import CommandLine
import MemctlCore

struct QueueEditCommand: Command {
  static let spec = CommandSpec(
    "edit", summary: "change what an entry says, and send it",
    discussion: [
      """
      The memory changes with its entry. The server gets it now, or with the next sync, as a new \
      request: a dead letter lives again. What is not given stays as it is; an entry that cannot be \
      read is mended by giving what is wrong in it. What may have arrived at the server already is \
      not changed before memctl sync has settled that.
      """
    ],
    options: [
      OptionSpec(
        "content", value: ValueSpec("TEXT"), help: "the memory's text, or - to read it from stdin"),
      OptionSpec(
        "category", short: "c", value: ValueSpec("C", .dynamic("category")),
        help: "what it is about"),
      OptionSpec(
        "tags", short: "t", value: ValueSpec("A,B", .dynamic("tags")),
        help: "tags, separated by commas"),
      OptionSpec(
        "keywords", value: ValueSpec("WORDS"), help: "further words that a search should find it by"
      ),
      OptionSpec("importance", value: ValueSpec("N", .number(0...1)), help: "from 0 to 1"),
      OptionSpec("sensitive", help: "screens hide it; the server removes only credentials"),
      OptionSpec("no-sensitive", help: "the server and screens show it"),
    ],
    operands: [OperandSpec("ID", .dynamic("entry"))],
    examples: [
      CommandExample(
        "memctl queue edit 41 --content 'Prefers tabs'", shows: "shorten what was too long"),
      CommandExample(
        "memctl queue edit 41 --content - < note.txt", shows: "take the text from a file"),
    ])

  private let id: EntryID
  private let changes: MemoryChanges

  init(_ arguments: ParsedCommand) throws {
    id = try EntryID(arguments.operands[0])
    let isSensitive = arguments.flag("sensitive")
    if isSensitive, arguments.flag("no-sensitive") {
      throw Problem(
        .usage, "give --sensitive or --no-sensitive, not both", hint: "memctl queue edit --help")
    }
    changes = MemoryChanges(
      content: arguments.value("content"), category: arguments.value("category"),
      tags: arguments.value("tags"), expandedKeywords: arguments.value("keywords"),
      importance: arguments.number("importance"),
      isSensitive: isSensitive ? true : arguments.flag("no-sensitive") ? false : nil)
    if changes.isEmpty {
      throw Problem(
        .usage, "what is to be changed?",
        hint: "memctl queue edit \(id.rawValue) --content TEXT, or another option: "
          + "memctl queue edit --help")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    var changes = changes
    if changes.content == "-" {
      // Nobody should have typed a text for an entry that is not there.
      if try cache.entry(id) == nil { throw Problem.noEntry(id) }
      changes.content = try StandardInput.memory()
    }
    guard let operation = try cache.edit(id, changes, at: .now) else { throw Problem.noEntry(id) }
    let problems = context.trySending([id])
    let memory = try cache.memory(of: operation)
    let left = try cache.entry(id)
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

extension Cache {
  /// The memory that an operation is about; nil when it is not in the cache.
  fileprivate func memory(of operation: Operation) throws -> Memory? {
    switch operation {
    case .store(_, let id?): try memory(id)
    case .store(_, nil): nil
    case .delete(let id), .update(_, let id): try memory(id)
    }
  }
}
