import Glibc

/// The sync that the prompt has running beside it, as long as it is wanted.
final class AutomaticSync {
  private let options: [String]
  private let signals: SignalQueue
  private var running: BackgroundSync?
  /// Those that were asked to stop and may still be running.
  private var ending: [BackgroundSync] = []
  /// What came while nothing else may be shown.
  private var news: [String] = []

  /// - Parameters:
  ///   - options: the global options of the prompt.
  ///   - signals: what ends the wait for its end.
  init(options: [String], _ signals: SignalQueue) {
    self.options = options
    self.signals = signals
  }

  /// Readable when there is something to hear; -1 while nothing runs.
  var descriptor: Int32 { running?.descriptor ?? -1 }

  func adjust(isWanted: Bool) {
    if isWanted, running == nil {
      running = try? BackgroundSync(options: options)
    } else if !isWanted {
      stop()
    }
  }

  /// Takes what it has to tell; false where it has ended by itself.
  func hear() -> Bool {
    guard let running else { return true }
    if let news = running.news() {
      self.news += news
      return true
    }
    let code = running.end(waits: true)?.exitCode ?? .success
    self.running = nil
    news.append(
      "sync: stopped with exit code \(code.rawValue); sync shows why, .set autosync on restarts it"
    )
    return false
  }

  /// The lines that have not been shown yet.
  func takeNews() -> [String] {
    defer { news = [] }
    return news
  }

  /// Starts the next cycle at once.
  func hurry() { running?.hurry() }

  /// Waits until it has finished the current request; a signal ends the wait.
  func stop() {
    guard let running else { return }
    running.stop()
    self.running = nil
    while running.end(waits: false) == nil {
      signals.wait()
      while let number = signals.next() {
        if number == SIGINT || number == SIGTERM { return ending.append(running) }
      }
    }
  }

  /// Lets the system forget those that have ended.
  func reap() { ending.removeAll { $0.end(waits: false) != nil } }
}
