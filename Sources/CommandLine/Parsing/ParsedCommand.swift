/// A command line that the table allows.
///
/// A command reads it by the keys that it has declared. A key that neither the command nor the program
/// has in its table is a programming error and traps.
public struct ParsedCommand: Sendable {
  /// What the line asks for.
  public enum Action: Hashable, Sendable {
    /// Run `spec`.
    case run
    /// The help of the command at `path`.
    case help
    case version
    /// Nothing: the program has commands and the line names none.
    case nothing
  }

  public let action: Action
  /// The path of the command, with the default subcommand filled in; empty for the program itself.
  public let path: [String]
  public let spec: CommandSpec
  let operands: [String]
  let globalOptions: [OptionSpec]
  /// The values of the options on the line by long name, in order; those of a flag are empty.
  let given: [String: [String]]

  public func isGiven(_ option: OptionSpec) -> Bool { !values(of: option).isEmpty }

  public func isGiven(_ operand: OperandSpec) -> Bool { !words(of: operand).isEmpty }

  /// Those of the options that are on the line, written for another command line: `--db=x`, `--quiet`.
  public func words(for options: [OptionSpec]) -> [String] {
    options.flatMap { option in
      values(of: option).map { "--\(option.name)" + (option.value == nil ? "" : "=\($0)") }
    }
  }

  func values(of option: OptionSpec) -> [String] {
    precondition(
      (spec.options + globalOptions).contains { $0.name == option.name },
      "'\(path.joined(separator: " "))' has no option --\(option.name)")
    return given[option.name] ?? []
  }

  func words(of operand: OperandSpec) -> [String] {
    let metavar = operand.value.metavar
    guard let index = spec.operands.firstIndex(where: { $0.value.metavar == metavar }) else {
      preconditionFailure("'\(path.joined(separator: " "))' has no operand \(metavar)")
    }
    let rest = operands.dropFirst(index)
    return Array(operand.isVariadic ? rest : rest.prefix(1))
  }
}
