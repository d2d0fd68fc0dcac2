import Foundation

/// A program that somebody uses on a terminal of its own, whose keys reach it as they do in life. It is
/// killed when it is no longer used.
public final class TerminalProgram {
  /// What the terminal shows.
  public private(set) var screen: Screen
  /// All that was written, for checks on what must never be.
  public private(set) var transcript = ""
  public let identifier: pid_t
  private let descriptor: Int32
  private var unread: [UInt8] = []
  private var status: Int32?

  /// Longer than anything takes, so that what never comes is an error and no endless wait.
  private static let patience: Double = 60

  /// - Parameter environment: all of the program's environment.
  public init(
    _ program: URL, _ arguments: [String], environment: [String: String], columns: Int = 80,
    rows: Int = 24
  ) throws {
    screen = Screen(columns: columns)
    setlocale(LC_CTYPE, "C.UTF-8")
    var (own, programs) = (Int32(-1), Int32(-1))
    guard openpty(&own, &programs, nil, nil, nil) == 0 else { throw POSIXError(.ENXIO) }
    defer { close(programs) }
    for end in [own, programs] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor = own
    Self.resize(descriptor, columns, rows)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Several tests ask at the same time, so that `ttyname` would do for none.
    var name = [CChar](repeating: 0, count: 64)
    guard ttyname_r(programs, &name, name.count) == 0 else { throw POSIXError(.ENXIO) }
    // The first terminal that the leader of a session opens becomes that session's.
    posix_spawn_file_actions_addopen(&actions, 0, &name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)  // SETSID
    var words: [UnsafeMutablePointer<CChar>?] =
      ([program.path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier = pid_t()
    let error = posix_spawn(
      &identifier, program.path, &actions, &attributes, &words, &variables)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
    self.identifier = identifier
  }

  deinit {
    if status == nil {
      kill(-identifier, SIGKILL)
      waitpid(identifier, nil, 0)
    }
    close(descriptor)
  }

  public func type(_ text: String) { type(Array(text.utf8)) }

  public func type(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  public func resize(columns: Int, rows: Int = 24) {
    screen.resize(columns: columns)
    Self.resize(descriptor, columns, rows)
  }

  private static func resize(_ descriptor: Int32, _ columns: Int, _ rows: Int) {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  public struct NeverShown: Error, CustomStringConvertible {
    public let description: String
  }

  /// Waits until the screen is as `condition` asks.
  ///
  /// - Throws: `NeverShown`, where the program ends before, or for ever does something else.
  public func wait(for what: String, until condition: (Screen) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: Self.patience)
    while !condition(screen) {
      guard receive(until: end) else {
        throw NeverShown(
          description: "never shown: \(what)\n" + screen.lines.joined(separator: "\n"))
      }
    }
  }

  /// Waits for a row that is `line`.
  public func wait(forLine line: String) throws {
    try wait(for: line) { $0.lines.contains(line) }
  }

  /// Waits for a row that has `text`.
  public func wait(forText text: String) throws {
    try wait(for: text) { $0.lines.contains { $0.contains(text) } }
  }

  /// Waits until the cursor stands behind `text`, in a row that begins with it.
  public func wait(forCursorAfter text: String) throws {
    try wait(for: "the cursor after '\(text)'") { $0.lineBeforeCursor == text }
  }

  /// Waits for the program's end: the exit code, or the negative number of the signal that killed it.
  public func finish() throws -> Int32 {
    let end = Date(timeIntervalSinceNow: Self.patience)
    while receive(until: end) {}
    if end.timeIntervalSinceNow <= 0 {
      throw NeverShown(description: "no end\n" + screen.lines.joined(separator: "\n"))
    }
    var status: Int32 = 0
    guard waitpid(identifier, &status, 0) == identifier else { throw POSIXError(.ECHILD) }
    self.status = status
    return status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
  }

  /// False at the end.
  private func receive(until end: Date) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let rest = end.timeIntervalSinceNow
    guard rest > 0, Glibc.poll(&poll, 1, Int32(rest * 1000)) > 0 else { return false }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    guard count > 0 else { return false }
    unread += piece[..<count]
    // A character may come in two pieces.
    var length = unread.count
    while length > 0, length > unread.count - 4,
      String(validating: unread[..<length], as: UTF8.self) == nil
    { length -= 1 }
    let text = String(decoding: unread[..<length], as: UTF8.self)
    unread.removeFirst(length)
    transcript += text
    screen.write(text)
    return true
  }
}
