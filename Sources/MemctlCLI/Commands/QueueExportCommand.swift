import CommandLine
import JSON
import MemctlCore

struct QueueExportCommand: Command {
  private static let dead = Flag("dead", help: "only dead letters")
  private static let reveal = Flag(
    "reveal", help: "write sensitive texts, and payloads that cannot be read")
  private static let ids = Operands(.entry, .any)

  static let spec = CommandSpec(
    "export", summary: "write entries as JSON Lines, with everything they carry",
    discussion: [
      """
      Without IDs, writes every entry. Each line has the keys of memctl queue --json and the memory's \
      tags, expanded_keywords, importance and is_sensitive, which is enough to store it elsewhere. \
      Sensitive texts, and the payloads of entries that cannot be read, are written only with \
      --reveal.
      """
    ],
    options: [dead.spec, reveal.spec],
    operands: [ids.spec],
    examples: [
      CommandExample(
        "memctl queue export --dead --reveal > dead.jsonl", shows: "save the dead letters")
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
      context.output.json(EntryView.exported.all.map { .init($0.name, $0.value(view)) })
    }
    context.output.finish()
    if hidden > 0, !context.isQuiet {
      printError(
        "memctl: \(grouped(hidden)) of \(grouped(entries.count)) written without their content")
      printError("hint: --reveal writes sensitive texts, and payloads that cannot be read")
    }
    return .success
  }
}
