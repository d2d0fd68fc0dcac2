import CommandLine
import MemctlCore

struct SyncCommand: Command {
  private static let untilConverged = Flag(
    "until-converged", help: "repeat until the queue is empty")

  static let spec = CommandSpec(
    "sync", summary: "send the queue, then fetch what changed on the server",
    discussion: [
      """
      Each half runs even if the other one fails. If both do, the exit code is that of the more \
      urgent problem; see memctl help exit-codes.
      """,
      """
      With --until-converged, it syncs again when the server may be back and when waiting entries are \
      due, until the queue is empty or what is left needs your decision. If --timeout expires first, \
      the exit code is 75. A request already in flight is finished first.
      """,
    ],
    options: [untilConverged.spec, Option.timeout.spec],
    examples: [
      CommandExample("memctl sync", shows: "push, then pull"),
      CommandExample(
        "memctl sync --until-converged --timeout 60", shows: "give the server a minute"),
      CommandExample("memctl sync --json | jq .pull.inserted", shows: "count what is new"),
    ])

  private let isPatient: Bool
  private let timeout: Double?

  init(_ arguments: ParsedCommand) throws {
    isPatient = arguments[Self.untilConverged]
    timeout = arguments[Option.timeout]
    if timeout != nil, !isPatient {
      throw Problem(
        .usage, "--timeout needs --until-converged",
        hint: "memctl sync --until-converged --timeout S")
    }
  }

  func run(_ context: Context) throws -> ExitCode {
    let ending = Ending("sync", context)
    if !isPatient { return ending.of(try context.synchronizer(overridesPause: true).sync()) }
    let synchronizer = try context.synchronizer()
    let cache = try context.cache()
    let loop = Convergence(
      to: .everything, of: cache, timeout: timeout, cancellation: context.cancellation
    ) { synchronizer }
    let alarm = Alarm(context.cancellation, cache: cache.path) {
      (try? cache.syncState().pending) == 0
    }
    return ending.of(try loop.run(pause: alarm.waiting(with: context.progressLine)).report)
  }
}

extension Option<Double> {
  static var timeout: Self {
    Self("timeout", .number("S", 0.1...31_536_000), help: "give up after S seconds")
  }
}

struct PushCommand: Command {
  private static let limit = Option(
    "limit", short: "n", .integer("N", 1...Int.max), help: "send at most N entries")
  private static let dryRun = Flag(
    "dry-run", help: "show what would be sent, without sending it")

  static let spec = CommandSpec(
    "push", summary: "send the queue",
    discussion: [
      """
      Entries of one memory are sent in order, those of different memories in parallel. An entry that \
      the server rejects for good becomes a dead letter; everything else stays queued.
      """
    ],
    options: [limit.spec, dryRun.spec],
    examples: [CommandExample("memctl push --dry-run", shows: "show what would be sent")])

  private let limit: Int?
  private let isDryRun: Bool

  init(_ arguments: ParsedCommand) {
    limit = arguments[Self.limit]
    isDryRun = arguments[Self.dryRun]
  }

  func run(_ context: Context) throws -> ExitCode {
    let synchronizer = try context.synchronizer(overridesPause: true)
    if isDryRun {
      return Ending("push", context).of(try synchronizer.rehearse(.push(limit: limit)))
    }
    return Ending("push", context).of(try synchronizer.push(limit: limit))
  }
}

struct PullCommand: Command {
  static let spec = CommandSpec(
    "pull", summary: "fetch what changed on the server and apply it",
    options: [Flag.rehearsal.spec])

  private let isDryRun: Bool

  init(_ arguments: ParsedCommand) { isDryRun = arguments[Flag.rehearsal] }

  func run(_ context: Context) throws -> ExitCode {
    let synchronizer = try context.synchronizer(overridesPause: true)
    return isDryRun
      ? Ending("pull", context).of(try synchronizer.rehearse(.pull))
      : Ending("pull", context).of(try synchronizer.pull())
  }
}

struct ResyncCommand: Command {
  private static let force = Flag(
    "force", help: "proceed even if a safety check refuses")

  static let spec = CommandSpec(
    "resync", summary: "push what the server lacks, then make the cache equal to the server",
    discussion: [
      """
      Repairs any difference between the cache and the server. A memory that the server has not \
      acknowledged is never deleted; what is overwritten or deleted is kept in memctl trash. A resync \
      is refused if it would delete more than half of the synced memories, unless other machines \
      deleted them, or if the cache was filled from another server or account. With --force, the \
      cache then belongs to the new one; deletes and changes queued for the former one become dead \
      letters.
      """
    ],
    options: [Flag.rehearsal.spec, force.spec],
    examples: [CommandExample("memctl resync --dry-run", shows: "show what a resync would do")])

  private let isDryRun: Bool
  private let force: Bool

  init(_ arguments: ParsedCommand) {
    isDryRun = arguments[Flag.rehearsal]
    force = arguments[Self.force]
  }

  func run(_ context: Context) throws -> ExitCode {
    let synchronizer = try context.synchronizer(overridesPause: true)
    return isDryRun
      ? Ending("resync", context).of(try synchronizer.rehearse(.resync(force: force)))
      : Ending("resync", context).of(try synchronizer.resync(force: force))
  }
}

extension Flag {
  fileprivate static let rehearsal = Flag(
    "dry-run", help: "show what would change, without changing it")
}

/// Writes how it went, and says which code the command ends with.
private struct Ending {
  private let command: String
  private let output: Output
  private let isQuiet: Bool

  init(_ command: String, _ context: Context) {
    self.command = command
    output = context.output
    isQuiet = context.isQuiet
  }

  /// That nothing failed is not enough for a script that wants to know whether everything is on the
  /// server.
  func of(_ report: SyncReport) -> ExitCode {
    var shown = report.report(command: command, style: output.style)
    if let push = report.push, push.waiting > 0, ExitCode(report.problems) == .success {
      shown.problems.append(.waiting(push))
    }
    output.write(shown, quiet: isQuiet)
    return ExitCode(shown.problems)
  }

  func of(_ rehearsal: (report: SyncReport, plan: SyncPlan)) -> ExitCode {
    let (report, plan) = rehearsal
    output.write(report.report(command: command, plan: plan, style: output.style), quiet: isQuiet)
    return ExitCode(report.problems)
  }
}
