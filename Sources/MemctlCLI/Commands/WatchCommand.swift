import CommandLine
import Glibc
import MemctlCore

struct WatchCommand: Command {
  private static let interval = Option(
    "interval", short: "i", .number("S", 0.1...86_400), help: "seconds between cycles",
    defaultText: "60")

  static let spec = CommandSpec(
    "watch", summary: "keep syncing until stopped",
    discussion: [
      """
      Starts with a full resync, then syncs at each interval, and at once when another process queues \
      something; after every ten intervals it resyncs again. After a failure it tries again within \
      seconds, then less and less often. While the server refuses the key, only the key is checked. A \
      cache that was restored from a backup is reopened; while the cache is missing, each cycle \
      fails; watch does not create a new one.
      """,
      """
      On a terminal, it prints a line when something was sent or fetched, and when its state changes; \
      with --verbose, for each cycle. In a pipe it prints a tab-separated line for each cycle: time, \
      sync or resync, what was sent, what was fetched, problems. With --json, it writes one event for \
      each cycle.
      """,
      """
      On SIGTERM it finishes the current request and ends with exit code 0; on SIGINT it does so with \
      130, and when the reader of its output goes away, with 141. SIGUSR1 starts the next cycle at \
      once; SIGHUP reloads the configuration first, then does the same.
      """,
      """
      Under systemd it can be a service of Type=notify or notify-reload, with WatchdogSec of a minute \
      or more.
      """,
    ],
    options: [interval.spec],
    examples: [
      CommandExample("memctl watch --interval 30", shows: "sync every half minute"),
      CommandExample("memctl watch --json >> sync.log", shows: "write one event per cycle"),
    ])

  private let interval: Double?

  init(_ arguments: ParsedCommand) { interval = arguments[Self.interval] }

  func run(_ context: Context) throws -> ExitCode {
    Signals.ordinaryEnd = SIGTERM
    var first: Synchronizer? = try context.synchronizer()
    var pauseLength = try length(context)
    let path = try context.cache().path
    let manager = ServiceManager(context.environment.variables)
    let log = WatchLog(
      context.output, isQuiet: context.isQuiet,
      isVerbose: context.arguments[GlobalOptions.verbose])
    /// The last entry that was queued when the cycle began.
    var newest: EntryID?
    let alarm = Alarm(
      context.cancellation, cache: path, of: manager,
      hasNews: {
        (try? Cache(path: path, access: .read).queue.hasDue(after: newest)) ?? false
      },
      reload: {
        manager.isReloading()
        do {
          try context.configuration.reload()
          pauseLength = try length(context)
        } catch let problem as Problem {
          printProblem(problem)
        } catch {}
        manager.isReady("settings read again")
      })
    let loop = WatchLoop(interval: pauseLength) {
      defer { first = nil }
      // A cache that vanishes later may be about to be restored from a backup, so none is created then.
      let synchronizer = try first ?? context.synchronizer(opening: .change)
      newest = try context.cache().queue.newest()
      let show = synchronizer.activity
      synchronizer.activity = {
        show($0)
        manager.beat()
      }
      return synchronizer
    }
    let presence = CachePresence()
    manager.isReady("first sync")
    try loop.run(pause: alarm.wait) { cycle, result in
      context.cache.close()
      // After each cycle, since the files may have been replaced.
      try? renew(presence, context)
      log.write(cycle, result)
      manager.isDoing(WatchLog.status(result))
    }
    manager.isStopping()
    if alarm.hasNoTerminal { return .ended(by: SIGHUP) }
    return alarm.hasNoReader ? .ended(by: SIGPIPE) : .success
  }

  /// Lets `memctl status` find this process during the pause, when the cache is closed.
  private func renew(_ presence: CachePresence, _ context: Context) throws {
    let configuration = try context.configuration.get()
    presence.renew(at: try configuration.databasePath(), lock: try configuration.lock())
  }

  private func length(_ context: Context) throws -> Double {
    try interval ?? context.configuration.get().syncInterval()
  }
}
