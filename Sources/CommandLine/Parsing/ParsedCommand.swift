/// A command line that the table allows.
///
/// A command asks it by the keys that it has declared. To ask by one that neither the command nor the
/// program has in its table is a programmer's error and traps.
public struct ParsedCommand: Sendable {
  /// What the line asks for.
  public enum Action: Hashable, Sendable {
    /// `spec` is to be run.
    case run
    /// The help of the command at `path`.
    case help
    case version
    /// Nothing: the program has commands and the line names none.
    case nothing
  }

  public let action: Action
  /// The words that lead to the command, with the default subcommand filled in; empty for the
  /// program itself.
  public let path: [String]
  public let spec: CommandSpec
  let operands: [String]
  let globalOptions: [OptionSpec]
  /// The values of the options on the line by long name, in their order; a flag's are empty.
  let given: [String: [String]]

  public subscript<Key: OptionKey>(key: Key) -> Key.Reading where Key.Failure == Never {
    key.reading(of: texts(of: key.spec))
  }

  /// - Throws: what the value finds wrong with its text.
  public subscript<Key: OptionKey>(key: Key) -> Key.Reading {
    get throws { try key.reading(of: texts(of: key.spec)) }
  }

  public subscript<Key: OperandKey>(key: Key) -> Key.Reading where Key.Failure == Never {
    key.reading(of: words(of: key.spec))
  }

  /// - Throws: what the value finds wrong with its text.
  public subscript<Key: OperandKey>(key: Key) -> Key.Reading {
    get throws { try key.reading(of: words(of: key.spec)) }
  }

  public func isGiven(_ key: any OptionKey) -> Bool { !texts(of: key.spec).isEmpty }

  public func isGiven(_ key: any OperandKey) -> Bool { !words(of: key.spec).isEmpty }

  /// Those of the options that the line has, as another command line may have them:
  /// `--db=x`, `--quiet`.
  public func words(for keys: [any OptionKey]) -> [String] {
    keys.map { $0.spec }.flatMap { option in
      texts(of: option).map { "--\(option.name)" + (option.value == nil ? "" : "=\($0)") }
    }
  }

  private func texts(of option: OptionSpec) -> [String] {
    precondition(
      (spec.options + globalOptions).contains { $0.name == option.name },
      "'\(path.joined(separator: " "))' has no option --\(option.name)")
    return given[option.name] ?? []
  }

  private func words(of operand: OperandSpec) -> [String] {
    let metavar = operand.value.metavar
    guard let index = spec.operands.firstIndex(where: { $0.value.metavar == metavar }) else {
      preconditionFailure("'\(path.joined(separator: " "))' has no operand \(metavar)")
    }
    let rest = operands.dropFirst(index)
    return Array(operand.isVariadic ? rest : rest.prefix(1))
  }
}
