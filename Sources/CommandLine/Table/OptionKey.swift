/// An option as a command declares it, and by which the command asks the line for it.
public protocol OptionKey: Sendable {
  associatedtype Reading
  associatedtype Failure: Error = Never

  var spec: OptionSpec { get }

  /// - Parameter texts: the values on the line in their order; of a flag, an empty one each time.
  func reading(of texts: [String]) throws(Failure) -> Reading
}

/// An option without a value.
public struct Flag: OptionKey {
  public let spec: OptionSpec

  public init(_ name: String, short: Character? = nil, help: String, isHidden: Bool = false) {
    spec = OptionSpec(name, short: short, help: help, isHidden: isHidden)
  }

  public func reading(of texts: [String]) -> Bool { !texts.isEmpty }
}

/// An option with a value.
public struct Option<Value: ArgumentValue>: OptionKey {
  public let spec: OptionSpec

  public init(
    _ name: String, short: Character? = nil, _ argument: Argument<Value>, help: String,
    defaultText: String? = nil, isHidden: Bool = false
  ) {
    spec = OptionSpec(
      name, short: short, value: argument.spec, help: help, defaultText: defaultText,
      isHidden: isHidden)
  }

  public func reading(of texts: [String]) throws(Value.Failure) -> Value? {
    guard let text = texts.first else { return nil }
    return try Value(argument: text)
  }
}

/// An option with a value that may be given several times.
public struct RepeatableOption<Value: ArgumentValue>: OptionKey {
  public let spec: OptionSpec

  public init(
    _ name: String, short: Character? = nil, _ argument: Argument<Value>, help: String
  ) {
    spec = OptionSpec(name, short: short, value: argument.spec, help: help, isRepeatable: true)
  }

  public func reading(of texts: [String]) throws(Value.Failure) -> [Value] {
    try texts.map { text throws(Value.Failure) in try Value(argument: text) }
  }
}
