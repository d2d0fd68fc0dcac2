/// A page of help that belongs to no command: exit codes, environment, files.
public struct HelpTopic: Sendable {
  public let name: String
  /// One line that begins lower-case and has no final period.
  public let summary: String
  /// Made when somebody reads it.
  public var text: [HelpBlock] { makeText() }
  private let makeText: @Sendable () -> [HelpBlock]

  public init(
    _ name: String, summary: String, text: @autoclosure @escaping @Sendable () -> [HelpBlock]
  ) {
    self.name = name
    self.summary = summary
    makeText = text
  }
}

/// A piece of a help page; a string literal is a paragraph.
public enum HelpBlock: Sendable {
  /// Text that is wrapped to the width of the page.
  case paragraph(String)
  /// Terms in one column, their explanation in the next.
  case definitions([(term: String, text: String)])
  /// Lines that are kept as they are.
  case verbatim([String])
}

extension HelpBlock: ExpressibleByStringInterpolation {
  public init(stringLiteral paragraph: String) { self = .paragraph(paragraph) }
}
