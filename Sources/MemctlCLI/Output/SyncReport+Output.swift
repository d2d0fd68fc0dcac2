import JSON
import MemctlCore

extension PushReport {
  var members: [JSONValue.Member] {
    [
      .init("sent", .integer(Int64(sent))), .init("acknowledged", .integer(Int64(acknowledged))),
      .init("adopted", .integer(Int64(adopted))), .init("cancelled", .integer(Int64(cancelled))),
      .init("in_doubt", .integer(Int64(inDoubt))), .init("deferred", .integer(Int64(deferred))),
      .init("dead_letters", .integer(Int64(dead))),
      .init("pending_ops", .integer(Int64(remaining))),
    ]
  }

  /// `3 of 3 acknowledged, 1 already on the server; 2 in the queue (1 in doubt)`
  func summary(isPlan: Bool) -> String {
    var parts: [String] = []
    switch (sent, isPlan) {
    case (0, _): parts = [remaining > 0 && !isPlan ? "nothing sent" : "nothing to send"]
    case (_, true): parts = ["would send \(grouped(sent))"]
    case (_, false): parts = ["\(grouped(acknowledged)) of \(grouped(sent)) acknowledged"]
    }
    if adopted > 0 { parts.append("\(grouped(adopted)) already on the server") }
    if cancelled > 0 { parts.append("\(grouped(cancelled)) cancelled") }
    if dead > 0 { parts.append(dead == 1 ? "1 dead letter" : "\(grouped(dead)) dead letters") }
    var text = parts.joined(separator: ", ")
    if !isPlan, remaining > 0 {
      text += "; \(grouped(remaining)) in the queue"
      let notes = [(inDoubt, "in doubt"), (deferred, "deferred")].filter { $0.0 > 0 }
      if !notes.isEmpty {
        text += " (" + notes.map { "\(grouped($0.0)) \($0.1)" }.joined(separator: ", ") + ")"
      }
    }
    return text
  }
}

extension PullReport {
  var members: [JSONValue.Member] {
    [
      .init("received", .integer(Int64(received))), .init("inserted", .integer(Int64(inserted))),
      .init("updated", .integer(Int64(updated))), .init("unchanged", .integer(Int64(unchanged))),
      .init("deleted", .integer(Int64(deleted))),
      .init("reassigned", .integer(Int64(reassigned))), .init("skipped", .integer(Int64(skipped))),
      .init("skipped_reasons", .array(skippedReasons.map { .string($0) })),
      .init("watermark", watermark.map { .string($0.description) } ?? nil),
    ]
  }

  /// `3 new, 1 changed, 2 deleted`
  func summary(isPlan: Bool) -> String {
    let parts = [
      (inserted, "new"), (updated, "changed"), (deleted, "deleted"), (skipped, "skipped"),
    ].filter { $0.0 > 0 }
    if parts.isEmpty { return "nothing new" }
    let text = parts.map { "\(grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    return isPlan ? "would apply \(text)" : text
  }
}

extension SyncReport {
  /// The report of a command that pushes, pulls or both.
  func report(command: String, plan: SyncPlan? = nil, style: Style) -> Report {
    var report = Report(command: command, problems: problems)
    let isPlan = plan != nil
    if isPlan { report.members.append(.init("dry_run", true)) }
    switch command {
    case "push": report.members += (push ?? PushReport()).members
    case "pull": report.members += (pull ?? PullReport()).members
    default:
      report.members.append(.init("push", push.map { .object($0.members) } ?? nil))
      report.members.append(.init("pull", pull.map { .object($0.members) } ?? nil))
    }
    if command == "resync" {
      report.members += [
        .init("deleted", .integer(Int64(pull?.deleted ?? 0))),
        .init("kept", .integer(Int64(kept ?? 0))),
        .init("refused", .bool(problems.contains { $0.kind == .refused })),
      ]
    }
    if let plan {
      if command != "pull" {
        report.members.append(.init("plan", .array(plan.requests.map { .object($0.members) })))
      }
      if command != "push" {
        report.members.append(.init("losses", .array(plan.losses.map { .object($0.plan) })))
      }
    }
    func label(_ text: String) -> String { style.bold(text.padding(to: 8)) }
    if let push { report.summary.append(label("push") + push.summary(isPlan: isPlan)) }
    report.summary += Self.excerpt(plan?.requests.map(\.summary) ?? [])
    if let pull {
      report.summary.append(label("pull") + pull.summary(isPlan: isPlan))
      report.summary += Self.excerpt(plan?.losses.map(\.summary) ?? [])
      if pull.trashed > 0, !isPlan {
        report.summary.append(
          label("trash")
            + (pull.trashed == 1
              ? "1 previous version" : "\(grouped(pull.trashed)) previous versions")
            + " kept (memctl trash)")
      }
      if pull.reassigned > 0 {
        report.summary.append(
          label("ids")
            + (pull.reassigned == 1
              ? "the server gave 1 id to another memory; yours is kept"
              : "the server gave \(grouped(pull.reassigned)) ids to other memories; yours are kept")
        )
      }
      report.summary += pull.skippedReasons.map { "        " + style.yellow($0.printable) }
    }
    if let kept, kept > 0 {
      report.summary.append(label("kept") + "\(grouped(kept)) not on the server yet")
    }
    return report
  }

  /// As many lines as anybody reads.
  private static func excerpt(_ lines: [String]) -> [String] {
    let limit = 20
    let rest = lines.count - limit
    return lines.prefix(limit).map { "        " + $0 }
      + (rest > 0 ? ["        and \(grouped(rest)) more; --json lists them all"] : [])
  }
}

extension TrashedMemory {
  private var action: String { reason == .deleted ? "delete" : "overwrite" }

  fileprivate var plan: [JSONValue.Member] {
    [
      .init("op", .string(action)), .init("memory_id", .integer(memory.id.rawValue)),
      .init("server_id", memory.serverID.map { .integer($0.rawValue) } ?? nil),
    ]
  }

  fileprivate var summary: String {
    let text = memory.fields.content(revealed: false)?.printable ?? Masking.placeholder
    return "\(action) \(memory.id.rawValue): \(text.truncated(toWidth: 60))"
  }
}

extension SyncPlan.Request {
  fileprivate var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("id", .integer(entry.rawValue)), .init("op", .string(operation.name)),
    ]
    switch operation {
    case .store(_, let id):
      members.append(.init("memory_id", id.map { .integer($0.rawValue) } ?? nil))
    case .delete(let id), .update(_, let id):
      members.append(.init("server_id", .integer(id.rawValue)))
    }
    return members
  }

  fileprivate var summary: String {
    switch operation {
    case .store(let fields, let id):
      let text = fields.isSensitive ? Masking.placeholder : fields.content.printable
      return "store \(id.map { "\($0.rawValue)" } ?? "-"): \(text.truncated(toWidth: 60))"
    case .delete(let id): return "delete server:\(id.rawValue)"
    case .update(_, let id): return "update server:\(id.rawValue)"
    }
  }
}

extension String {
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
