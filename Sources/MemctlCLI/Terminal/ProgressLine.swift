import MemctlCore

/// A line on the terminal's error stream that tells what takes long; it appears after half a second
/// and leaves no trace.
final class ProgressLine {
  private let started = Timestamp.now
  private var lastShown = Timestamp.epoch
  private var isShown = false

  func show(_ activity: SyncEngine.Activity) {
    let now = Timestamp.now
    switch activity {
    case .ended: clear()
    case _ where now.seconds(since: started) < 0.5 || now.seconds(since: lastShown) < 0.1: break
    case .waiting: show("waiting for the server", now)
    case .pushing(let done, let total): show("sent \(grouped(done)) of \(grouped(total))", now)
    case .applying(let count): show("applied \(grouped(count))", now)
    }
  }

  private func show(_ text: String, _ now: Timestamp) {
    printError("\r\u{1B}[K\(text)…", terminator: "")
    isShown = true
    lastShown = now
  }

  private func clear() {
    if isShown { printError("\r\u{1B}[K", terminator: "") }
    isShown = false
  }
}
