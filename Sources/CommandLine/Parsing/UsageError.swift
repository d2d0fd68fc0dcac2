/// A command line that the table does not allow.
public struct UsageError: Error, Hashable, Sendable {
  /// What is wrong, in terms that the user knows.
  public let message: String
  /// The next command to type, after a guess at what was meant.
  public let hint: String
  /// The path of the command that the line names, as far as it names one.
  public let path: [String]

  public init(message: String, hint: String, path: [String] = []) {
    self.message = message
    self.hint = hint
    self.path = path
  }
}

extension CommandTable {
  /// An error whose hint leads to the help of the command at `path`.
  public func usageError(
    _ message: String, at path: [String] = [], didYouMean guess: String? = nil
  ) -> UsageError {
    let invocation = invocation(path)
    let help = invocation.isEmpty ? "help lists the commands" : "\(invocation) --help"
    return UsageError(
      message: message,
      hint: guess.map { "did you mean '\($0)'? otherwise: \(help)" } ?? help, path: path)
  }
}
