/// A command line that the table allows.
///
/// Options are asked for by their long name. To ask for one that neither the command nor the program
/// has, or as what it is not, is a programmer's error and traps.
public struct ParsedCommand: Sendable {
  public enum Outcome: Hashable, Sendable {
    /// `spec` is to be run.
    case run
    /// The help of the command at `path` is asked for.
    case help
    case version
    /// The program has commands and the line names none.
    case noCommand
  }

  public let outcome: Outcome
  /// The words that lead to the command, with the default subcommand filled in; empty for the
  /// program itself.
  public let path: [String]
  public let spec: CommandSpec
  public let operands: [String]
  let options: [OptionSpec]
  /// The values of the options on the line by long name, in their order; a flag's are empty.
  let given: [String: [String]]

  public func flag(_ name: String) -> Bool {
    precondition(option(name).value == nil, "--\(name) is no flag")
    return given[name] != nil
  }

  /// Whether the line has the option, a flag or not.
  public func isGiven(_ name: String) -> Bool { given[name] != nil }

  public func value(_ name: String) -> String? { values(name).first }

  /// The values of an option that is repeatable, in the order of the line.
  public func values(_ name: String) -> [String] {
    precondition(option(name).value != nil, "--\(name) takes no value")
    return given[name] ?? []
  }

  public func integer(_ name: String) -> Int? {
    guard case .integer = option(name).value?.kind else {
      preconditionFailure("--\(name) takes no integer")
    }
    return value(name).map { Int($0)! }
  }

  public func number(_ name: String) -> Double? {
    guard case .number = option(name).value?.kind else {
      preconditionFailure("--\(name) takes no number")
    }
    return value(name).map { Double($0)! }
  }

  private func option(_ name: String) -> OptionSpec {
    guard let option = options.first(where: { $0.name == name }) else {
      preconditionFailure("'\(path.joined(separator: " "))' has no option --\(name)")
    }
    return option
  }
}
