import CommandLine
import JSON
import MemctlCore

struct CountsCommand: Command {
  static let spec = CommandSpec(
    "counts", summary: "count memories, queue entries and dead letters",
    discussion: [
      "Reads only the cache, never the network. An orphan is a memory without an id on the server."
    ],
    examples: [
      CommandExample(
        "memctl counts --json | jq .pending_ops", shows: "show how many entries are queued")
    ])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    let output = context.output
    let cache = try context.cache(.read)
    let counts = try cache.counts()
    // A sync that never ended says nothing by itself.
    let reason =
      counts.lastSyncSuccess
      ? nil
      : try BlockingReason.explanation(context.configuration.get(), cache, now: output.now)
    output.write(
      counts.report(reason: reason?.text, style: output.style, now: output.now), quiet: false)
    return .success
  }
}

extension Counts {
  /// - Parameter reason: why nothing is synced at present.
  fileprivate func report(reason: String?, style: Style, now: Timestamp) -> Report {
    Report(
      command: "counts",
      members: [
        .init("total", .integer(Int64(total))),
        .init(
          "by_category", .object(byCategory.map { .init($0.category, .integer(Int64($0.count))) })),
        .init("orphans_no_server_id", .integer(Int64(orphans))),
        .init("pending_ops", .integer(Int64(pending))),
        .init("in_doubt", .integer(Int64(inDoubt))),
        .init("dead_letters", .integer(Int64(deadLetters))),
        .init("last_sync_ts", lastSync.map { .string($0) } ?? nil),
        .init("auth_failed", .bool(authFailed)),
        .init("last_sync_success", .bool(lastSyncSuccess)),
        .init("last_success_at", lastSuccess.map { .string($0) } ?? nil),
        .init("last_error", lastError?.json ?? nil),
        .init("withheld", .integer(Int64(withheld))),
        .init("skipped", .integer(Int64(skipped.count))),
        .init("reason", reason.map { .string($0) } ?? nil),
      ],
      summary: lines(style, now) + (reason.map { ["", $0.printable] } ?? []))
  }

  private func lines(_ style: Style, _ now: Timestamp) -> [String] {
    let width = max(12, byCategory.map { $0.category.printable.displayWidth + 2 }.max() ?? 0)
    func row(_ label: String, _ text: String) -> String {
      label + String(repeating: " ", count: max(1, width + 2 - label.displayWidth)) + text
    }
    var lines = [row("memories", style.bold(grouped(total)))]
    for (category, count) in byCategory {
      lines.append(row("  " + category.printable, style.dim(grouped(count))))
    }
    let dropped = withheld > 0 ? " (\(grouped(withheld)) dropped from the queue)" : ""
    lines.append(row("orphans", grouped(orphans) + dropped))
    let doubt = inDoubt > 0 ? " (\(grouped(inDoubt)) in doubt)" : ""
    lines.append(row("queue", grouped(pending) + doubt))
    lines.append(
      row("dead letters", deadLetters == 0 ? "0" : style.red(grouped(deadLetters))))
    func distance(_ text: String) -> String {
      Timestamp(text)?.relative(to: now) ?? text.printable
    }
    lines.append(row("last sync", (lastSuccess ?? lastSync).map(distance) ?? "never"))
    if let lastError {
      let text = "\(lastError.message.printable) (\(distance(lastError.time)))"
      lines.append(row("last error", style.yellow(text)))
    }
    if let reason = skipped.first {
      let more = skipped.count > 1 ? " and \(grouped(skipped.count - 1)) more" : ""
      lines.append(row("skipped", style.yellow("\(reason.printable)\(more)")))
    }
    if authFailed { lines.append(row("key", style.red("refused by the server"))) }
    return lines
  }
}
