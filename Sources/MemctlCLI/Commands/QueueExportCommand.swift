import CommandLine
import JSON
import MemctlCore

struct QueueExportCommand: Command {
  private static let dead = Flag("dead", help: "only what the server rejected")
  private static let reveal = Flag(
    "reveal", help: "write sensitive contents, and what cannot be read as it is")
  private static let ids = Operands(.entry, .any)

  static let spec = CommandSpec(
    "export", summary: "write entries out as JSON, one a line, with all that they carry",
    discussion: [
      """
      Without ids: every entry. A line has what memctl queue --json tells of an entry, and the \
      memory's tags, expanded_keywords, importance and is_sensitive: enough to write it anew \
      elsewhere. Sensitive contents, and the payloads of entries that cannot be read, are written \
      with --reveal alone.
      """
    ],
    options: [dead.spec, reveal.spec],
    operands: [ids.spec],
    examples: [
      CommandExample(
        "memctl queue export --dead --reveal > dead.jsonl", shows: "keep what the server rejected")
    ])

  private let ids: [EntryID]
  private let onlyDead: Bool
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    ids = try arguments[Self.ids]
    onlyDead = arguments[Self.dead]
    revealed = arguments[Self.reveal]
    if onlyDead, !ids.isEmpty {
      throw Problem(
        .usage, "give ids or --dead, not both",
        hint: "memctl queue export ID..., or memctl queue export --dead")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let entries =
      try ids.isEmpty
      ? cache.queue.entries().filter { !onlyDead || $0.state == .dead }
      : ids.map { id in
        guard let entry = try cache.queue.entry(id) else { throw Problem.noEntry(id) }
        return entry
      }
    var hidden = 0
    for entry in entries {
      let view = try EntryView(entry, in: cache, now: context.output.now, revealed: revealed)
      if view.hidesContent { hidden += 1 }
      context.output.json(view.exported)
    }
    context.output.finish()
    if hidden > 0, !context.isQuiet {
      printError(
        "memctl: \(grouped(hidden)) of \(grouped(entries.count)) written without their content")
      printError("hint: --reveal writes sensitive contents, and payloads that cannot be read")
    }
    return .success
  }
}
