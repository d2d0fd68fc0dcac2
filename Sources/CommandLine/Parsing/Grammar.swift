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
    /// An option of a command below the group where the line ends.
    case optionWithoutCommand(spelling: String)
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
  /// The word that is being read.
  private(set) var word = ""
  private var words: ArraySlice<String>
  /// The rest of a word such as `-qvn5`.
  private var letters = Substring()
  private var operandCount = 0
  /// Options that stand before the command that they belong to.
  private var early: ArraySlice<(spelling: String, value: String?)> = []
  /// Whether the last step was one of those.
  private(set) var isReadingEarlyOption = false

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
    isReadingEarlyOption = spec.subcommands.isEmpty && !early.isEmpty
    if isReadingEarlyOption, let (spelling, value) = early.popFirst() {
      guard let option = option(spelled: spelling) else {
        return .unknownOption(spelling: spelling)
      }
      return .option(option, spelling: spelling, value: value)
    }
    guard let word = words.popFirst() else { return end() }
    self.word = word
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

  /// An option of the command or the program.
  func option(spelled spelling: String) -> OptionSpec? {
    (spec.options + table.globalOptions).first { $0.spellings.contains(spelling) }
  }

  /// An option of the commands that may still follow, where they agree whether it takes a value: `-c` in
  /// `-c facts list`.
  func laterOption(spelled spelling: String) -> OptionSpec? {
    let options = spec.optionsBelow.filter { $0.spellings.contains(spelling) }
    guard let first = options.first,
      options.allSatisfy({ ($0.value == nil) == (first.value == nil) })
    else { return nil }
    return first
  }

  private mutating func descend(to subcommand: CommandSpec) {
    path.append(subcommand.name)
    spec = subcommand
  }

  private mutating func end() -> Step? {
    guard let first = early.first else { return nil }
    if spec.fallback != nil {
      descendToDefault()
      return next()
    }
    early = []
    return .optionWithoutCommand(spelling: first.spelling)
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

  private mutating func step(longOption word: String) -> Step? {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    guard let option = option(spelled: spelling) ?? laterOption(spelled: spelling) else {
      return .unknownOption(spelling: spelling)
    }
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if option.value == nil, attached != nil { return .uncalledValue(option, spelling: spelling) }
    return step(option, spelling, attached)
  }

  private mutating func step(shortOption letter: Character) -> Step? {
    let spelling = "-\(letter)"
    guard let option = option(spelled: spelling) ?? laterOption(spelled: spelling) else {
      return .unknownOption(spelling: spelling)
    }
    var attached: String?
    if option.value != nil, !letters.isEmpty {
      // `-c=facts` is meant like `--category=facts`.
      attached = String(letters.first == "=" ? letters.dropFirst() : letters)
      letters = ""
    }
    return step(option, spelling, attached)
  }

  private mutating func step(
    _ option: OptionSpec, _ spelling: String, _ attached: String?
  ) -> Step? {
    var value: String?
    if option.value != nil {
      // The next word, whatever it looks like.
      value = attached ?? words.popFirst()
      if value == nil { return .missingValue(option, spelling: spelling) }
    }
    if self.option(spelled: spelling) == nil {
      early.append((spelling, value))
      return next()
    }
    return .option(option, spelling: spelling, value: value)
  }
}
