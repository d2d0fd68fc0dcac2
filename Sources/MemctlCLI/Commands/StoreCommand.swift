import CommandLine
import JSON
import MemctlCore

struct StoreCommand: Command {
  private static let fieldOptions = FieldOptions(hasDefaults: true)
  private static let text = Operands(.text("TEXT"), .any)

  static let spec = CommandSpec(
    "store", summary: "store a memory",
    discussion: [
      """
      Several words are one text, so quotes are needed only for what the shell would change. With -, or \
      in a pipe, the text is read from stdin; without a text, on a terminal, $VISUAL or $EDITOR opens. \
      The memory is saved in the cache and in the queue before anything is sent. The server gets it at \
      once if it can be reached, otherwise with the next sync, and memctl says why.
      """,
      """
      A text has at most 1,400 characters, tags and keywords have 500 each; the server takes no more. \
      The category is one of \(Category.inWords).
      """,
      """
      If the text seems to hold a password or a key, memctl says so, and on a terminal asks first: a \
      server keeps such a memory as sensitive, and without the credential itself.
      """,
    ],
    options: fieldOptions.all,
    operands: [text.spec],
    examples: [
      CommandExample(
        "memctl store Prefers tabs over spaces -c preferences", shows: "store a memory"),
      CommandExample("git log -1 --format=%s | memctl store -", shows: "take the text from a pipe"),
      CommandExample("memctl store", shows: "write it in an editor"),
    ])

  /// Nil if none is given.
  private let text: String?
  /// Everything except the content.
  private let fields: MemoryFields

  init(_ arguments: ParsedCommand) throws {
    let words = arguments[Self.text]
    text = words.isEmpty ? nil : words.joined(separator: " ")
    var changes = try Self.fieldOptions.changes(arguments)
    changes[.tags] = Self.fieldOptions.newTags(arguments).map(FieldValue.text)
    fields = MemoryFields(content: "").changed(by: changes)
  }

  func run(_ context: Context) throws -> ExitCode {
    let draft = try draft(context)
    guard let fields = draft.fields else {
      context.output.write(Report(command: "store", summary: ["nothing stored"]), quiet: true)
      printError("memctl: the text is empty, so nothing was stored")
      return .isFalse
    }
    // What was written in the editor is not lost if it cannot be stored.
    func keeping<Result>(_ body: () throws -> Result) throws -> Result {
      try draft.file?.keeping(body) ?? body()
    }
    guard try keeping({ try CredentialNotice.isAccepted(fields, context) }) else {
      try draft.file?.keep()
      return .isFalse
    }
    let cache = try keeping { try context.cache(.create) }
    let (id, entry) = try keeping { try cache.store(fields, at: .now) }
    draft.file?.remove()
    let attempt = context.delivery.deliver([entry])
    let serverID = try cache.memory(id)?.serverID
    let outcome = try QueuedOutcome(of: [entry], attempt, in: cache)
    let place = serverID.map { "on the server as \($0.rawValue)" } ?? outcome.place
    context.output.write(
      Report(
        command: "store",
        members: [
          .init("id", .integer(id.rawValue)),
          .init("server_id", serverID.map { .integer($0.rawValue) } ?? nil),
        ] + outcome.members,
        summary: ["stored \(id.rawValue), \(place)"] + outcome.advice,
        problems: attempt.problems),
      quiet: context.isQuiet)
    return ExitCode(attempt.problems)
  }

  /// The memory, from wherever its text comes, as the server will take it. Nil fields mean that the user
  /// gave none in the editor.
  private func draft(_ context: Context) throws -> (fields: MemoryFields?, file: DraftFile?) {
    var fields = fields
    if text == nil, context.terminal.isInputTerminal {
      guard context.mayEdit else {
        throw Problem(
          .usage, "the memory's text is missing", hint: "memctl store TEXT, or - for stdin")
      }
      let file = try DraftFile(MemoryDraft(fields, title: "New memory"), context.environment)
      guard let edited = try file.edit(fields), !edited.content.allSatisfy(\.isWhitespace) else {
        file.remove()
        return (nil, nil)
      }
      return (edited, file)
    }
    fields.content = try text.flatMap { $0 == "-" ? nil : $0 } ?? StandardInput.memory()
    return (try fields.validated(), nil)
  }
}
