import CTerminal
import Glibc
import System

/// A program that memctl started.
struct ChildProcess {
  let id: pid_t

  /// Starts the program at `path`, with the signals as they were before memctl changed them.
  ///
  /// - Parameters:
  ///   - variables: additions to its environment, unless memctl's own has them already.
  ///   - streams: descriptors that take the place of its standard input, output and error; the others
  ///     are memctl's.
  ///   - isApart: puts it in a process group of its own, which the terminal's keys do not reach.
  /// - Throws: `SystemError`.
  init(
    _ path: String, _ arguments: [String], adding variables: [String: String] = [:],
    streams: [Int32: Int32] = [:], isApart: Bool = false
  ) throws(SystemError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (stream, descriptor) in streams {
      posix_spawn_file_actions_adddup2(&actions, descriptor, stream)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var ignored = none
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&ignored, number) }
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    if isApart { flags |= POSIX_SPAWN_SETPGROUP }
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let added = variables.filter { getenv($0.key) == nil }.map { strdup("\($0.key)=\($0.value)") }
    defer { for word in words + added { free(word) } }
    // Unchanged, as not every value has to be UTF-8.
    var environment = added
    var variable = environ
    while let entry = variable.pointee {
      environment.append(entry)
      variable += 1
    }
    environment.append(nil)
    var id = pid_t()
    let error = posix_spawn(&id, path, &actions, &attributes, &words, &environment)
    if error != 0 { throw SystemError(error) }
    self.id = id
  }

  enum End {
    case code(Int32)
    case signal(Int32)

    /// As a shell reports it.
    var exitCode: ExitCode {
      switch self {
      case .code(let code): ExitCode(rawValue: code)
      case .signal(let number): .ended(by: number)
      }
    }
  }

  /// How it ended; nil if it is still running and `waits` is false.
  func end(waits: Bool = true) -> End? {
    var status: Int32 = 0
    var result: pid_t
    repeat {
      result = waitpid(id, &status, waits ? 0 : WNOHANG)
    } while result < 0 && errno == EINTR
    if result == 0 { return nil }
    let signal = status & 0x7f
    return signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal)
  }
}

/// The program that runs.
enum Executable {
  /// Its path; nil if the system does not know it, or if it is not valid UTF-8.
  static var path: String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self).baseAddress!, $0.count)
    }
    return count > 0 ? String(validating: buffer[..<count], as: UTF8.self) : nil
  }

  /// A path that starts it again, even after its file was replaced.
  static var pathForOthers: String {
    path.flatMap { access($0, X_OK) == 0 ? $0 : nil } ?? "/proc/\(getpid())/exe"
  }
}
