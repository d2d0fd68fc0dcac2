/// Walks through the words of a command line by the rules of POSIX and GNU, and says what each of
/// them is.
///
/// It judges nothing. The parser reports what the table does not allow as an error; completion ignores
/// it, since the rest of the line may still put it right.
struct Grammar {
  enum Step {
    case subcommand(CommandSpec)
    /// A command that the group does not have.
    case unknownCommand(String)
    /// A value comes with an option that takes one, and with no other; `spelling` is `-n` or `--limit`.
    case option(OptionSpec, spelling: String, value: String?)
    case unknownOption(spelling: String)
    /// `--quiet=yes`
    case uncalledValue(OptionSpec, spelling: String)
    /// The line ends before its value.
    case missingValue(OptionSpec, spelling: String)
    case operand(String)
    /// A command that takes the rest of the line.
    case line([String])
  }

  let table: CommandTable
  /// The command that the words so far lead to, and its path.
  private(set) var spec: CommandSpec
  private(set) var path: [String] = []
  /// Whether there was a `--`.
  private(set) var optionsHaveEnded = false
  private var words: ArraySlice<String>
  /// The rest of a word such as `-qvn5`.
  private var letters = Substring()
  private var operandCount = 0

  init(_ words: [String], in table: CommandTable) {
    self.table = table
    self.words = words[...]
    spec = table.program
  }

  /// What the next operand would be; nil if the command takes no more.
  var nextOperand: OperandSpec? { spec.operand(at: operandCount) }

  /// Whether all of a word has been reported.
  var isBetweenWords: Bool { letters.isEmpty }

  /// Nil at the end of the line.
  mutating func next() -> Step? {
    if let letter = letters.popFirst() { return step(shortOption: letter) }
    guard let word = words.popFirst() else { return nil }
    if optionsHaveEnded || word == "-" || !word.hasPrefix("-") { return step(word: word) }
    if word == "--" {
      optionsHaveEnded = true
      return next()
    }
    if word.hasPrefix("--") { return step(longOption: word) }
    letters = word.dropFirst()
    return next()
  }

  /// Goes on with the default subcommand, if there is one.
  mutating func descendToDefault() {
    if let fallback = spec.fallback { descend(to: fallback) }
  }

  /// An option of the command or the program; an option of the default subcommand selects that.
  mutating func option(spelled spelling: String) -> OptionSpec? {
    let matches = { (option: OptionSpec) in option.spellings.contains(spelling) }
    if let option = (spec.options + table.globalOptions).first(where: matches) { return option }
    guard let option = spec.fallback?.options.first(where: matches) else { return nil }
    descendToDefault()
    return option
  }

  private mutating func descend(to subcommand: CommandSpec) {
    path.append(subcommand.name)
    spec = subcommand
  }

  // MARK: Steps

  private mutating func step(word: String) -> Step {
    guard spec.subcommands.isEmpty else {
      guard let subcommand = spec.subcommand(word) else { return .unknownCommand(word) }
      descend(to: subcommand)
      return .subcommand(subcommand)
    }
    if nextOperand?.arity == .line {
      defer { words = [] }
      return .line([word] + words)
    }
    operandCount += 1
    return .operand(word)
  }

  private mutating func step(longOption word: String) -> Step {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    guard let option = option(spelled: spelling) else { return .unknownOption(spelling: spelling) }
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if option.value == nil, attached != nil { return .uncalledValue(option, spelling: spelling) }
    return step(option, spelling, attached)
  }

  private mutating func step(shortOption letter: Character) -> Step {
    let spelling = "-\(letter)"
    guard let option = option(spelled: spelling) else { return .unknownOption(spelling: spelling) }
    var attached: String?
    if option.value != nil, !letters.isEmpty {
      attached = String(letters)
      letters = ""
    }
    return step(option, spelling, attached)
  }

  private mutating func step(
    _ option: OptionSpec, _ spelling: String, _ attached: String?
  ) -> Step {
    guard option.value != nil else { return .option(option, spelling: spelling, value: nil) }
    // The next word, whatever it looks like.
    guard let value = attached ?? words.popFirst() else {
      return .missingValue(option, spelling: spelling)
    }
    return .option(option, spelling: spelling, value: value)
  }
}
