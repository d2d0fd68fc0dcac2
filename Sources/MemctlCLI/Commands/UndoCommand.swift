import CommandLine
import JSON
import MemctlCore

struct UndoCommand: Command {
  private static let id = OptionalOperand(.change)
  private static let force = Flag(
    "force", help: "undo it even if a memory was changed since; what it says now goes to the trash")

  static let spec = CommandSpec(
    "undo", summary: "take back the last change made here, on the server as well",
    discussion: [
      """
      What was stored or imported is deleted, what was deleted is stored again, what was edited gets \
      its former text back, and what was dropped is queued again. Run it again to go further back, or \
      name a change: memctl log lists them.
      """,
      """
      A memory that was changed since, such as by a sync, is left alone: the command is refused (exit \
      code 76) and nothing changes, unless --force is given. What a sync did is not undone here; see \
      memctl trash.
      """,
    ],
    options: [force.spec],
    operands: [id.spec],
    examples: [
      CommandExample("memctl undo", shows: "take back the last change"),
      CommandExample("memctl undo 17", shows: "take back change 17 of memctl log"),
    ])

  private let id: ChangeID?
  private let force: Bool

  init(_ arguments: ParsedCommand) throws {
    id = try arguments[Self.id]
    force = arguments[Self.force]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    let undone = try cache.journal.undo(id, force: force, at: .now)
    let attempt = context.delivery.deliver(undone.entries)
    let outcome = try QueuedOutcome(of: undone.entries, attempt, in: cache)
    let change = undone.change
    let age = Timestamp(change.madeAt)?.relative(to: context.output.now) ?? change.madeAt
    context.output.write(
      Report(
        command: "undo",
        members: [
          .init("id", .integer(change.id.rawValue)),
          .init("action", .string(change.action.rawValue)),
          .init("count", .integer(Int64(change.count))),
          .init("memory_id", change.memory.map { .integer($0.rawValue) } ?? nil),
          .init("unaffected", .integer(Int64(undone.unaffected))),
        ] + outcome.counts,
        summary: [
          "undone: \(change.action.rawValue) of \(change.subject()), \(age)\(outcome.note)"
        ] + outcome.advice,
        problems: attempt.problems),
      quiet: context.isQuiet)
    return ExitCode(attempt.problems)
  }
}
