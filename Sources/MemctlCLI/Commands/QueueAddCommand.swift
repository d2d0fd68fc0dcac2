import JSON
import CommandLine
import MemctlCore

struct QueueAddCommand: Command {
  private static let ids = Operands(.memory("MEMORY-ID"), .oneOrMore)

  static let spec = CommandSpec(
    "add", summary: "queue memories that the server lacks and that have no queue entry",
    discussion: [
      """
      Use this to send a memory whose entry was dropped. The server gets it now or with the next \
      sync. If the server already has one of the memories, or one of them is in the queue, that is an \
      error (exit code 65) and nothing is queued.
      """
    ],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl queue add 12", shows: "send memory 12 after all")
    ])

  private let names: [MemoryName]

  init(_ arguments: ParsedCommand) throws { names = try arguments[Self.ids] }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    var ids: [LocalID] = []
    for name in names {
      let id = try name.find(in: cache).id
      if !ids.contains(id) { ids.append(id) }
    }
    let entries = try cache.queue.enqueue(ids, at: .now)
    let problems = context.delivery.attempt(entries)
    let left = try entries.compactMap { try cache.queue.entry($0) }
    let waiting = left.count { $0.state != .dead }
    let counts = [
      (waiting, "queued", " for the server"), (entries.count - left.count, "sent", ""),
      (left.count - waiting, "rejected", ""),
    ]
    context.output.write(
      Report(
        command: "queue add",
        members: [
          .init("added", .integer(Int64(entries.count))), .init("queued", .integer(Int64(waiting))),
        ],
        summary: [
          counts.filter { $0.0 > 0 }.map { "\($0.1) \(grouped($0.0))\($0.2)" }
            .joined(separator: ", ")
        ], problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
  }
}
