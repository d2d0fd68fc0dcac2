import CommandLine
import JSON
import MemctlCore

struct EditCommand: Command {
  private static let content = Option(
    "content", .text("TEXT"), help: "the memory's text, or - to read it from stdin")
  private static let fieldOptions = FieldOptions(hasDefaults: false)
  private static let notSensitive = Flag(
    "no-sensitive", help: "show it on screens and in the server's lists")
  private static let id = Operand(.memory("ID"))
  private static let input = OptionalOperand(.text("-"))

  static let spec = CommandSpec(
    "edit", summary: "change a memory here and on the server",
    discussion: [
      """
      Without options, on a terminal, $VISUAL or $EDITOR opens with the memory: a head of fields, a \
      line, and the text. If you leave it as it is, nothing changes; what cannot be used stays in a \
      file that is named. With - the new text is read from stdin.
      """,
      """
      The former text goes to the trash, and memctl undo brings it back. A memory that is still queued \
      changes in the queue; otherwise the server gets the change now or with the next sync, and the \
      latest change wins. A sensitive memory is stored anew on the server and the old one is deleted, \
      so that its text is sent together with its mark.
      """,
    ],
    options: [content.spec] + fieldOptions.all + [notSensitive.spec],
    operands: [id.spec, input.spec],
    examples: [
      CommandExample("memctl edit 12", shows: "change it in an editor"),
      CommandExample(
        "memctl edit 12 --tags +style,-old --importance 0.8", shows: "change tags and importance"),
      CommandExample("memctl edit 12 - < note.txt", shows: "take the text from a file"),
    ])

  private let name: MemoryName
  private let changes: MemoryChanges
  private let tags: TagChange?
  private let readsInput: Bool

  init(_ arguments: ParsedCommand) throws {
    let options = Self.fieldOptions
    name = try arguments[Self.id]
    var changes = try options.changes(arguments)
    tags = try options.tagChange(arguments)
    if arguments[options.sensitive], arguments[Self.notSensitive] {
      throw Problem(
        .usage, "give --sensitive or --no-sensitive, not both", hint: "memctl edit --help")
    }
    if arguments[Self.notSensitive] { changes[.isSensitive] = .flag(false) }
    let input = arguments[Self.input]
    let content = arguments[Self.content]
    if let input, input != "-" || content != nil {
      throw Problem(
        .usage, "unexpected operand '\(input)'", hint: "memctl edit \(name) --content 'TEXT'")
    }
    readsInput = input != nil || content == "-"
    changes[.content] = readsInput ? nil : content.map(FieldValue.text)
    self.changes = changes
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    let memory = try name.find(in: cache)
    let (fields, file) = try edited(memory, context)
    guard let fields, fields != memory.fields else {
      file?.remove()
      return report(.unchanged, of: memory, Delivery.Attempt(), context, nil)
    }
    let outcome: EditResult = try keeping(file) {
      if fields.content != memory.fields.content {
        guard try CredentialNotice.isAccepted(fields, context) else {
          throw Problem(.refused, "nothing was changed")
        }
      }
      let result = try cache.edit(
        memory.id, MemoryChanges(fields), expecting: memory.fields, at: .now)
      guard let result else { throw Problem.noMemory("\(name)") }
      return result
    }
    file?.remove()
    guard case .changed(let entry) = outcome else {
      return report(outcome, of: memory, Delivery.Attempt(), context, nil)
    }
    let entries = entry.map { [$0] } ?? []
    let attempt = context.delivery.deliver(entries)
    let queued = try QueuedOutcome(of: entries, attempt, in: cache)
    return report(outcome, of: try cache.memory(memory.id) ?? memory, attempt, context, queued)
  }

  /// The memory as the user wants it, and the file in which the user said so; nil if it is to stay.
  private func edited(
    _ memory: Memory, _ context: Context
  ) throws -> (fields: MemoryFields?, file: DraftFile?) {
    var changes = changes
    if readsInput { changes[.content] = .text(try StandardInput.memory()) }
    if let tags { changes[.tags] = .text(tags.applied(to: memory.fields.tags)) }
    if !changes.isEmpty { return (try memory.fields.changed(by: changes).validated(), nil) }
    guard context.mayEdit else {
      throw Problem(
        .usage, "no change is given",
        hint: "memctl edit \(name) --content TEXT, or another option: memctl edit --help")
    }
    let title = "Memory \(memory.id.rawValue)"
    let file = try DraftFile(MemoryDraft(memory.fields, title: title), context.environment)
    let fields = try file.edit(memory.fields)
    return (fields, file)
  }

  private func keeping<Result>(
    _ file: DraftFile?, _ body: () throws -> Result
  ) throws -> Result {
    try file.map { try $0.keeping(body) } ?? body()
  }

  private func report(
    _ result: EditResult, of memory: Memory, _ attempt: Delivery.Attempt, _ context: Context,
    _ outcome: QueuedOutcome?
  ) -> ExitCode {
    let isChanged = result != .unchanged
    let isWithheld = result == .changed(nil)
    let place = isWithheld ? "here alone" : outcome?.place ?? ""
    context.output.write(
      Report(
        command: "edit",
        members: [
          .init("id", .integer(memory.id.rawValue)),
          .init("server_id", memory.serverID.map { .integer($0.rawValue) } ?? nil),
          .init("changed", .bool(isChanged)),
        ]
          + (outcome?.members
            ?? [.init("queued", .bool(false)), .init("queued_because", nil)]),
        summary: isChanged
          ? ["changed \(memory.id.rawValue), \(place)"] + (outcome?.advice ?? [])
          : ["memory \(memory.id.rawValue) stays as it is"],
        problems: attempt.problems),
      quiet: context.isQuiet)
    return ExitCode(attempt.problems)
  }
}
