import Glibc
import MemctlCore
import System

/// The user's command that writes the key, such as that of a password manager.
enum KeyCommand {
  /// Seconds, in which a password manager may have to ask for a pass phrase.
  private static let patience = 60.0
  private static let longestOutput = 1 << 16

  /// Runs the command in a shell, with the terminal but without memctl's input, which may be a memory.
  ///
  /// - Returns: what it wrote on its standard output.
  /// - Throws: `Problem` of kind `.configuration` if it fails, or takes too long.
  static func run(_ command: String) throws -> [UInt8] {
    func failed(_ reason: String) -> Problem {
      Problem(
        .configuration, "the command for the key \(reason)",
        hint: "run it by itself to see why: \(command)")
    }
    let (bytes, end): ([UInt8]?, ChildProcess.End?)
    do throws(SystemError) {
      (bytes, end) = try output(of: command)
    } catch {
      throw failed("could not be run: \(error)")
    }
    guard let bytes, let end else { throw failed("did not end within \(Int(patience)) seconds") }
    if end.exitCode != .success { throw failed("failed with exit code \(end.exitCode.rawValue)") }
    return bytes
  }

  /// Nil for what did not come in time.
  private static func output(
    of command: String
  ) throws(SystemError) -> (bytes: [UInt8]?, end: ChildProcess.End?) {
    let nothing = try FileDescriptor.open("/dev/null", O_RDONLY)
    defer { nothing.close() }
    let pipe = try Pipe()
    let output = FileDescriptor(rawValue: pipe.readEnd)
    defer { output.close() }
    let process = Result { () throws(SystemError) in
      try ChildProcess(
        "/bin/sh", ["sh", "-c", command],
        streams: [STDIN_FILENO: nothing.rawValue, STDOUT_FILENO: pipe.writeEnd])
    }
    // Otherwise the output would not end with the command.
    close(pipe.writeEnd)
    let command = try process.get()
    let deadline = monotonicSeconds() + patience
    let bytes = try read(output, until: deadline)
    let end = end(of: command, until: deadline)
    if end == nil {
      kill(command.id, SIGKILL)
      _ = command.end()
    }
    return (bytes, end)
  }

  /// Nil if the time is over first.
  private static func read(
    _ output: FileDescriptor, until deadline: Double
  ) throws(SystemError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count < longestOutput {
      var poll = pollfd(fd: output.rawValue, events: Int16(POLLIN), revents: 0)
      let left = Int32(max(0, (deadline - monotonicSeconds()) * 1000))
      if Glibc.poll(&poll, 1, left) == 0 { return nil }
      let count = Glibc.read(output.rawValue, &piece, piece.count)
      if count == 0 { break }
      if count > 0 { bytes += piece[..<count] } else if errno != EINTR { throw SystemError() }
    }
    return bytes
  }

  /// It usually ends with its output. Nil if the time is over first.
  private static func end(of process: ChildProcess, until deadline: Double) -> ChildProcess.End? {
    while monotonicSeconds() < deadline {
      if let end = process.end(waits: false) { return end }
      poll(nil, 0, 5)
    }
    return nil
  }
}
