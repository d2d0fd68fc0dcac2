import System

/// Asks before something that cannot be undone.
struct Confirmation {
  /// Where nobody can answer, the command line itself was the decision.
  let mayAsk: Bool
  /// Ends the wait for an answer.
  let cancellation: Cancellation

  /// - Throws: `Problem` of kind `.interrupted`.
  func callAsFunction(_ question: String) throws -> Bool {
    guard mayAsk else { return true }
    let answer = try line("\(question) [y/N] ")
    return answer.map { ["y", "yes"].contains($0.lowercased()) } ?? false
  }

  /// What is answered to a question on the terminal, without the line's end; nil at the end of input.
  ///
  /// - Throws: `Problem` of kind `.interrupted`.
  func line(_ question: String) throws -> String? {
    let bytes = try TypedLine.read(question, cancellation)
    if bytes.isEmpty { return nil }
    return String(
      decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }
}

/// What `--verbose` asks to be told.
struct Commentary {
  let isOn: Bool

  func say(_ text: String) {
    if isOn { printMessage("memctl: \(text)") }
  }
}
