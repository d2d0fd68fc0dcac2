/// What may stand where a command line is being typed, for completion at a prompt of the program's own.
public enum Expectation: Sendable {
  case command(CommandSpec)
  case option(OptionSpec)
  /// A value of an option, or an operand. It follows `prefix` in the same word: `--category=`.
  case value(ValueSpec, prefix: String)
}

extension CommandTable {
  /// What the word after `words` may be, as far as they make sense; `word` is its beginning.
  public func expectations(after words: [String], typing word: String) -> [Expectation] {
    var cursor = Cursor(table: self)
    for word in words where !cursor.skip(word) { return [] }
    return cursor.expectations(typing: word)
  }
}

/// A lenient reader of what stands before the word that is being typed: the rest of the line may
/// still mend what is wrong with it.
private struct Cursor {
  let table: CommandTable
  var spec: CommandSpec
  /// The option whose value is next.
  var waiting: OptionSpec?
  var given: Set<String> = []
  var operands = 0
  var optionsEnded = false

  init(table: CommandTable) {
    self.table = table
    spec = table.program
  }

  /// False where no command can be meant.
  mutating func skip(_ word: String) -> Bool {
    if waiting != nil {
      waiting = nil
    } else if optionsEnded || word == "-" || !word.hasPrefix("-") {
      return skip(operand: word)
    } else if word == "--" {
      optionsEnded = true
    } else if word.hasPrefix("--") {
      skip(long: word)
    } else {
      skip(short: word)
    }
    return true
  }

  private mutating func skip(operand: String) -> Bool {
    if spec.subcommands.isEmpty {
      if spec.operand(at: operands)?.arity == .line {
        self = Cursor(table: table)
        return skip(operand)
      }
      operands += 1
      return true
    }
    guard let subcommand = spec.subcommand(operand) else { return false }
    spec = subcommand
    return true
  }

  private mutating func skip(long word: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let option = option(String(parts[0])) else { return }
    given.insert(option.name)
    if parts.count == 1, option.value != nil { waiting = option }
  }

  private mutating func skip(short word: String) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = option("-\(letter)") else { continue }
      given.insert(option.name)
      guard option.value != nil else { continue }
      if letters.isEmpty { waiting = option }
      return
    }
  }

  /// One of the default subcommand selects that, as it does for the parser.
  private mutating func option(_ spelling: String) -> OptionSpec? {
    let matches = { (option: OptionSpec) in option.spellings.contains(spelling) }
    if let option = (spec.options + table.globalOptions).first(where: matches) { return option }
    guard let option = spec.fallback?.options.first(where: matches) else { return nil }
    spec = spec.fallback!
    return option
  }

  mutating func expectations(typing word: String) -> [Expectation] {
    if let value = waiting?.value { return [.value(value, prefix: "")] }
    if !optionsEnded, word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      guard let value = option(String(word[..<equals]))?.value else { return [] }
      return [.value(value, prefix: String(word[...equals]))]
    }
    if !optionsEnded, word.hasPrefix("-") {
      return (spec.completableOptions + table.visibleGlobalOptions)
        .filter { $0.isRepeatable || !given.contains($0.name) }.map { .option($0) }
    }
    if !spec.subcommands.isEmpty { return spec.visibleSubcommands.map { .command($0) } }
    guard let operand = spec.operand(at: operands) else { return [] }
    if operand.arity == .line {
      var cursor = Cursor(table: table)
      return cursor.expectations(typing: word)
    }
    return [.value(operand.value, prefix: "")]
  }
}
