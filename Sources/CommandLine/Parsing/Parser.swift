extension CommandTable {
  /// Reads a command line, without the program's name, as POSIX and GNU have it.
  ///
  /// Reading stops at `--help` and `--version`: what follows, or is missing, is no error then. The
  /// value of an option is the next word whatever it looks like; an operand that begins with a dash
  /// stands after `--`.
  public func parse(_ arguments: [String]) throws(UsageError) -> ParsedCommand {
    var parser = Parser(table: self, words: arguments[...], spec: program)
    return try parser.parse()
  }
}

private struct Parser {
  let table: CommandTable
  var words: ArraySlice<String>
  var spec: CommandSpec
  var path: [String] = []
  var values: [String: [String]] = [:]
  var operands: [String] = []

  mutating func parse() throws(UsageError) -> ParsedCommand {
    var optionsEnded = false
    while let word = words.popFirst() {
      if optionsEnded || word == "-" || !word.hasPrefix("-") {
        try take(word: word)
      } else if word == "--" {
        optionsEnded = true
      } else if word.hasPrefix("--") {
        try take(longOption: word)
      } else {
        try take(shortOptions: word)
      }
      if values["help"] != nil { return parsed(.help) }
      if values["version"] != nil { return parsed(.version) }
    }
    let outcome = try finish()
    return parsed(outcome)
  }

  private func parsed(_ outcome: ParsedCommand.Outcome) -> ParsedCommand {
    ParsedCommand(
      outcome: outcome, path: path, spec: spec, operands: operands,
      options: spec.options + table.globalOptions, given: values)
  }

  // MARK: Words

  private mutating func take(word: String) throws(UsageError) {
    guard !spec.subcommands.isEmpty else {
      operands.append(word)
      if spec.operand(at: operands.count - 1)?.arity == .line {
        operands += words
        words = []
      }
      return
    }
    guard let subcommand = spec.subcommand(word) else {
      let guess = nearest(to: word, among: spec.visibleSubcommands.map(\.name))
      throw table.usageError(
        "unknown command '\(spelled(path + [word]))'", at: path,
        didYouMean: guess.map { spelled(path + [$0]) })
    }
    descend(to: subcommand)
  }

  private mutating func descend(to subcommand: CommandSpec) {
    path.append(subcommand.name)
    spec = subcommand
  }

  private func spelled(_ path: [String]) -> String { path.joined(separator: " ") }

  // MARK: Options

  private mutating func take(longOption word: String) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let option = try option(spelled: spelling)
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if option.value == nil, attached != nil {
      throw table.usageError("\(spelling) takes no value", at: path)
    }
    try record(option, as: spelling, attached: attached)
  }

  private mutating func take(shortOptions word: String) throws(UsageError) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let option = try option(spelled: "-\(letter)")
      guard option.value == nil else {
        let attached = letters.isEmpty ? nil : String(letters)
        return try record(option, as: "-\(letter)", attached: attached)
      }
      try record(option, as: "-\(letter)", attached: nil)
    }
  }

  /// An option of the command or the program; one of the default subcommand selects that.
  private mutating func option(spelled spelling: String) throws(UsageError) -> OptionSpec {
    let matches = { (option: OptionSpec) in option.spellings.contains(spelling) }
    if let option = (spec.options + table.globalOptions).first(where: matches) { return option }
    if let fallback = spec.fallback {
      descend(to: fallback)
      return try option(spelled: spelling)
    }
    if let letter = spelling.dropFirst().first, letter.isNumber, let operand = spec.operands.first {
      let line = "\(table.invocation(path)) -- \(operand.value.metavar)"
      throw UsageError(
        message: "unknown option '\(spelling)'",
        hint: "put -- before text that begins with a dash: \(line)")
    }
    let candidates = (spec.visibleOptions + table.globalOptions.filter { !$0.isHidden })
      .map { "--\($0.name)" }
    throw table.usageError(
      "unknown option '\(spelling)'", at: path,
      didYouMean: spelling.hasPrefix("--") ? nearest(to: spelling, among: candidates) : nil)
  }

  private mutating func record(
    _ option: OptionSpec, as spelling: String, attached: String?
  ) throws(UsageError) {
    if values[option.name] != nil, !option.isRepeatable {
      throw table.usageError("\(spelling) is given twice", at: path)
    }
    guard let value = option.value else { return values[option.name, default: []].append("") }
    guard let text = attached ?? words.popFirst() else {
      throw table.usageError("\(spelling) needs a value: \(value.metavar)", at: path)
    }
    try check(text, of: value, for: spelling)
    values[option.name, default: []].append(text)
  }

  // MARK: The end of the line

  /// Settles what only the whole line can tell: the default subcommand and the operands.
  private mutating func finish() throws(UsageError) -> ParsedCommand.Outcome {
    if let fallback = spec.fallback { descend(to: fallback) }
    guard spec.subcommands.isEmpty else {
      if path.isEmpty { return .noCommand }
      throw table.usageError("'\(spelled(path))' needs a subcommand", at: path)
    }
    for (index, expected) in spec.operands.enumerated() where expected.isRequired {
      if index >= operands.count {
        throw table.usageError("missing operand \(expected.value.metavar)", at: path)
      }
    }
    for (index, operand) in operands.enumerated() {
      guard let expected = spec.operand(at: index) else {
        throw table.usageError("unexpected operand '\(operand)'", at: path)
      }
      try check(operand, of: expected.value, for: expected.value.metavar)
    }
    return .run
  }

  private func check(
    _ text: String, of value: ValueSpec, for name: String
  ) throws(UsageError) {
    guard !value.accepts(text) else { return }
    var guess: String?
    if case .choice(let choices) = value.kind { guess = nearest(to: text, among: choices) }
    throw table.usageError(
      "\(name) takes \(value.expectation), not '\(text)'", at: path, didYouMean: guess)
  }
}
