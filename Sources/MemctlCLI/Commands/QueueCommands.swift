import CommandLine
import JSON
import MemctlCore

struct QueueListCommand: Command {
  private static let dead = Flag("dead", help: "only dead letters")
  private static let fields = Option.fields(of: EntryView.columns)

  static let spec = CommandSpec(
    "list", summary: "list the entries, oldest first",
    discussion: [
      """
      When piped, prints one tab-separated line per entry: \(EntryView.columns.tabsInWords).
      """
    ],
    options: [dead.spec, Option.limit.spec, fields.spec, Flag.reveal.spec])

  private let onlyDead: Bool
  private let limit: Int
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) {
    onlyDead = arguments[Self.dead]
    limit = arguments[Option.limit] ?? .max
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let cache = try context.cache(.read)
    let entries = try cache.queue.entries().filter {
      !$0.isDropped && (!onlyDead || $0.state == .dead)
    }
    let names = fields ?? (onlyDead && output.shape == .table ? EntryView.deadTable : nil)
    let listing = Listing(output, EntryView.columns, fields: names)
    for entry in entries.prefix(limit) {
      listing.add(try EntryView(entry, in: cache, now: output.now, revealed: revealed))
    }
    listing.end(empty: onlyDead ? "no dead letters" : "the queue is empty")
    return .success
  }
}

struct QueueShowCommand: Command {
  private static let fields = Option.fields(of: EntryView.inFull)
  private static let ids = Operands(.entry, .oneOrMore)

  static let spec = CommandSpec(
    "show", summary: "explain what an entry is, what happened to it and what it is waiting for",
    options: [fields.spec, Flag.reveal.spec],
    operands: [ids.spec])

  private let ids: [EntryID]
  private let fields: [String]?
  private let revealed: Bool

  init(_ arguments: ParsedCommand) throws {
    ids = try arguments[Self.ids]
    fields = arguments[Self.fields]
    revealed = arguments[Flag.reveal]
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache(.read)
    let output = context.output
    let blockingReason = try BlockingReason.explanation(
      context.configuration.get(), cache, now: output.now)
    let pages = Pages(output, EntryView.inFull, fields: fields)
    for id in ids {
      guard let entry = try cache.queue.entry(id) else { throw Problem.noEntry(id) }
      var view = try EntryView(entry, in: cache, now: output.now, revealed: revealed)
      view.explain(after: try cache.queue.predecessor(of: entry), blockingReason)
      pages.add(view)
    }
    return .success
  }
}

struct QueueRetryCommand: Command {
  private static let all = Flag(
    "all", help: "every entry, except those meant for another server")
  private static let ids = Operands(.entry, .any)

  static let spec = CommandSpec(
    "retry", summary: "make entries due at once, dead letters included",
    options: [all.spec], operands: [ids.spec])

  private let ids: [EntryID]?

  init(_ arguments: ParsedCommand) throws {
    ids = try arguments.ids(Self.ids, or: Self.all, of: "entries")
  }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    let count = try ids.map { try cache.queue.retry($0) } ?? cache.queue.retryAll()
    context.output.write(
      Report(
        command: "queue retry", members: [.init("retried", .integer(Int64(count)))],
        summary: ["\(grouped(count)) to be sent again with the next sync"]),
      quiet: context.isQuiet)
    return .success
  }
}

struct QueueDropCommand: Command {
  private static let ids = Operands(.entry, .oneOrMore)

  static let spec = CommandSpec(
    "drop", summary: "give up entries without sending them",
    discussion: [
      """
      When you drop a store, the memory stays in the cache and no sync sends it: memctl queue add \
      queues it again, memctl delete removes it. When you drop a delete, the memory comes back with \
      the next resync.
      """,
      """
      An entry in doubt may have reached the server. It is not sent again, but memctl keeps checking \
      whether it arrived.
      """,
    ],
    operands: [ids.spec])

  private let ids: [EntryID]

  init(_ arguments: ParsedCommand) throws { ids = try arguments[Self.ids] }

  func run(_ context: Context) throws -> ExitCode {
    let cache = try context.cache()
    for id in ids where try cache.queue.entry(id) == nil { throw Problem.noEntry(id) }
    let what = ids.count == 1 ? "entry \(ids[0].rawValue)" : "\(grouped(ids.count)) entries"
    guard try context.confirm("give up \(what) without sending \(ids.count == 1 ? "it" : "them")?")
    else { return .isFalse }
    let drops = try cache.queue.drop(ids)
    context.output.write(
      Report(
        command: "queue drop",
        members: [
          .init("dropped", .integer(Int64(drops.count))),
          .init("withheld", .integer(Int64(drops.count { $0.withheld != nil }))),
        ],
        summary: ["dropped \(grouped(drops.count))"] + Self.recoveryHint(drops)),
      quiet: context.isQuiet)
    return .success
  }

  /// Where the memories of dropped stores are, and how to send them after all.
  private static func recoveryHint(_ drops: [DroppedEntry]) -> [String] {
    let ids = drops.compactMap(\.withheld).map { "\($0.rawValue)" }
    if ids.isEmpty { return [] }
    let shown = ids.prefix(8).joined(separator: " ") + (ids.count > 8 ? " ..." : "")
    return [
      ids.count == 1
        ? "its memory stays in the cache; memctl queue add \(shown) queues it again"
        : "their memories stay in the cache; memctl queue add \(shown) queues them again"
    ]
  }
}
