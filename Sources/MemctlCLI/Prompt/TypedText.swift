import CommandLine

/// What has been typed at the prompt of commands that are not complete yet.
struct TypedText {
  private(set) var splitter: ShellSplitter
  /// Its lines, as they belong into the history.
  private(set) var text = ""
  private let home: String

  init(home: String) {
    self.home = home
    splitter = ShellSplitter(home: home)
  }

  /// Whether the next line goes on with a command.
  var isOpen: Bool { splitter.isOpen }

  /// Adds a line.
  ///
  /// - Returns: the commands, once all are complete.
  /// - Throws: `UsageError` where they cannot be read.
  mutating func add(_ line: String) throws(UsageError) -> [CommandWords]? {
    text += text.isEmpty ? line : "\n" + line
    try splitter.read(line + "\n")
    return splitter.isOpen ? nil : splitter.takeCommands()
  }

  mutating func clear() { self = TypedText(home: home) }
}
