import CommandLine
import JSON
import MemctlCore

struct TrashListCommand: Command {
  static let spec = CommandSpec(
    "list", summary: "list what a sync overwrote or deleted, latest first",
    discussion: [
      """
      When piped, prints one tab-separated line per version: id, reason, memory id, server id, \
      category, trashed at, content.
      """
    ],
    options: [Option.limit.spec, Flag.reveal.spec])

  private let limit: Int?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) {
    limit = arguments[Option.limit]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let listing = Listing(
      output,
      [
        .init(title: "ID", isNumber: true), .init(title: "WHY"),
        .init(title: "MEMORY", isNumber: true, isDispensable: true),
        .init(title: "AGE", isDispensable: true), .init(title: "CONTENT", isFlexible: true),
      ])
    try context.cache(.read).trash.forEach(limit: limit) { version in
      listing.add(
        version.cells(output, revealed: revealed), json: version.members(revealed: revealed))
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
    let problems = context.delivery.attempt(entries)
    let waiting = try entries.count { try cache.queue.entry($0).map { $0.state != .dead } ?? false }
    let note = waiting > 0 ? "; \(grouped(waiting)) queued for the server" : ""
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
          .init("queued", .integer(Int64(waiting))),
        ],
        summary: ["restored \(what)\(note)"], problems: problems),
      quiet: context.isQuiet)
    return ExitCode(problems)
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
    guard context.confirm("remove \(what ?? "everything in the trash") for good?") else {
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

extension TrashedMemory {
  fileprivate func cells(_ output: Output, revealed: Bool) -> [Listing.Cell] {
    let content = memory.fields.content(revealed: revealed)
    if output.shape == .terminal {
      return [
        .init(id.rawValue), .init(reason.rawValue), .init(memory.id.rawValue),
        .init(Timestamp(trashedAt)?.relative(to: output.now) ?? trashedAt),
        .init(content ?? Masking.placeholder),
      ]
    }
    return [
      .init(id.rawValue), .init(reason.rawValue), .init(memory.id.rawValue),
      .init(memory.serverID?.rawValue), .init(memory.fields.category), .init(trashedAt),
      .init(content ?? ""),
    ]
  }

  fileprivate func members(revealed: Bool) -> [JSONValue.Member] {
    [
      .init("id", .integer(id.rawValue)), .init("reason", .string(reason.rawValue)),
      .init("trashed_at", .string(trashedAt)), .init("memory_id", .integer(memory.id.rawValue)),
    ] + memory.members(revealed: revealed).filter { $0.name != "id" }
  }
}
