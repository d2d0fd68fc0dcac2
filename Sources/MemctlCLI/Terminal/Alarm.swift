import Glibc
import MemctlCore
import System

/// What ends the pause between two cycles of a loop: its time, a wish to stop, the end of who reads
/// the output, a signal, or an entry that another process has queued.
final class Alarm {
  private let cancellation: Cancellation
  private let signals: SignalQueue?
  private let changes: FileChanges?
  private let hasNews: () -> Bool
  private let reload: () -> Void
  private let manager: ServiceManager?
  /// Whether the reader of standard output is gone.
  private(set) var hasNoReader = false
  /// Whether the terminal is gone that memctl runs on.
  private(set) var hasNoTerminal = false

  /// Seconds after a change, and after each look in vain, until the next look. SQLite shows a
  /// transaction only some time after it has written it, and nothing tells when.
  private static let distances = [0.01, 0.1, 1]

  /// - Parameters:
  ///   - path: the cache.
  ///   - hasNews: whether a change of the cache is a reason to go on; called when there was one.
  init(_ cancellation: Cancellation, cache path: String, hasNews: @escaping () -> Bool) {
    self.cancellation = cancellation
    self.hasNews = hasNews
    (signals, manager, reload) = (nil, nil, {})
    changes = FileChanges(of: path)
  }

  /// An alarm of a service, to which SIGUSR1 and SIGHUP mean something from now on.
  ///
  /// - Parameter reload: what SIGHUP asks for.
  init(
    _ cancellation: Cancellation, cache path: String, of manager: ServiceManager,
    hasNews: @escaping () -> Bool, reload: @escaping () -> Void
  ) {
    signals = try? SignalQueue([SIGUSR1, SIGHUP])
    self.cancellation = cancellation
    self.manager = manager
    self.hasNews = hasNews
    self.reload = reload
    changes = FileChanges(of: path)
  }

  /// True if the loop is to end.
  func wait(for pause: Pause) -> Bool {
    let end = monotonicSeconds() + pause.seconds
    // What the cycle wrote itself is a change as well, so what came while it ran is looked for.
    var nextLook = Double.infinity
    var looks = 0
    while true {
      manager?.beat()
      let now = monotonicSeconds()
      if now >= nextLook {
        if hasNews() { return false }
        looks += 1
        nextLook = looks < Self.distances.count ? now + Self.distances[looks] : .infinity
      }
      if now >= end { return false }
      let wakes = [end, nextLook, now + (manager?.heartbeat ?? .infinity)]
      // A file that is written all the time is not looked at all the time.
      let listens = pause.mayHurry && nextLook - now > Self.distances[1]
      switch waitForEvent(seconds: wakes.min()! - now, listens: listens) {
      case .stop: return true
      case .hurry: return false
      case .change: (nextLook, looks) = (monotonicSeconds() + Self.distances[0], 0)
      case .none: break
      }
    }
  }

  /// The same as a function that tells people meanwhile that it waits.
  func waiting(with line: ProgressLine?) -> (Pause) -> Bool {
    { pause in
      line?.draw("not done yet, trying again within \(Int(pause.seconds.rounded(.up))) s")
      defer { line?.end() }
      return self.wait(for: pause)
    }
  }

  private enum Event { case stop, hurry, change, none }

  private func waitForEvent(seconds: Double, listens: Bool) -> Event {
    // `poll` reports a reader that is gone without being asked.
    var polls = [
      pollfd(fd: cancellation.readDescriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      pollfd(fd: listens ? changes?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&polls, nfds_t(polls.count), Int32(min((seconds * 1000).rounded(.up), 86_400_000)))
    hasNoReader = polls[2].revents & Int16(POLLERR | POLLHUP) != 0
    if hasNoReader || cancellation.isCancelled { return .stop }
    var isHurried = false
    while let number = signals?.next() {
      isHurried = true
      guard number == SIGHUP else { continue }
      hasNoTerminal = Self.isTerminalGone()
      if hasNoTerminal { return .stop }
      reload()
    }
    if isHurried { return .hurry }
    return polls[3].revents != 0 && changes?.take() == true ? .change : .none
  }

  /// The system sends SIGHUP also when a terminal goes away.
  private static func isTerminalGone() -> Bool {
    var polls = [STDIN_FILENO, STDERR_FILENO].map { pollfd(fd: $0, events: 0, revents: 0) }
    _ = poll(&polls, nfds_t(polls.count), 0)
    return polls.contains { $0.revents & Int16(POLLHUP) != 0 && isTerminal($0.fd) }
  }

  /// `isatty` fails once the terminal is gone, but the device is still a terminal's.
  private static func isTerminal(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
  }
}
