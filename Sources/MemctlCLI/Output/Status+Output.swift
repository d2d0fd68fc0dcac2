import CommandLine
import JSON
import MemctlCore

extension Status {
  func report(_ output: Output) -> Report {
    Report(
      command: "status", members: members,
      summary: lines(output.style, output.textWidth, output.now))
  }

  private var members: [JSONValue.Member] {
    let isReachable: JSONValue =
      check.map { check in
        // What answered has been reached, whatever it said.
        .bool(![.offline, .gateway].contains(check.problem?.kind))
      } ?? nil
    let isAccepted: JSONValue =
      check.flatMap { check in
        check.problem == nil ? true : check.problem?.kind == .unauthorized ? false : nil
      } ?? nil
    return [
      .init("state", .string(standing.rawValue)),
      .init("server", server.text.map { .string($0) } ?? nil),
      .init("server_source", server.origin.map { .string("\($0)") } ?? nil),
      .init("key_source", keySource.map { .string("\($0)") } ?? nil),
      .init("reachable", isReachable),
      .init("key_accepted", isAccepted),
      .init("server_problem", check?.problem?.json ?? nil),
      .init("account", (check?.account ?? origin?.account).map { .string($0) } ?? nil),
      .init("cache", database.text.map { .string($0) } ?? nil),
      .init("cache_source", database.origin.map { .string("\($0)") } ?? nil),
      .init("cache_bytes", bytes.map { .integer(Int64($0)) } ?? nil),
      .init("total", counts.map { .integer(Int64($0.total)) } ?? nil),
      .init("queue", queue?.json ?? nil),
      .init("last_sync_ts", counts?.lastSync.map { .string($0) } ?? nil),
      .init("last_success_at", counts?.lastSuccess.map { .string($0) } ?? nil),
      .init("last_error", counts?.lastError?.json ?? nil),
      .init(
        "in_use_by",
        .array(
          users.map {
            [
              "pid": .integer(Int64($0.process)), "name": .string($0.name),
              "syncing": .bool($0.isSyncing),
            ]
          })),
      .init(
        "concerns",
        .array(
          concerns.map {
            [
              "needs_user": .bool($0.needsUser), "message": .string($0.text),
              "hint": .string($0.hint.text),
            ]
          })),
    ]
  }

  // MARK: For people

  private func lines(_ style: Style, _ width: Int, _ now: Timestamp) -> [String] {
    let margin = String(repeating: " ", count: 13)
    func row(_ name: String, _ text: String) -> String {
      (name.isEmpty ? margin : style.label(name)) + text
    }
    /// A row that may be longer than a line.
    func rows(_ name: String, _ text: String, _ paint: (String) -> String) -> [String] {
      text.wrapped(toWidth: width - margin.count).enumerated().map {
        row($0 == 0 ? name : "", paint($1))
      }
    }
    func distance(_ text: String) -> String {
      Timestamp(text)?.relative(to: now) ?? text.printable
    }
    func from(_ origin: SettingOrigin?) -> String {
      style.dim(origin.map { "  (\($0.description.printable))" } ?? "")
    }
    var lines = [
      row("account", (check?.account ?? origin?.account ?? "unknown").printable),
      row("server", (server.text ?? "").printable + from(server.origin)),
    ]
    lines +=
      answer.map { rows("", $0.text, $0.isGood ? { $0 } : style.red) } ?? [
        row("", style.dim(unasked ?? ""))
      ]
    lines += [
      row("key", keySource.map { "\($0)".printable } ?? style.red("none"))
    ]
    lines.append(row("cache", (database.text ?? "").printable + from(database.origin)))
    if let bytes, let counts {
      lines.append(
        row(
          "",
          "\(grouped(counts.total)) \(counts.total == 1 ? "memory" : "memories"), \(bytes.asBytes)")
      )
    } else {
      lines.append(row("", "not there yet"))
    }
    if let queue {
      lines.append(row("queue", queue.text(distance)))
      if queue.dead.count > 0 {
        let message = queue.firstDead.map { ": entry \($0.id.rawValue): \($0.message)" } ?? ""
        lines += rows(
          "rejected", "\(grouped(queue.dead.count))\(message.printable)", style.red)
      }
    }
    if let counts {
      lines.append(
        row("last sync", (counts.lastSuccess ?? counts.lastSync).map(distance) ?? "never"))
      if let error = counts.lastError {
        let text = "\(error.message.printable) (\(distance(error.time)))"
        lines += rows("last error", text, style.yellow)
      }
    }
    for (index, user) in users.enumerated() {
      let syncing = user.isSyncing ? ", syncing now" : ""
      lines.append(
        row(
          index == 0 ? "in use by" : "",
          "\(user.name.printable) (process \(user.process)\(syncing))"))
    }
    return lines + [""] + next(style, width)
  }

  /// What the server said; nil if it was not asked.
  private var answer: (text: String, isGood: Bool)? {
    check.map { check in
      check.problem.map { ($0.message.printable, false) }
        ?? ("reachable, and accepts the key", true)
    }
  }

  private func next(_ style: Style, _ width: Int) -> [String] {
    if concerns.isEmpty { return ["everything is on the server"] }
    return concerns.enumerated().flatMap { index, concern in
      let lines = concern.text.printable.wrapped(toWidth: width)
        .map(concern.needsUser ? style.red : style.yellow)
      // What helps against several is said once, below the last of them.
      let isLast = index + 1 == concerns.count || concerns[index + 1].hint != concern.hint
      return isLast
        ? lines + "  \(concern.hint.text.printable)".wrapped(toWidth: width) : lines
    }
  }
}

extension QueueSummary {
  fileprivate var json: JSONValue {
    func json(_ group: Group) -> JSONValue {
      [
        "count": .integer(Int64(group.count)),
        "oldest_at": group.oldest.map { .string($0) } ?? nil,
      ]
    }
    return [
      "pending": json(due), "deferred": json(deferred), "in_doubt": json(inDoubt),
      "dead": json(dead),
    ]
  }

  /// `3 due, the oldest 5 min ago; 1 in doubt, 2 h ago`
  fileprivate func text(_ distance: (String) -> String) -> String {
    let parts = [(due, "due"), (deferred, "deferred"), (inDoubt, "in doubt")].compactMap {
      (group, name) -> String? in
      if group.count == 0 { return nil }
      return "\(grouped(group.count)) \(name)"
        + (group.oldest.map { ", \(group.count > 1 ? "the oldest " : "")\(distance($0))" } ?? "")
    }
    return parts.isEmpty ? "empty" : parts.joined(separator: "; ")
  }
}

extension CacheUser {
  /// What people call it: `memctl watch`, `python3 server.py`. The rest of a command line may hold
  /// secrets.
  fileprivate var name: String {
    guard let program = arguments.first.map(Self.baseName) else { return "unknown" }
    if program == "memctl" {
      let path = (try? Commands.table.parse(Array(arguments.dropFirst())))?.path ?? []
      return (["memctl"] + path).joined(separator: " ")
    }
    // Where a program is run by another one, its name comes first.
    guard let script = arguments.dropFirst().first(where: { !$0.hasPrefix("-") }),
      ["python", "node", "bash", "sh", "ruby", "perl"].contains(where: program.hasPrefix),
      !arguments.contains("-c"), !arguments.contains("-e")
    else { return program }
    return "\(program) \(Self.baseName(script))"
  }

  private static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}

extension Int {
  /// A number of bytes as people read it: `1.2 MB`.
  fileprivate var asBytes: String {
    let units = ["kB", "MB", "GB", "TB"]
    if self < 1000 { return "\(self) bytes" }
    var (tenths, unit) = (self / 100, 0)
    while tenths >= 10_000, unit < units.count - 1 { (tenths, unit) = (tenths / 1000, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
