import Spelling

/// What people type who know other programs, and what they are told then.
public struct Habits: Sendable {
  /// The name of a command by what others call it: `delete` by `rm`, `queue drop` by `queue rm`.
  public let commands: [String: String]
  /// Hints for options that there are not, by their long names.
  public let options: [String: String]

  public init(commands: [String: String] = [:], options: [String: String] = [:]) {
    self.commands = commands
    self.options = options
  }
}

extension CommandTable {
  /// The command that `word` was probably meant to be, in or below the group at `path`.
  func guess(at word: String, in path: [String], _ spec: CommandSpec) -> String? {
    let spelled = { (words: [String]) in (path + words).joined(separator: " ") }
    if let known = habits.commands[spelled([word])] { return known }
    // `retry` for `queue retry`.
    let group = spec.visibleSubcommands.first { $0.visibleSubcommands.contains { $0.name == word } }
    if let group { return spelled([group.name, word]) }
    return nearest(to: word, among: spec.visibleSubcommands.map(\.name)).map { spelled([$0]) }
  }
}
