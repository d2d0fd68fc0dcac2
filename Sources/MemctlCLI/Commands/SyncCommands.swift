import CommandLine
import MemctlCore

struct SyncCommand: Command {
  static let spec = CommandSpec(
    "sync", summary: "send the queue, then fetch what changed on the server",
    discussion: [
      """
      Each half runs whatever became of the other. The exit code tells what needs you first; \
      memctl help exit-codes lists them.
      """
    ],
    examples: [
      CommandExample("memctl sync", shows: "push, then pull"),
      CommandExample("memctl sync --json | jq .pull.inserted", shows: "count what is new"),
    ])

  init(_ arguments: ParsedCommand) {}

  func run(_ context: Context) throws -> ExitCode {
    context.finish(try context.engine(overridesPause: true).sync(), command: "sync")
  }
}

struct PushCommand: Command {
  private static let limit = Option(
    "limit", short: "n", .integer("N", 1...Int.max), help: "send at most so many")
  private static let dryRun = Flag(
    "dry-run", help: "show what would be sent, without sending it")

  static let spec = CommandSpec(
    "push", summary: "send the queue",
    discussion: [
      """
      Entries of one memory go in their order, those of different memories side by side. What the \
      server does not take for good becomes a dead letter; everything else stays queued.
      """
    ],
    options: [limit, dryRun],
    examples: [CommandExample("memctl push --dry-run", shows: "show what would be sent")])

  private let limit: Int?
  private let isDryRun: Bool

  init(_ arguments: ParsedCommand) {
    limit = arguments[Self.limit]
    isDryRun = arguments[Self.dryRun]
  }

  func run(_ context: Context) throws -> ExitCode {
    let engine = try context.engine(overridesPause: true)
    if isDryRun {
      return context.finish(rehearsed: try engine.rehearse(.push, limit: limit), command: "push")
    }
    return context.finish(try engine.push(limit: limit), command: "push")
  }
}

struct PullCommand: Command {
  static let spec = CommandSpec(
    "pull", summary: "fetch what changed on the server and apply it",
    options: [Flag.rehearsal])

  private let isDryRun: Bool

  init(_ arguments: ParsedCommand) { isDryRun = arguments[Flag.rehearsal] }

  func run(_ context: Context) throws -> ExitCode {
    let engine = try context.engine(overridesPause: true)
    return isDryRun
      ? context.finish(rehearsed: try engine.rehearse(.pull), command: "pull")
      : context.finish(try engine.pull(), command: "pull")
  }
}

struct ResyncCommand: Command {
  private static let force = Flag(
    "force", help: "also where that is refused for the sake of the cache")

  static let spec = CommandSpec(
    "resync", summary: "push what the server lacks, then make the cache equal to the server",
    discussion: [
      """
      Heals any drift. What the server has not acknowledged is never deleted; what is overwritten \
      or deleted is kept in memctl trash. An answer that would delete more than half of the synced \
      memories is refused, unless other machines deleted them, and so is a server or an account that \
      the cache was not filled from. With --force such a server becomes that of the cache; deletes and changes \
      that were queued for the former one become dead letters.
      """
    ],
    options: [Flag.rehearsal, force],
    examples: [CommandExample("memctl resync --dry-run", shows: "show what a resync would do")])

  private let isDryRun: Bool
  private let force: Bool

  init(_ arguments: ParsedCommand) {
    isDryRun = arguments[Flag.rehearsal]
    force = arguments[Self.force]
  }

  func run(_ context: Context) throws -> ExitCode {
    let engine = try context.engine(overridesPause: true)
    return isDryRun
      ? context.finish(rehearsed: try engine.rehearse(.resync, force: force), command: "resync")
      : context.finish(try engine.resync(force: force), command: "resync")
  }
}

extension Flag {
  fileprivate static let rehearsal = Flag(
    "dry-run", help: "show what would change, without changing it")
}

extension Context {
  /// Writes the report of a sync and says which code it ends with. That nothing failed is not enough
  /// for a script that wants to know whether everything is on the server.
  fileprivate func finish(_ report: SyncReport, command: String) -> ExitCode {
    var shown = report.report(command: command, style: output.style)
    if let push = report.push, push.waiting > 0, ExitCode(report.problems) == .success {
      shown.problems.append(.waiting(push))
    }
    output.write(shown, quiet: isQuiet)
    return ExitCode(shown.problems)
  }

  fileprivate func finish(
    rehearsed: (SyncReport, SyncEngine.Plan), command: String
  ) -> ExitCode {
    let (report, plan) = rehearsed
    output.write(report.report(command: command, plan: plan, style: output.style), quiet: isQuiet)
    return ExitCode(report.problems)
  }
}
