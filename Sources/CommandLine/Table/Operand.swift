/// A word beside the options, as a command declares it and asks the line for it.
public struct Operand<Value: ArgumentValue>: Sendable {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .one) }
}

/// An optional word.
public struct OptionalOperand<Value: ArgumentValue>: Sendable {
  public let spec: OperandSpec

  public init(_ argument: Argument<Value>) { spec = OperandSpec(argument.spec, .optional) }
}

/// All remaining words.
public struct Operands<Value: ArgumentValue>: Sendable {
  public enum Extent: Sendable {
    case any
    case oneOrMore
    /// Everything that follows, unchanged: options in it are not options of this command.
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
