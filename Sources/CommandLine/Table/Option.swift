/// An option without a value, as a command declares it and asks the line for it.
public struct Flag: Sendable {
  public let spec: OptionSpec

  public init(_ name: String, short: Character? = nil, help: String, isHidden: Bool = false) {
    spec = OptionSpec(name, short: short, help: help, isHidden: isHidden)
  }
}

/// An option with a value.
public struct Option<Value: ArgumentValue>: Sendable {
  public let spec: OptionSpec

  public init(
    _ name: String, short: Character? = nil, _ argument: Argument<Value>, help: String,
    defaultText: String? = nil, isHidden: Bool = false
  ) {
    spec = OptionSpec(
      name, short: short, value: argument.spec, help: help, defaultText: defaultText,
      isHidden: isHidden)
  }
}

/// An option with a value that may be given several times.
public struct RepeatableOption<Value: ArgumentValue>: Sendable {
  public let spec: OptionSpec

  public init(
    _ name: String, short: Character? = nil, _ argument: Argument<Value>, help: String
  ) {
    spec = OptionSpec(name, short: short, value: argument.spec, help: help, isRepeatable: true)
  }
}
