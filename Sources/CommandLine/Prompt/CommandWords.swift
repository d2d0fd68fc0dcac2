/// A command as it is typed at a prompt or stands in a script.
public struct CommandWords: Hashable, Sendable {
  /// Whether it runs, by what became of the command before it.
  public enum Condition: Sendable {
    /// It begins a line, or follows a `;`.
    case always
    /// It follows `&&`.
    case ifSucceeded
    /// It follows `||`.
    case ifFailed
  }

  public let words: [String]
  /// Where its output goes, from the first `|`, `<` or `>` on, as it was written; empty for
  /// nowhere else.
  public let tail: String
  /// The line of the text on which it begins, from 1.
  public let line: Int
  public let condition: Condition

  public init(
    words: [String], tail: String = "", line: Int = 1, condition: Condition = .always
  ) {
    self.words = words
    self.tail = tail
    self.line = line
    self.condition = condition
  }
}
