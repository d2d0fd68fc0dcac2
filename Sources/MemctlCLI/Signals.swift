import CTerminal
import Glibc
import MemctlCore
import System

/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancellation, so that the current request is
/// finished and saved; the second ends the program at once. When a terminal goes away, the system and
/// the shell both send SIGHUP, so another one within a second or two counts as the same.
enum Signals {
  private nonisolated(unsafe) static var received: Int32 = 0
  private nonisolated(unsafe) static var receivedAt = timespec()
  private nonisolated(unsafe) static var target: Cancellation?

  static func cancel(_ cancellation: Cancellation) {
    defer { target = cancellation }
    // A command that begins again may have other uses for some signals by then.
    if target != nil { return }
    for number in [SIGINT, SIGTERM] { signal(number, handle) }
    // If it is ignored, nohup has started memctl.
    let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
    if unsafeBitCast(signal(SIGHUP, handle), to: Int.self) == ignored { signal(SIGHUP, SIG_IGN) }
    // A program inherits the signals that are blocked in the thread that started it.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// The signal that ends a command which runs until it is told to stop, and has then succeeded.
  nonisolated(unsafe) static var ordinaryEnd: Int32 = 0

  /// 130 after SIGINT, 143 after SIGTERM; nil without a signal, or after that of an ordinary end.
  static var exitCode: Int32? {
    received == 0 || received == ordinaryEnd ? nil : 128 + received
  }

  private static let handle: @convention(c) (Int32) -> Void = { number in
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    if received == SIGHUP, number == SIGHUP, now.tv_sec - receivedAt.tv_sec <= 1 { return }
    if received != 0 { _exit(128 + number) }
    received = number
    receivedAt = now
    target?.cancel()
  }
}
