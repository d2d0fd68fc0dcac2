import CommandLine
import JSON
import MemctlCore

struct RepairCommand: Command {
  static let spec = CommandSpec(
    "repair", summary: "rescue what can be read of a damaged cache",
    discussion: [
      """
      Builds a new cache from everything that can be read (memories, queue, trash) and puts it in \
      place of the damaged one, which is kept next to it under another name. The next sync compares \
      the cache with the server and fetches what was lost. A cache that is not damaged is left alone.
      """,
      "Stop all other programs that use the cache first: they would keep writing to the old file.",
    ],
    examples: [
      CommandExample("memctl repair", shows: "rescue the cache"),
      CommandExample("memctl sync", shows: "then fetch what could not be read"),
    ])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    let configuration = try context.configuration.get()
    let path = try configuration.databasePath()
    let rescued = try Cache.repair(
      path: path, lock: try configuration.lock(),
      cancellation: context.cancellation, tell: { CacheOpener.tell($0, path) })
    context.output.write(report(rescued), quiet: context.isQuiet)
    return .success
  }

  private func report(_ rescued: RescueReport?) -> Report {
    guard let rescued else {
      return Report(
        command: "repair", members: [.init("repaired", .bool(false))],
        summary: ["the cache is not damaged; nothing was done"])
    }
    var summary = [
      """
      rescued \(grouped(rescued.memories)) memories, \(grouped(rescued.entries)) queue entries and \
      \(grouped(rescued.versions)) versions in the trash
      """
    ]
    if !rescued.incomplete.isEmpty {
      let tables = rescued.incomplete.joined(separator: ", ")
      summary.append("parts of these tables could not be read: \(tables)")
      summary.append("memctl sync fetches what the server has of them")
    }
    summary.append("the damaged file is kept as \(rescued.keptAt.printable)")
    return Report(
      command: "repair",
      members: [
        .init("repaired", .bool(true)), .init("memories", .integer(Int64(rescued.memories))),
        .init("entries", .integer(Int64(rescued.entries))),
        .init("versions", .integer(Int64(rescued.versions))),
        .init("incomplete", .array(rescued.incomplete.map { .string($0) })),
        .init("kept_at", .string(rescued.keptAt)),
      ], summary: summary)
  }
}
