import CommandLine
import JSON
import MemctlCore

struct VerifyCommand: Command {
  private static let limit = Option(
    "limit", short: "n", .integer("N", 1...Int.max), help: "show at most N differences",
    defaultText: "1000")

  static let spec = CommandSpec(
    "verify", summary: "compare the cache with the server, changing neither",
    discussion: [
      """
      Fetches everything that the server has, compares it memory by memory, and lists each \
      difference and the command that resolves it. What waits in the queue is on its way and is no \
      difference. \
      Ends with exit code 0 if cache and server are equal, and with 1 if not.
      """,
      """
      When piped, prints one tab-separated line per difference: kind, id, server id, fields that \
      differ, id of the queue entry, reason, command that resolves it, and the beginning of the text.
      """,
      "The kinds of difference are:",
      .definitions(
        Verification.Difference.Kind.allCases.map { (term: $0.rawValue, text: $0.meaning) }),
    ],
    options: [limit.spec],
    examples: [
      CommandExample("memctl verify && echo equal", shows: "check in a script"),
      CommandExample(
        "memctl verify --json | jq .by_kind", shows: "count the differences of each kind"),
    ])

  private let limit: Int

  init(_ arguments: ParsedCommand) { limit = arguments[Self.limit] ?? 1_000 }

  func run(_ context: Context) throws -> ExitCode {
    let synchronizer = try context.synchronizer(opening: .change, overridesPause: true)
    let result = try synchronizer.verify(limit: limit)
    let output = context.output
    if output.shape == .json {
      output.write(
        Report(command: "verify", members: result.members), quiet: context.isQuiet)
    } else if !context.isQuiet {
      result.write(to: output)
    }
    return result.total == 0 ? .success : .isFalse
  }
}

extension Verification.Difference.Kind {
  fileprivate var meaning: String {
    switch self {
    case .onlyOnServer: "the server has the memory, the cache does not"
    case .deletedOnServer:
      "the cache has the memory from the server, which no longer has it; a sync moves it to the trash"
    case .fields: "both have it, with different fields"
    case .reassigned: "the server has given its id to another memory; yours is kept"
    case .orphan: "the cache has it without a server id, and nothing is queued for it"
    case .rejected: "the server rejected what is queued for it"
    case .unreadable: "the server's record cannot be read"
    }
  }
}

extension Verification {
  fileprivate var members: [JSONValue.Member] {
    func number(_ number: Int) -> JSONValue { .integer(Int64(number)) }
    return [
      .init("equal", .bool(total == 0)), .init("memories", number(here)),
      .init("memories_on_server", number(onServer)), .init("differences", number(total)),
      .init(
        "by_kind",
        .object(
          Difference.Kind.allCases.compactMap { kind in
            counts[kind].map { .init(kind.rawValue, number($0)) }
          })),
      .init("first_differences", .array(differences.map(\.json))),
      .init("pending_ops", number(waiting)), .init("withheld", number(withheld)),
      .init("redacted", number(redacted)),
    ]
  }

  fileprivate func write(to output: Output) {
    if total > 0 {
      let listing = Listing(output, Verification.Difference.columns)
      for difference in differences { listing.add(difference) }
      listing.end(empty: "")
    }
    guard output.shape == .table else { return }
    for line in closing(output.style) { output.line(line) }
  }

  /// What it comes to, and what to do next.
  private func closing(_ style: Style) -> [String] {
    func memories(_ count: Int) -> String { count == 1 ? "1 memory" : "\(grouped(count)) memories" }
    var lines: [String] = []
    if total == 0 {
      lines.append("cache and server are equal: \(memories(onServer))")
    } else {
      let rest = total - differences.count
      if rest > 0 { lines.append("and \(grouped(rest)) more") }
      let what = total == 1 ? "1 difference" : "\(grouped(total)) differences"
      lines += ["", "\(what): \(memories(here)) here, \(grouped(onServer)) on the server"]
      lines += next(style)
    }
    if waiting > 0 {
      lines.append(
        "\(waiting == 1 ? "1 entry waits" : "\(grouped(waiting)) entries wait") in the queue: "
          + style.bold(Hint.Step.sync.commandLine))
    }
    if withheld > 0 { lines.append("\(memories(withheld)) here were dropped from the queue") }
    return lines
  }
}

extension Verification {
  /// `memctl resync resolves all of them, memctl sync 3 of them`
  private func next(_ style: Style) -> [String] {
    func command(_ step: Hint.Step) -> String { style.bold(step.commandLine) }
    func share(_ count: Int) -> String {
      count < total ? "\(grouped(count)) of them" : total == 1 ? "it" : "all of them"
    }
    let (sync, resync) = (settled[.sync] ?? 0, settled[.resync(force: false)] ?? 0)
    var lines: [String] = []
    if resync > 0 {
      let less = sync > 0 ? ", \(command(.sync)) \(share(sync))" : ""
      lines.append("\(command(.resync(force: false))) resolves \(share(sync + resync))\(less)")
    } else if sync > 0 {
      lines.append("\(command(.sync)) resolves \(share(sync))")
    }
    if counts[.rejected] != nil {
      lines.append("\(command(.deadLetters)) lists what the server rejected")
    }
    if counts[.unreadable] != nil {
      lines.append("what cannot be read has to be fixed on the server")
    }
    return lines
  }
}

extension Verification.Difference {
  fileprivate var json: JSONValue {
    [
      "kind": .string(kind.rawValue), "memory_id": memory.map { .integer($0.rawValue) } ?? nil,
      "server_id": server.map { .integer($0.rawValue) } ?? nil,
      "fields": .array(fields.map { .string($0.column) }),
      "entry_id": entry.map { .integer($0.rawValue) } ?? nil,
      "reason": reason.map { .string($0) } ?? nil,
      "content": excerpt.map { .string($0) } ?? nil,
      "step": step.map { .string($0.commandLine) } ?? nil,
    ]
  }

  fileprivate static let columns = Columns<Verification.Difference>(
    all: [
      Column("kind", label: "difference", shown: { StyledText($0.summary) }) {
        .string($0.kind.rawValue)
      },
      Column("memory_id", label: "id", isNumber: true) {
        $0.memory.map { .integer($0.rawValue) } ?? .null
      },
      Column("server_id", label: "server", isNumber: true) {
        $0.server.map { .integer($0.rawValue) } ?? .null
      },
      Column("fields") { .array($0.fields.map { .string($0.column) }) },
      Column("entry_id") { $0.entry.map { .integer($0.rawValue) } ?? .null },
      Column("reason") { $0.reason.map { .string($0) } ?? .null },
      Column("step") { $0.step.map { .string($0.commandLine) } ?? .null },
      Column(
        "content", isFlexible: true,
        shown: { StyledText($0.reason ?? $0.excerpt ?? Masking.placeholder) }
      ) { $0.excerpt.map { .string($0) } ?? .null },
    ],
    tabs: [
      "kind", "memory_id", "server_id", "fields", "entry_id", "reason", "step", "content",
    ],
    table: ["memory_id", "server_id", "kind", "content"])

  private var summary: String {
    switch kind {
    case .onlyOnServer: "only on the server"
    case .deletedOnServer: "deleted on the server"
    case .fields: "differs in \(fields.map(\.label).joined(separator: ", "))"
    case .reassigned: "another memory has its id"
    case .orphan: server == nil ? "never sent" : "not linked to its row"
    case .rejected: "rejected, entry \(entry?.rawValue ?? 0)"
    case .unreadable: "cannot be read"
    }
  }
}
