import Glibc
import System

/// What the operator is told, line by line.
///
/// It never blocks, and the same trouble a thousand times over does not flood it: lines for which there
/// is no room are left out, and the next that is written says how many there were.
final class Log: Sendable {
  static let standardError = Log(descriptor: STDERR_FILENO)

  private struct State {
    /// Lines that may be written at once; each second gives one back.
    var allowance = Log.burst
    var refilled: Double
    var leftOut = 0
  }

  private static let burst = 10.0
  /// Bytes that a pipe takes as a whole, or not at all: PIPE_BUF.
  private static let longestLine = 4096

  private let descriptor: Int32
  private let now: @Sendable () -> Double
  private let state: Monitor<State>

  /// - Parameter now: seconds on a clock that is never set back.
  init(descriptor: Int32, now: @escaping @Sendable () -> Double = { monotonicSeconds() }) {
    self.descriptor = descriptor
    self.now = now
    state = Monitor(State(refilled: now()))
  }

  func write(_ message: String) {
    state.withLock { state in
      let now = now()
      state.allowance = min(Self.burst, state.allowance + now - state.refilled)
      state.refilled = now
      if state.allowance < 1 {
        state.leftOut += 1
      } else if put("memctl-serve: \(message)", &state) {
        state.allowance -= 1
      }
    }
  }

  /// Writes one of the lines that the operator has asked for, however many there are.
  func record(_ line: String) { state.withLock { state in _ = put(line, &state) } }

  /// False where there is no room for it.
  private func put(_ text: String, _ state: inout State) -> Bool {
    let remark = state.leftOut > 0 ? " (messages left out before this: \(state.leftOut))" : ""
    // One call, so that lines of several processes do not mix.
    let line = Array(text.utf8.prefix(Self.longestLine - 100)) + Array("\(remark)\n".utf8)
    guard isWritable, Glibc.write(descriptor, line, line.count) == line.count else {
      state.leftOut += 1
      return false
    }
    state.leftOut = 0
    return true
  }

  private var isWritable: Bool {
    var descriptor = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&descriptor, 1, 0) > 0 && descriptor.revents & Int16(POLLOUT) != 0
  }
}

/// Tells the operator about a failure, on stderr.
func complain(_ message: String) { Log.standardError.write(message) }
