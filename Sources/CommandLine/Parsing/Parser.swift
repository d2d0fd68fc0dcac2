extension CommandTable {
  /// Reads a command line, without the program's name.
  ///
  /// Reading stops at `--help` and `--version`: what follows, or is missing, is not an error then. The
  /// value of an option is the next word, whatever it looks like; an operand that begins with a dash
  /// comes after `--`.
  public func parse(_ arguments: [String]) throws(UsageError) -> ParsedCommand {
    var parser = Parser(grammar: Grammar(arguments, in: self))
    return try parser.parse()
  }
}

/// Follows the grammar, keeps what the table allows, and says what is wrong with anything else.
private struct Parser {
  var grammar: Grammar
  var values: [String: [String]] = [:]
  var operands: [String] = []

  private var table: CommandTable { grammar.table }
  private var spec: CommandSpec { grammar.spec }
  private var path: [String] { grammar.path }

  mutating func parse() throws(UsageError) -> ParsedCommand {
    while let step = grammar.next() {
      try take(step)
      guard grammar.isBetweenWords else { continue }
      if values["help"] != nil { return parsed(.help) }
      if values["version"] != nil { return parsed(.version) }
    }
    let action = try finish()
    return parsed(action)
  }

  private func parsed(_ action: ParsedCommand.Action) -> ParsedCommand {
    ParsedCommand(
      action: action, path: path, spec: spec, operands: operands,
      globalOptions: table.globalOptions, given: values)
  }

  private mutating func take(_ step: Grammar.Step) throws(UsageError) {
    switch step {
    case .subcommand: break
    case .operand(let word): operands.append(word)
    case .line(let words): operands += words
    case .option(let option, let spelling, let value):
      try refuseSecond(option, as: spelling)
      if let value, let kind = option.value { try check(value, of: kind, for: spelling) }
      values[option.name, default: []].append(value ?? "")
    case .unknownCommand(let word):
      let guess = nearest(to: word, among: spec.visibleSubcommands.map(\.name))
      throw table.usageError(
        "unknown command '\(spelled(path + [word]))'", at: path,
        didYouMean: guess.map { spelled(path + [$0]) })
    case .unknownOption(let spelling): throw unknownOption(spelling)
    case .uncalledValue(_, let spelling):
      throw table.usageError("\(spelling) takes no value", at: path)
    case .missingValue(let option, let spelling):
      try refuseSecond(option, as: spelling)
      throw table.usageError("\(spelling) needs a value: \(option.value!.metavar)", at: path)
    }
  }

  private func spelled(_ path: [String]) -> String { path.joined(separator: " ") }

  private func refuseSecond(_ option: OptionSpec, as spelling: String) throws(UsageError) {
    if values[option.name] != nil, !option.isRepeatable {
      throw table.usageError("\(spelling) is given twice", at: path)
    }
  }

  private mutating func unknownOption(_ spelling: String) -> UsageError {
    // It was probably meant for the default subcommand.
    grammar.descendToDefault()
    if let letter = spelling.dropFirst().first, letter.isNumber, let operand = spec.operands.first {
      let line = "\(table.invocation(path)) -- \(operand.value.metavar)"
      return UsageError(
        message: "unknown option '\(spelling)'",
        hint: "put -- before text that begins with a dash: \(line)", path: path)
    }
    let candidates = (spec.visibleOptions + table.globalOptions.filter { !$0.isHidden })
      .map { "--\($0.name)" }
    return table.usageError(
      "unknown option '\(spelling)'", at: path,
      didYouMean: spelling.hasPrefix("--") ? nearest(to: spelling, among: candidates) : nil)
  }

  // MARK: The end of the line

  /// Decides what only the whole line shows: the default subcommand and the operands.
  private mutating func finish() throws(UsageError) -> ParsedCommand.Action {
    grammar.descendToDefault()
    guard spec.subcommands.isEmpty else {
      if path.isEmpty { return .nothing }
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
