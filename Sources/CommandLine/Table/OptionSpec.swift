/// An option of a command, or of all commands: a flag, or one that takes a value.
public struct OptionSpec: Sendable {
  /// The long name, without the dashes.
  public let name: String
  public let short: Character?
  /// What the option takes; nil for a flag.
  public let value: ValueSpec?
  /// One line that begins lower-case and has no final period.
  public let help: String
  /// What applies if the option is not given, as text for the help: `127.0.0.1:8080`.
  public let defaultText: String?
  public let isRepeatable: Bool
  /// Whether help, suggestions and completions leave it out.
  public let isHidden: Bool

  init(
    _ name: String,
    short: Character? = nil,
    value: ValueSpec? = nil,
    help: String,
    defaultText: String? = nil,
    isRepeatable: Bool = false,
    isHidden: Bool = false
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.defaultText = defaultText
    self.isRepeatable = isRepeatable
    self.isHidden = isHidden
  }
}

extension OptionSpec {
  /// Its spellings, the short one first: `-n`, `--limit`.
  var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(name)"] }

  /// Its form in the help and the manual: `-n, --limit N`.
  var synopsis: String {
    spellings.joined(separator: ", ") + (value.map { " \($0.metavar)" } ?? "")
  }

  /// The help text and what follows from the table: choices, default, repetition.
  var explanation: String {
    var notes: [String] = []
    switch value?.kind {
    case .choice(let choices), .list(let choices): notes.append(choices.joined(separator: ", "))
    default: break
    }
    if let defaultText { notes.append("default: \(defaultText)") }
    if value != nil, isRepeatable { notes.append("repeatable") }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}
