import CommandLine
import JSON
import MemctlCore

struct TrashListCommand: Command {
  private static let fields = Option.fields(of: TrashRow.columns)

  static let spec = CommandSpec(
    "list", summary: "list what was overwritten or deleted, latest first",
    discussion: [
      """
      When piped, prints one tab-separated line per version: \(TrashRow.columns.tabsInWords).
      """
    ],
    options: [Option.limit.spec, fields.spec, Flag.reveal.spec])

  private let limit: Int?
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) {
    limit = arguments[Option.limit]
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let listing = Listing(output, TrashRow.columns, fields: fields)
    try context.cache(.read).trash.forEach(limit: limit) { version in
      listing.add(
        TrashRow(
          version: version,
          row: MemoryRow(memory: version.memory, isRevealed: revealed, now: output.now)))
    }
    listing.end(empty: "the trash is empty")
    return .success
  }
}

struct TrashRestoreCommand: Command {
  private static let asNew = Flag(
    "as-new", help: "make each version a new memory, and keep the present one")
  private static let all = Flag("all", help: "restore the latest version of each memory")
  private static let ids = Operands(.trashed, .any)

  static let spec = CommandSpec(
    "restore", summary: "restore versions, here and on the server",
    discussion: [
      """
      If the memory still exists, the version replaces its present text, which goes to the trash; \
      otherwise the version becomes a new memory. A sensitive version always becomes a new memory, so \
      that its text is sent together with its mark.
      """
    ],
    options: [asNew.spec, all.spec],
    operands: [ids.spec],
    examples: [
      CommandExample("memctl trash restore 7", shows: "restore the previous text"),
      CommandExample(
        "memctl trash restore --all", shows: "restore the latest version of every memory"),
    ])

  private let ids: [TrashID]?
  private let asNew: Bool

  init(_ arguments: ParsedCommand) throws {
    ids = try arguments.ids(Self.ids, or: Self.all, of: "versions")
    asNew = arguments[Self.asNew]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    // All are looked up first, so that nothing changes if one is wrong.
    let ids = try ids?.map { try $0.find(in: cache).id } ?? cache.trash.latest()
    let restored = try cache.trash.restore(ids, asNew: asNew, at: .now)
    let entries = restored.compactMap(\.entry)
    let attempt = context.delivery.deliver(entries)
    let outcome = try QueuedOutcome(of: entries, attempt, in: cache)
    let names = restored.count <= 3 ? restored.map { "\($0.id.rawValue)" } : []
    let what =
      names.isEmpty
      ? grouped(restored.count)
      : "\(names.count == 1 ? "memory" : "memories") \(names.joined(separator: ", "))"
    context.output.write(
      Report(
        command: "trash restore",
        members: [
          .init("restored", .integer(Int64(restored.count))),
          .init("memory_ids", .array(restored.map { .integer($0.id.rawValue) })),
        ] + outcome.counts,
        summary: ["restored \(what)\(outcome.note)"] + outcome.advice,
        problems: attempt.problems),
      quiet: context.isQuiet)
    return ExitCode(attempt.problems)
  }
}

struct TrashPurgeCommand: Command {
  private static let ids = Operands(.trashed, .any)

  static let spec = CommandSpec(
    "purge", summary: "remove versions from the trash for good; without IDs, all of them",
    operands: [ids.spec])

  private let ids: [TrashID]?

  init(_ arguments: ParsedCommand) throws {
    let ids = try arguments[Self.ids]
    self.ids = ids.isEmpty ? nil : ids
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    for id in ids ?? [] { _ = try id.find(in: cache) }
    let what = ids.map {
      $0.count == 1 ? "version \($0[0].rawValue)" : "\(grouped($0.count)) versions"
    }
    guard try context.confirm("remove \(what ?? "everything in the trash") for good?") else {
      return .isFalse
    }
    let count = try cache.trash.purge(ids)
    context.output.write(
      Report(
        command: "trash purge", members: [.init("purged", .integer(Int64(count)))],
        summary: ["purged \(grouped(count))"]),
      quiet: context.isQuiet)
    return .success
  }
}

/// A version in the trash as the list shows it.
struct TrashRow {
  let version: TrashedMemory
  let row: MemoryRow

  static let columns = Columns<TrashRow>(
    all: [
      Column("id", isNumber: true) { .integer($0.version.id.rawValue) },
      Column("reason", label: "why") { .string($0.version.reason.rawValue) },
      Column(
        "trashed_at", label: "trashed", isDispensable: true,
        shown: { StyledText($0.version.trashedAt.distance(to: $0.row.now)) }
      ) { .string($0.version.trashedAt) },
      Column("memory_id", label: "memory", isNumber: true, isDispensable: true) {
        .integer($0.version.memory.id.rawValue)
      },
    ] + MemoryRow.columnsAfterID.map { $0.of(\.row) },
    tabs: ["id", "reason", "memory_id", "server_id", "category", "trashed_at", "content"],
    table: ["id", "reason", "memory_id", "trashed_at", "content"])
}
