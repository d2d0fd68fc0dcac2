/// An operand as a command declares it, and by which the command asks the line for it.
public protocol OperandKey: Sendable {
  associatedtype Reading
  associatedtype Failure: Error = Never

  var spec: OperandSpec { get }

  /// - Parameter words: as many as the table lets through.
  func reading(of words: [String]) throws(Failure) -> Reading
}

/// One word.
public struct Operand<Value: ArgumentValue>: OperandKey {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .one) }

  public func reading(of words: [String]) throws(Value.Failure) -> Value {
    try Value(argument: words[0])
  }
}

/// A word that may be missing.
public struct OptionalOperand<Value: ArgumentValue>: OperandKey {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .optional) }

  public func reading(of words: [String]) throws(Value.Failure) -> Value? {
    guard let word = words.first else { return nil }
    return try Value(argument: word)
  }
}

/// All words that are left.
public struct Operands<Value: ArgumentValue>: OperandKey {
  public enum Extent: Sendable {
    case any
    case oneOrMore
    /// All that follows, as it is: options in it are no options of this command.
    case line
  }

  public let spec: OperandSpec

  public init(_ argument: Argument<Value>, _ extent: Extent) {
    let arity: OperandSpec.Arity =
      switch extent {
      case .any: .any
      case .oneOrMore: .oneOrMore
      case .line: .line
      }
    spec = OperandSpec(argument.spec, arity)
  }

  public func reading(of words: [String]) throws(Value.Failure) -> [Value] {
    try words.map { word throws(Value.Failure) in try Value(argument: word) }
  }
}
