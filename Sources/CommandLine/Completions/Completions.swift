/// A shell that completes command lines.
public enum Shell: String, CaseIterable, ArgumentValue {
  case bash
  case zsh
  case fish
}

/// The scripts that teach shells to complete the program's command line.
///
/// They ask the program for dynamic values with `PROGRAM __complete NAME PREFIX`, where the prefix is
/// what has been typed of the value: it prints one candidate per line, alone or followed by a tab and a
/// description, or nothing if it does not know any. The shells leave out those that do not begin with
/// the prefix, and ignore stderr.
public struct Completions: Sendable {
  /// The hidden command that prints the candidates for a dynamic value.
  public static let command = "__complete"

  private let table: CommandTable

  public init(_ table: CommandTable) { self.table = table }

  /// The script for `shell`, ending with a newline.
  public func script(for shell: Shell) -> String {
    switch shell {
    case .bash: BashCompletion(table: table).script
    case .zsh: ZshCompletion(table: table).script
    case .fish: FishCompletion(table: table).script
    }
  }
}

extension CommandTable {
  var visibleGlobalOptions: [OptionSpec] { globalOptions.filter { !$0.isHidden } }

  /// The program's name in a form that can be part of functions and variables.
  var identifier: String { String(program.name.map { $0 == "-" ? "_" : $0 }) }
}

extension CommandNode {
  /// The path in the form that scripts compare: `queue show`.
  var key: String { path.joined(separator: " ") }
}

extension CommandSpec {
  /// The options that may follow the command's name, those of a default subcommand included.
  var completableOptions: [OptionSpec] { visibleOptions + (fallback?.visibleOptions ?? []) }
}

extension String {
  /// The text with a backslash before each of `characters`.
  func escaping(_ characters: String) -> String {
    String(flatMap { characters.contains($0) ? ["\\", $0] : [$0] })
  }

  /// The text as one word of bash or zsh.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
