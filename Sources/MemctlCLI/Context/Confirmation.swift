/// Asks before something that cannot be undone.
struct Confirmation {
  /// Where nobody can answer, the command line itself was the decision.
  let mayAsk: Bool

  func callAsFunction(_ question: String) -> Bool {
    guard mayAsk else { return true }
    printError("\(question) [y/N] ", terminator: "")
    return readLine().map { ["y", "yes"].contains($0.lowercased()) } ?? false
  }
}

/// What `--verbose` asks to be told.
struct Commentary {
  let isOn: Bool

  func say(_ text: String) {
    if isOn { printMessage("memctl: \(text)") }
  }
}
