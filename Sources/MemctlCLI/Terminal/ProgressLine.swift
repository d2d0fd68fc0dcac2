import Glibc
import MemctlCore
import System
import Synchronization

/// A line on the terminal's error stream that says what is taking long; it appears after half a second
/// and leaves no trace.
final class ProgressLine {
  /// The engine's own thread is waiting, so another one draws.
  private var drawing: (pen: Pen, thread: pthread_t)?

  func show(_ activity: SyncActivity) {
    if activity == .ended { end() } else { change { $0.note(activity, at: monotonicSeconds()) } }
  }

  /// Shows a text until the next one, or until `end`.
  func draw(_ text: String) { change { $0 = ProgressText(text) } }

  private func change(_ body: (inout ProgressText) -> Void) {
    if drawing == nil { begin() }
    drawing?.pen.text.withLock { body(&$0) }
  }

  private func begin() {
    let pen = Pen()
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { pen in
        Unmanaged<Pen>.fromOpaque(pen!).takeUnretainedValue().draw()
        return nil
      }, Unmanaged.passUnretained(pen).toOpaque())
    if result == 0 { drawing = (pen, thread) }
  }

  func end() {
    guard let (pen, thread) = drawing else { return }
    pen.end.cancel()
    pthread_join(thread, nil)
    drawing = nil
  }
}

private final class Pen: Sendable {
  let text = Mutex(ProgressText(""))
  let end = Cancellation()

  func draw() {
    var shown = ""
    var pause: Int32 = 500
    while !end.wait(milliseconds: pause) {
      let time = monotonicSeconds()
      let text = text.withLock { $0.text(at: time) }
      if text != shown { printError("\r\u{1B}[K\(text)…", terminator: "") }
      shown = text
      pause = 100
    }
    if !shown.isEmpty { printError("\r\u{1B}[K", terminator: "") }
  }
}
