extension CommandTable {
  /// Describes what in the table is ambiguous, missing or out of style; empty for a sound table.
  public func violations() -> [String] {
    nodes.flatMap(violations) + globalViolations()
  }

  private func globalViolations() -> [String] {
    var found = globalOptions.flatMap { violations(of: $0, in: "global options") }
    for topic in topics {
      let place = "topic \(topic.name)"
      if !isKebab(topic.name) { found.append("\(place): the name is not lower-case kebab") }
      if topic.text.isEmpty { found.append("\(place): the text is empty") }
      found += violations(ofLine: topic.summary, in: place)
    }
    for name in duplicates(program.subcommands.map(\.name) + topics.map(\.name)) {
      found.append("\(program.name): '\(name)' names two commands or topics")
    }
    if !topics.isEmpty, program.subcommand("help") == nil {
      found.append("\(program.name): topics without a command 'help' that shows them")
    }
    if nodes.contains(where: \.spec.asksProgram), program.subcommand(Completions.command) == nil {
      found.append("\(program.name): dynamic values without a command '\(Completions.command)'")
    }
    for (word, name) in habits.commands.sorted(by: <) {
      if spec(named: word) != nil { found.append("habits: '\(word)' is a command") }
      if spec(named: name) == nil { found.append("habits: there is no command '\(name)'") }
    }
    return found
  }

  private func spec(named name: String) -> CommandSpec? {
    visibleNodes.first { $0.key == name }?.spec
  }

  private func violations(in node: CommandNode) -> [String] {
    let spec = node.spec
    let place = invocation(node.path)
    var found = violations(ofLine: spec.summary, in: place)
    // Commands that only scripts call may set themselves apart: `__complete`.
    let hidden = spec.isHidden ? String(spec.name.trimmingPrefix("__")) : spec.name
    // Commands that only a prompt has, too: `.mode`.
    let name = String(hidden.trimmingPrefix("."))
    if !isKebab(name), !(node.path.isEmpty && name.isEmpty) {
      found.append("\(place): the name is not lower-case kebab")
    }
    found += spec.options.flatMap { violations(of: $0, in: place) }
    found += spec.examples.flatMap { violations(ofLine: $0.shows, in: "\(place): example") }
    found += violations(ofOperands: spec.operands, in: place)

    for spelling in duplicates((spec.options + globalOptions).flatMap(\.spellings)) {
      found.append("\(place): '\(spelling)' names two options")
    }
    // The program's commands are compared together with the topics.
    for name in node.path.isEmpty ? [] : duplicates(spec.subcommands.map(\.name)) {
      found.append("\(place): '\(name)' names two subcommands")
    }
    if !spec.subcommands.isEmpty, !spec.options.isEmpty || !spec.operands.isEmpty {
      found.append("\(place): a group has options or operands of its own")
    }
    if let name = spec.defaultSubcommand {
      switch spec.fallback {
      case nil: found.append("\(place): there is no subcommand '\(name)' to be the default")
      case let fallback? where !fallback.operands.isEmpty || !fallback.subcommands.isEmpty:
        // Otherwise a misspelt subcommand would be taken for an operand.
        found.append("\(place): the default subcommand '\(name)' takes words")
      default: break
      }
    }
    return found
  }

  private func violations(of option: OptionSpec, in place: String) -> [String] {
    let place = "\(place): --\(option.name)"
    var found = violations(ofLine: option.help, in: place)
    if !isKebab(option.name) { found.append("\(place): the name is not lower-case kebab") }
    if let short = option.short, !short.isASCII || !short.isLetter {
      found.append("\(place): '-\(short)' is no ASCII letter")
    }
    return found + (option.value.map { violations(of: $0, in: place) } ?? [])
  }

  private func violations(ofOperands operands: [OperandSpec], in place: String) -> [String] {
    var found = operands.flatMap { violations(of: $0.value, in: place) }
    for name in duplicates(operands.map(\.value.metavar)) {
      found.append("\(place): '\(name)' names two operands")
    }
    if operands.dropLast().contains(where: \.isVariadic) {
      found.append("\(place): an operand that takes several words is not the last")
    }
    if zip(operands, operands.dropFirst()).contains(where: { !$0.isRequired && $1.isRequired }) {
      found.append("\(place): a required operand follows an optional one")
    }
    return found
  }

  private func violations(of value: ValueSpec, in place: String) -> [String] {
    var found: [String] = []
    if value.metavar.isEmpty { found.append("\(place): a value without a name") }
    switch value.kind {
    case .choice(let choices):
      // Shells split at anything else.
      if choices.isEmpty || !choices.allSatisfy(isKebab) {
        found.append("\(place): the choices are not lower-case kebab")
      }
      if let choice = duplicates(choices).first {
        found.append("\(place): '\(choice)' is a choice twice")
      }
    case .list(let choices):
      // What separates the words, or splits them in a shell, cannot be part of one.
      if choices.isEmpty || !choices.allSatisfy({ $0.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil }) {
        found.append("\(place): the words of the list are not lower-case")
      }
      if let choice = duplicates(choices).first {
        found.append("\(place): '\(choice)' is in the list twice")
      }
    case .dynamic(let name) where !isKebab(name):
      found.append("\(place): '\(name)' is not lower-case kebab")
    default: break
    }
    return found
  }

  /// Summaries and help texts: a phrase that begins lower-case, or with an abbreviation.
  private func violations(ofLine line: String, in place: String) -> [String] {
    if line.isEmpty { return ["\(place): the text is empty"] }
    var found: [String] = []
    if line.prefix(2).first!.isUppercase, line.prefix(2).last!.isLowercase {
      found.append("\(place): the text begins upper-case")
    }
    if line.hasSuffix(".") { found.append("\(place): the text ends with a period") }
    if line.contains(where: \.isNewline) { found.append("\(place): the text has several lines") }
    return found
  }

  private func isKebab(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil
  }

  private func duplicates(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { !seen.insert($0).inserted }
  }
}

extension CommandSpec {
  /// Whether an option or operand has candidates that only the running program knows.
  fileprivate var asksProgram: Bool {
    (options.compactMap(\.value) + operands.map(\.value)).contains {
      if case .dynamic = $0.kind { true } else { false }
    }
  }
}
