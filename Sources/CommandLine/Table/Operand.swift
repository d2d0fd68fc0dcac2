/// A word beside the options, as a command declares it and asks the line for it.
public struct Operand<Value: ArgumentValue>: Sendable {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .one) }
}

/// A word that may be missing.
public struct OptionalOperand<Value: ArgumentValue>: Sendable {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .optional) }
}

/// All words that are left.
public struct Operands<Value: ArgumentValue>: Sendable {
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
}
