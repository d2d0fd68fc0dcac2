import CommandLine

/// What has been typed at the prompt of commands that are not complete yet.
struct TypedText {
  /// What belongs in the history as one: a line, or the lines that a command spans.
  struct Entry {
    var text: String
    /// The commands in it, as far as they can be read.
    var commands: [CommandWords] = []
  }

  private(set) var splitter: ShellSplitter
  private(set) var entries: [Entry] = []
  private var commands: [[CommandWords]] = []
  private let home: String

  init(home: String) {
    self.home = home
    splitter = ShellSplitter(home: home, shellCommand: ShellCommand.spec.name)
  }

  /// Whether the next line goes on with a command.
  var isOpen: Bool { splitter.isOpen }

  /// Adds a line, or the lines of a paste.
  ///
  /// - Returns: the commands, once all are complete.
  /// - Throws: `UsageError` where they cannot be read.
  mutating func add(_ text: String) throws(UsageError) -> [[CommandWords]]? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst() {
      if isOpen {
        entries[entries.count - 1].text += "\n" + line
      } else {
        entries.append(Entry(text: String(line)))
      }
      do {
        try splitter.read(line + "\n")
      } catch {
        entries += lines.map { Entry(text: String($0)) }
        throw error
      }
      let complete = splitter.takeCommands()
      entries[entries.count - 1].commands += complete.joined()
      commands += complete
    }
    return isOpen ? nil : commands
  }

  mutating func clear() { self = TypedText(home: home) }
}
