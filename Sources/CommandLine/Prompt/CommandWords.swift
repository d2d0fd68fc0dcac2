/// A command as it is typed at a prompt or stands in a script.
public struct CommandWords: Hashable, Sendable {
  public let words: [String]
  /// Where its output goes, from the first `|`, `<` or `>` on, as it was written; empty for
  /// nowhere else.
  public let tail: String
  /// The line of the text on which it begins, from 1.
  public let line: Int

  public init(words: [String], tail: String = "", line: Int = 1) {
    self.words = words
    self.tail = tail
    self.line = line
  }
}
