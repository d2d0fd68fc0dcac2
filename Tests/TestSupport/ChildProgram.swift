import Foundation

/// A program of this package that runs for a test, with an environment of its own and no files of
/// the tests' but its streams. What is still running when it is no longer used is killed.
public final class ChildProgram {
  /// What becomes of a standard stream.
  public enum Stream {
    /// For standard input: what to read; for the others: a pipe, which `output` and `errors` read.
    case pipe(String = "")
    case file(String)
    case terminal(PseudoTerminal)
    case closed
  }

  public struct Ended: Sendable {
    public let output: String
    public let errors: String
    /// The exit code; the negative number of the signal that killed it.
    public let status: Int32
  }

  private let process = Process()
  private var output = Reader(nil)
  private var errors = Reader(nil)

  /// - Parameters:
  ///   - environment: all of the program's environment.
  public init(
    _ program: URL, _ arguments: [String], environment: [String: String], folder: URL,
    input: Stream = .pipe(), output: Stream = .pipe(), errors: Stream = .pipe()
  ) throws {
    process.environment = environment
    process.currentDirectoryURL = folder
    // A shell can close a stream, a `Process` cannot.
    let closed = zip([input, output, errors], ["<&-", ">&-", "2>&-"]).filter(\.0.isClosed).map(\.1)
    let command = "exec \"$@\" " + closed.joined(separator: " ")
    process.executableURL = closed.isEmpty ? program : URL(fileURLWithPath: "/bin/sh")
    process.arguments = (closed.isEmpty ? [] : ["-c", command, "sh", program.path]) + arguments
    var ends: [FileHandle] = []
    func end(_ descriptor: Int32) -> FileHandle {
      ends.append(FileHandle(fileDescriptor: descriptor))
      return ends.last!
    }
    process.standardInput = end(input.forReading())
    for (stream, keyPath, reader) in [
      (output, \Process.standardOutput, \ChildProgram.output),
      (errors, \Process.standardError, \ChildProgram.errors),
    ] {
      let (own, programs) = stream.forWriting()
      process[keyPath: keyPath] = end(programs)
      self[keyPath: reader] = Reader(own)
    }
    try process.run()
    // Else a pipe would not end with the program.
    for end in ends { try end.close() }
  }

  deinit {
    guard process.isRunning else { return }
    send(SIGKILL)
    process.waitUntilExit()
  }

  public var identifier: pid_t { process.processIdentifier }

  public func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// The next line of standard output, nil at its end.
  public func nextLine() -> String? { output.nextLine() }

  /// Goes away as a reader of standard output.
  public func stopReading() { output = Reader(nil) }

  /// Waits for the program's end; the texts are what `nextLine` has not returned.
  public func finish() -> Ended {
    Reader.drain([output, errors])
    process.waitUntilExit()
    let status = process.terminationStatus
    return Ended(
      output: output.rest, errors: errors.rest,
      status: process.terminationReason == .exit ? status : -status)
  }
}

extension ChildProgram.Stream {
  fileprivate var isClosed: Bool { if case .closed = self { true } else { false } }

  fileprivate func forReading() -> Int32 {
    guard case .pipe(let text) = self else { return forWriting().program }
    // A file takes any amount without anybody reading.
    let file = tmpfile()!
    fputs(text, file)
    rewind(file)
    defer { fclose(file) }
    return dup(fileno(file))
  }

  /// - Returns: the end to read from here, if any, and the program's.
  fileprivate func forWriting() -> (own: Int32?, program: Int32) {
    switch self {
    case .closed: return (nil, open("/dev/null", O_RDWR))
    case .file(let path): return (nil, open(path, O_RDWR))
    case .terminal(let terminal): return (nil, dup(terminal.programEnd))
    case .pipe:
      var ends: [Int32] = [-1, -1]
      precondition(Glibc.pipe(&ends) == 0, "no pipe is left")
      return (ends[0], ends[1])
    }
  }
}

/// The reading end of a pipe or terminal.
final class Reader {
  private var descriptor: Int32?
  private var unread: [UInt8] = []

  init(_ descriptor: Int32?) { self.descriptor = descriptor }

  deinit { if let descriptor { close(descriptor) } }

  var rest: String { String(decoding: unread, as: UTF8.self) }

  func nextLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...end) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      guard receive() else { return nil }
    }
  }

  /// Reads until `text` has come, or the end.
  func await(_ text: String) {
    while !rest.contains(text), receive() {}
  }

  /// Reads all to their ends, side by side, so that no program waits for another stream to be read.
  static func drain(_ readers: [Reader]) {
    while true {
      let open = readers.filter { $0.descriptor != nil }
      if open.isEmpty { return }
      var polls = open.map { pollfd(fd: $0.descriptor!, events: Int16(POLLIN), revents: 0) }
      poll(&polls, nfds_t(polls.count), -1)
      for (reader, poll) in zip(open, polls) where poll.revents != 0 { _ = reader.receive() }
    }
  }

  /// False at the end, which on a terminal is an error.
  private func receive() -> Bool {
    guard let descriptor else { return false }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &piece, piece.count)
    if count > 0 {
      unread += piece[..<count]
    } else if count == 0 || errno != EINTR {
      close(descriptor)
      self.descriptor = nil
    }
    return self.descriptor != nil
  }
}
