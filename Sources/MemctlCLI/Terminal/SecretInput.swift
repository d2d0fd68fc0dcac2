import Glibc
import MemctlCore
import System

/// Reads a key from standard input: typed without being shown, or piped in.
struct SecretInput {
  let terminal: Terminal
  /// Ends the wait for a line that is typed.
  let cancellation: Cancellation
  /// Whether a person can be asked.
  let mayAsk: Bool

  /// - Parameter question: asks for it on a terminal.
  /// - Returns: a usable key.
  /// - Throws: `Problem` of kind `.usage`, `.configuration` or `.interrupted`.
  func key(_ question: String) throws -> String {
    guard terminal.isInputTerminal else {
      guard let bytes = try? FileDescriptor.standardInput.readAll(limit: 1 << 16) else {
        throw Problem(.notFound, "cannot read stdin", hint: "give the key on stdin")
      }
      return try Configuration.usableKey(in: bytes, from: "stdin")
    }
    guard mayAsk else {
      throw Problem(
        .usage, "the key has to be asked for, but --no-input is given",
        hint: "give it on stdin, or name a file with --api-key-file")
    }
    return try Configuration.usableKey(in: try typed(question), from: "what you entered")
  }

  /// A line that is typed while the terminal does not show it.
  private func typed(_ question: String) throws -> [UInt8] {
    Signals.cancel(cancellation)
    var settings = termios()
    tcgetattr(STDIN_FILENO, &settings)
    let former = settings
    settings.c_lflag &= ~UInt32(ECHO)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    defer {
      var settings = former
      tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
      printError("")
    }
    return try TypedLine.read("\(question): ", cancellation)
  }
}
