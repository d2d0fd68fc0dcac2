import CommandLine
import Glibc
import JSON
import MemctlCore
import System

struct WatchCommand: Command {
  private static let interval = Option(
    "interval", short: "i", .number("S", 0.1...86_400), help: "seconds between cycles",
    defaultText: "60")

  static let spec = CommandSpec(
    "watch", summary: "keep syncing until stopped",
    discussion: [
      """
      Starts with a full resync, then syncs at each interval, with a full resync every tenth time. \
      A failure is reported, and the next cycle runs anyway; while the server refuses the key, only \
      the key is checked. On SIGINT or SIGTERM, or when the reader of its output goes away, it \
      finishes the current request and stops. SIGUSR1 starts the next cycle at once. A cache that was \
      restored from a backup is reopened; while there is no cache, the cycles fail and none is created.
      """
    ],
    options: [interval.spec],
    examples: [
      CommandExample("memctl watch --interval 30", shows: "sync every half minute"),
      CommandExample("memctl watch --json >> sync.log", shows: "write one event per cycle"),
    ])

  private let interval: Double?

  init(_ arguments: ParsedCommand) { interval = arguments[Self.interval] }

  func run(_ context: Context) throws -> ExitCode {
    var first: Synchronizer? = try context.synchronizer()
    let interval = try interval ?? context.configuration.get().syncInterval()
    let alarm = Alarm(context.cancellation)
    let report = CycleReport(output: context.output, isQuiet: context.isQuiet)
    let loop = WatchLoop(interval: interval) {
      defer { first = nil }
      // A cache that vanishes later may be about to be restored from a backup, so none is created then.
      return try first ?? context.synchronizer(opening: .change)
    }
    try loop.run(pause: alarm.pause) { cycle, result in
      report.write(cycle, result)
      context.cache.close()
    }
    return alarm.hasNoReader ? .ended(by: SIGPIPE) : .success
  }
}

/// The events that end the pause between two cycles.
private final class Alarm {
  private let cancellation: Cancellation
  private let signals = try? SignalQueue([SIGUSR1])
  /// Whether the reader of standard output is gone.
  private(set) var hasNoReader = false

  init(_ cancellation: Cancellation) { self.cancellation = cancellation }

  /// Waits at most for a time; true if the loop is to end.
  func pause(milliseconds: Int32) -> Bool {
    // `poll` reports a reader that is gone without being asked.
    var polls = [
      pollfd(fd: cancellation.readDescriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
    ]
    _ = poll(&polls, nfds_t(polls.count), milliseconds)
    while signals?.next() != nil {}
    hasNoReader = polls[2].revents & Int16(POLLERR | POLLHUP) != 0
    return hasNoReader || cancellation.isCancelled
  }
}

/// Writes a line or a JSON event for a cycle.
private struct CycleReport {
  let output: Output
  let isQuiet: Bool

  func write(_ cycle: WatchLoop.Cycle, _ result: Result<SyncReport, Problem>) {
    let time = Timestamp.now.description
    let report: Report
    switch result {
    case .success(let done): report = done.report(command: cycle.rawValue, style: output.style)
    case .failure(let problem):
      report = Report(
        command: cycle.rawValue, members: [.init("push", nil), .init("pull", nil)],
        problems: [problem])
    }
    if output.shape == .json {
      if isQuiet, report.problems.isEmpty { return }
      output.json(
        [
          .init("schema", 1), .init("command", "watch"), .init("time", .string(time)),
          .init("cycle", .string(cycle.rawValue)), .init("ok", .bool(report.problems.isEmpty)),
        ] + report.members + [.init("errors", .array(report.problems.map(\.json)))])
    } else if !isQuiet {
      let parts = try? result.get()
      let texts = [
        parts?.push.map { "push: \($0.summary(isPlan: false))" },
        parts?.pull.map { "pull: \($0.summary(isPlan: false))" },
      ].compactMap(\.self)
      let fields = [time, cycle.rawValue] + texts
      output.line(fields.joined(separator: output.shape == .tabs ? "\t" : "  "))
    }
    output.flush()
    for problem in report.problems { printProblem(problem) }
  }
}
