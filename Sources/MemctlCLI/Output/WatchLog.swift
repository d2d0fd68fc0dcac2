import JSON
import MemctlCore

/// What `memctl watch` writes: on a terminal a line for each change, in a pipe a line for each
/// cycle, as JSON an event for each cycle.
final class WatchLog {
  private let output: Output
  private let isQuiet: Bool
  /// Whether every cycle is told of on a terminal, too.
  private let isVerbose: Bool
  /// What was wrong after the last cycle; nil before the first.
  private var state: [Problem.Kind]?

  init(_ output: Output, isQuiet: Bool, isVerbose: Bool) {
    self.output = output
    self.isQuiet = isQuiet
    self.isVerbose = isVerbose
  }

  func write(_ cycle: WatchLoop.Cycle, _ result: Result<SyncReport, Problem>) {
    let report = try? result.get()
    let problems = result.problems
    // A rejected entry is told of when it is rejected; it does not keep the loop from working.
    let kinds = problems.map(\.kind).filter { $0 != .rejected && $0 != .interrupted }
    let hasChanged = state != kinds
    switch output.shape {
    case .json: if !isQuiet || !problems.isEmpty { writeEvent(cycle, report, problems) }
    case .tabs: if !isQuiet { writeFields(cycle, report, problems) }
    case .table: if !isQuiet { writeLines(report, problems, kinds) }
    }
    output.flush()
    if output.shape != .table || isQuiet {
      for problem in problems where hasChanged || problem.kind == .rejected {
        printProblem(problem)
      }
    }
    state = kinds
  }

  /// In words, for a service manager.
  static func status(_ result: Result<SyncReport, Problem>) -> String {
    result.problems.first?.message ?? "cache and server are in step"
  }

  // MARK: Shapes

  private func writeEvent(
    _ cycle: WatchLoop.Cycle, _ report: SyncReport?, _ problems: [Problem]
  ) {
    let members =
      report?.report(command: cycle.rawValue, style: output.style).members
      ?? [.init("push", nil), .init("pull", nil)]
    output.json(
      [
        .init("schema", 1), .init("command", "watch"),
        .init("time", .string(Timestamp.now.description)),
        .init("cycle", .string(cycle.rawValue)), .init("ok", .bool(problems.isEmpty)),
      ] + members + [.init("errors", .array(problems.map(\.json)))])
  }

  private func writeFields(
    _ cycle: WatchLoop.Cycle, _ report: SyncReport?, _ problems: [Problem]
  ) {
    let texts = [
      report?.push.map { "push: \($0.summary(isPlan: false))" },
      report?.pull.map { "pull: \($0.summary(isPlan: false))" },
    ].compactMap(\.self)
    let fields =
      [Timestamp.now.description, cycle.rawValue] + texts
      + problems.map { "\($0.kind.rawValue): \($0.message)".escapedField }
    output.line(fields.joined(separator: "\t"))
  }

  private func writeLines(
    _ report: SyncReport?, _ problems: [Problem], _ kinds: [Problem.Kind]
  ) {
    let style = output.style
    var lines: [String] = []
    for problem in problems {
      if !isVerbose, state?.contains(problem.kind) == true, problem.kind != .rejected { continue }
      if problem.kind == .interrupted { continue }
      let needsUser = !problem.kind.isTransient
      let text = problem.message.printable
      lines.append(needsUser ? style.red(text) : style.yellow(text + "; trying again"))
      // What passes by itself needs no advice.
      if needsUser, let hint = problem.hint { lines.append("hint: \(hint.text.printable)") }
    }
    let work = report?.work ?? []
    if kinds.isEmpty, state?.isEmpty == false {
      lines.append((["working again"] + work).joined(separator: ", "))
    } else if !work.isEmpty {
      lines.append(work.joined(separator: ", "))
    } else if kinds.isEmpty, state == nil || isVerbose {
      lines.append("cache and server are in step")
    }
    for (index, line) in lines.enumerated() {
      output.line(
        (index == 0 ? Timestamp.now.clock : String(repeating: " ", count: 8)) + "  " + line)
    }
  }
}

extension SyncReport {
  /// `2 sent`, `1 new`: what it did to either side.
  fileprivate var work: [String] {
    [
      (push?.acknowledged ?? 0, "sent"), (push?.adopted ?? 0, "already on the server"),
      (push?.dead ?? 0, "rejected"), (pull?.inserted ?? 0, "new"), (pull?.updated ?? 0, "changed"),
      (pull?.deleted ?? 0, "deleted"), (pull?.skipped ?? 0, "unreadable"),
    ].filter { $0.0 > 0 }.map { "\(grouped($0.0)) \($0.1)" }
  }
}
