import CommandLine
import JSON
import MemctlCore

struct DeleteCommand: Command {
  private static let ids = Operands(.memoryOrInput, .oneOrMore)
  private static let purge = Flag(
    "purge", help: "keep nothing of them in the trash, not even earlier versions")

  static let spec = CommandSpec(
    "delete", summary: "delete memories here and on the server",
    discussion: [
      """
      They are removed from the cache at once, and from the server now or with the next sync. For a \
      memory that the server never had, only the queue entry is removed. What is deleted stays in the \
      trash for 30 days: memctl undo brings it back, and so does memctl trash restore.
      """,
      """
      On a terminal, memctl shows the memories and asks first. In a script, up to ten are deleted \
      unasked; more need --yes, so that a wrong pipeline does not empty the cache. With -, the ids are \
      read from stdin.
      """,
    ],
    options: [Flag.yes.spec, purge.spec],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl delete 12 server:840", shows: "delete two memories"),
      CommandExample(
        "memctl list -c sessions --format tsv | cut -f1 | memctl delete -y -",
        shows: "delete a whole category"),
    ])

  /// The most memories that a script deletes without having said so.
  private static let mostUnasked = 10

  private let names: MemoryNames
  private let isSure: Bool
  private let isPurging: Bool

  init(_ arguments: ParsedCommand) throws {
    names = try MemoryNames(arguments[Self.ids])
    isSure = arguments[Flag.yes]
    isPurging = arguments[Self.purge]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    // All are looked up first, so that nothing changes if one is wrong.
    let memories = try names.find(in: cache)
    guard try isSure || isWanted(memories, context) else { return .isFalse }
    let deletions = try cache.delete(memories.map(\.id), purging: isPurging, at: .now)
    let queued = deletions.compactMap { if case .queued(let entry) = $0 { entry } else { nil } }
    let attempt = context.delivery.deliver(queued)
    let outcome = try QueuedOutcome(of: queued, attempt, in: cache)
    context.output.write(
      Report(
        command: "delete",
        members: [.init("deleted", .integer(Int64(deletions.count)))] + outcome.counts,
        summary: ["deleted \(grouped(deletions.count))\(outcome.note)"] + outcome.advice,
        problems: attempt.problems),
      quiet: context.isQuiet)
    return ExitCode(attempt.problems)
  }

  /// Asks for it, or finds that nobody needs to be asked.
  ///
  /// - Throws: `Problem` of kind `.usage`.
  private func isWanted(_ memories: [Memory], _ context: Context) throws -> Bool {
    guard context.confirm.mayAsk else {
      if memories.count <= Self.mostUnasked { return true }
      throw Problem(
        .usage,
        """
        \(grouped(memories.count)) memories are too many to delete without being sure: nothing was \
        deleted
        """, hint: "memctl delete --yes, or -y, deletes more than \(Self.mostUnasked) in a script")
    }
    if memories.isEmpty { return true }
    for memory in memories.prefix(Self.mostUnasked) {
      let text = memory.fields.content(revealed: false) ?? Masking.placeholder
      let line = "memory \(memory.id.rawValue): \(text.replacing("\n", with: " ").printable)"
      printError(line.truncated(toWidth: 2 * context.output.width))
    }
    if memories.count > Self.mostUnasked {
      printError("and \(grouped(memories.count - Self.mostUnasked)) more")
    }
    let what = memories.count == 1 ? "it" : "these \(grouped(memories.count)) memories"
    return try context.confirm(
      "delete \(what) here and on the server\(isPurging ? ", and from the trash" : "")?")
  }
}
