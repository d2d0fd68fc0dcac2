import CommandLine
import JSON
import MemctlCore

struct DeleteCommand: Command {
  private static let ids = Operands(.memory("ID"), .oneOrMore)

  static let spec = CommandSpec(
    "delete", summary: "delete memories here and on the server",
    discussion: [
      """
      They are removed from the cache at once, and from the server now or with the next sync. For a \
      memory that the server never had, only the queue entry is removed.
      """
    ],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl delete 12 server:840", shows: "delete two memories")
    ])

  private let names: [MemoryName]

  init(_ arguments: ParsedCommand) throws { names = try arguments[Self.ids] }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    // All are looked up first, so that nothing changes if one is wrong.
    let memories = try names.map { try $0.find(in: cache) }
    let what = names.count == 1 ? "memory \(names[0])" : "\(grouped(names.count)) memories"
    guard context.confirm("delete \(what) here and on the server?") else { return .isFalse }
    let deletions = try cache.delete(memories.map(\.id), at: .now)
    let queued = deletions.compactMap { if case .queued(let entry) = $0 { entry } else { nil } }
    let problems = context.delivery.attempt(queued)
    let waiting = try queued.count { try cache.queue.entry($0).map { $0.state != .dead } ?? false }
    let note = waiting > 0 ? "; \(grouped(waiting)) queued for the server" : ""
    context.output.write(
      Report(
        command: "delete",
        members: [
          .init("deleted", .integer(Int64(deletions.count))),
          .init("queued", .integer(Int64(waiting))),
        ],
        summary: ["deleted \(grouped(deletions.count))\(note)"], problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
  }
}
