/// What may come next in a command line that is being typed, for completion at the program's prompt.
public enum Expectation: Sendable {
  case command(CommandSpec)
  case option(OptionSpec)
  /// A value of an option, or an operand. It follows `prefix` in the same word: `--category=`.
  case value(ValueSpec, prefix: String)
}

extension CommandTable {
  /// What the word after `words` may be, as far as they can be understood; `word` is its beginning.
  public func expectations(after words: [String], typing word: String) -> [Expectation] {
    var grammar = Grammar(words, in: self)
    var given: Set<String> = []
    while let step = grammar.next() {
      switch step {
      case .subcommand, .unknownOption, .optionWithoutCommand, .operand: break
      case .option(let option, _, _), .uncalledValue(let option, _): given.insert(option.name)
      case .missingValue(let option, _): return option.value.map { [.value($0, prefix: "")] } ?? []
      case .unknownCommand: return []
      case .line(let words): return expectations(after: words, typing: word)
      }
    }
    return expectations(at: grammar, given: given, typing: word)
  }

  private func expectations(
    at grammar: Grammar, given: Set<String>, typing word: String
  ) -> [Expectation] {
    let mayBeOption = !grammar.optionsHaveEnded && word.hasPrefix("-")
    if mayBeOption, word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      let spelling = String(word[..<equals])
      let option = grammar.option(spelled: spelling) ?? grammar.laterOption(spelled: spelling)
      guard let value = option?.value else { return [] }
      return [.value(value, prefix: String(word[...equals]))]
    }
    let spec = grammar.spec
    if mayBeOption {
      return (spec.completableOptions + visibleGlobalOptions)
        .filter { $0.isRepeatable || !given.contains($0.name) }.map { .option($0) }
    }
    if !spec.subcommands.isEmpty { return spec.visibleSubcommands.map { .command($0) } }
    guard let operand = grammar.nextOperand else { return [] }
    if operand.arity == .line { return expectations(after: [], typing: word) }
    return [.value(operand.value, prefix: "")]
  }
}
