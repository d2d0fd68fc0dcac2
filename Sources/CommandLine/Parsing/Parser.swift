import Spelling

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
  /// For the operands, by their places, that stand right after the value of an option: how it was given.
  var valuesBefore: [Int: (spelling: String, value: String)] = [:]

  private var table: CommandTable { grammar.table }
  private var spec: CommandSpec { grammar.spec }
  private var path: [String] { grammar.path }

  mutating func parse() throws(UsageError) -> ParsedCommand {
    while let step = grammar.next() {
      try take(step)
      guard grammar.isBetweenWords else { continue }
      if values["help"] != nil {
        try followCommand()
        return parsed(.help)
      }
      if values["version"] != nil { return parsed(.version) }
    }
    let action = try finish()
    return parsed(action)
  }

  /// Goes on to the command that is named after `--help`.
  private mutating func followCommand() throws(UsageError) {
    while !spec.subcommands.isEmpty, let step = grammar.next() {
      switch step {
      case .subcommand: continue
      case .unknownCommand(let word): throw unknownCommand(word)
      default: return
      }
    }
  }

  private func parsed(_ action: ParsedCommand.Action) -> ParsedCommand {
    ParsedCommand(
      action: action, path: path, spec: spec, operands: operands,
      globalOptions: table.globalOptions, given: values)
  }

  private mutating func take(_ step: Grammar.Step) throws(UsageError) {
    switch step {
    case .subcommand: valuesBefore = [:]
    case .operand(let word): operands.append(word)
    case .line(let words): operands += words
    case .option(let option, let spelling, let value):
      try refuseSecond(option, as: spelling)
      if let value, let kind = option.value { try check(value, of: kind, for: spelling) }
      values[option.name, default: []].append(value ?? "")
      let isText = option.value?.isText == true && !grammar.isReadingEarlyOption
      valuesBefore[operands.count] = isText ? value.map { (spelling, $0) } : nil
    case .unknownCommand(let word): throw unknownCommand(word)
    case .unknownOption(let spelling): throw unknownOption(spelling)
    case .uncalledValue(_, let spelling):
      throw table.usageError("\(spelling) takes no value", at: path)
    case .missingValue(let option, let spelling):
      try refuseSecond(option, as: spelling)
      throw table.usageError("\(spelling) needs a value: \(option.value!.metavar)", at: path)
    case .optionWithoutCommand(let spelling):
      throw table.usageError("the command is missing that \(spelling) belongs to", at: path)
    }
  }

  private func unknownCommand(_ word: String) -> UsageError {
    table.usageError(
      "unknown command '\(spelled(path + [word]))'", at: path,
      didYouMean: table.guess(at: word, in: path, spec))
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
    if let hint = table.habits.options[String(spelling.trimmingPrefix("--"))] {
      return UsageError(message: "there is no option '\(spelling)'", hint: hint, path: path)
    }
    let looksLikeText =
      spelling.dropFirst().first?.isNumber == true || grammar.word.contains(where: \.isWhitespace)
    if looksLikeText, let operand = spec.operands.first {
      let line = "\(table.invocation(path)) -- \(operand.value.metavar)"
      return UsageError(
        message: "unknown option '\(spelling)'",
        hint: "put -- before text that begins with a dash: \(line)", path: path)
    }
    let candidates = (spec.visibleOptions + table.visibleGlobalOptions + spec.optionsBelow)
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
        throw usageError("missing operand \(expected.value.metavar)")
      }
    }
    for (index, operand) in operands.enumerated() {
      guard let expected = spec.operand(at: index) else {
        throw unexpectedOperand(at: index)
      }
      if case .choice = expected.value.kind, !expected.value.accepts(operand) {
        let name = spelled(path + operands[..<index])
        throw usageError(
          "\(name) takes \(expected.value.expectation), not '\(operand)'",
          didYouMean: expected.value.guess(at: operand))
      }
      try check(operand, of: expected.value, for: expected.value.metavar)
    }
    return .run
  }

  private func unexpectedOperand(at index: Int) -> UsageError {
    let message = "unexpected operand '\(operands[index])'"
    if let (spelling, value) = valuesBefore[index] {
      let text = "\(value) \(operands[index])".shellQuoted
      return UsageError(
        message: message, hint: "quote a value that has blanks: \(spelling) \(text)", path: path)
    }
    if case .text = spec.operands.last?.value.kind {
      let earlier = operands.prefix(spec.operands.count - 1)
      let text = operands.dropFirst(earlier.count).joined(separator: " ").shellQuoted
      let line = ([table.invocation(path)] + earlier + [text]).joined(separator: " ")
      return UsageError(
        message: message, hint: "quote a text that has blanks: \(line)", path: path)
    }
    return table.usageError(message, at: path)
  }

  /// An error whose hint says how the command is used.
  private func usageError(_ message: String, didYouMean guess: String? = nil) -> UsageError {
    if guess != nil { return table.usageError(message, at: path, didYouMean: guess) }
    let usage = table.usage(of: CommandNode(path: path, spec: spec))
    return UsageError(
      message: message, hint: "\(usage); \(table.invocation(path)) --help explains it", path: path)
  }

  private func check(
    _ text: String, of value: ValueSpec, for name: String
  ) throws(UsageError) {
    if value.accepts(text) { return }
    let wrong = value.unexpected(in: text) ?? text
    throw table.usageError(
      "\(name) takes \(value.expectation), not '\(wrong)'", at: path,
      didYouMean: value.guess(at: wrong))
  }
}
