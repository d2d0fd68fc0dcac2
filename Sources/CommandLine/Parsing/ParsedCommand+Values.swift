// What a command reads by the keys that it has declared. A value that may find fault with its text
// throws; the others cannot, since the table has let the text through.

extension ParsedCommand {
  public subscript(flag: Flag) -> Bool { isGiven(flag.spec) }

  public subscript<Value>(option: Option<Value>) -> Value? where Value.Failure == Never {
    values(of: option.spec).first.map { Value(argument: $0) }
  }

  public subscript<Value>(option: Option<Value>) -> Value? {
    get throws { try values(of: option.spec).first.map { try Value(argument: $0) } }
  }

  /// In the order of the line.
  public subscript<Value>(option: RepeatableOption<Value>) -> [Value]
  where Value.Failure == Never {
    values(of: option.spec).map { Value(argument: $0) }
  }

  public subscript<Value>(operand: Operand<Value>) -> Value where Value.Failure == Never {
    Value(argument: words(of: operand.spec)[0])
  }

  public subscript<Value>(operand: Operand<Value>) -> Value {
    get throws { try Value(argument: words(of: operand.spec)[0]) }
  }

  public subscript<Value>(operand: OptionalOperand<Value>) -> Value?
  where Value.Failure == Never {
    words(of: operand.spec).first.map { Value(argument: $0) }
  }

  public subscript<Value>(operand: OptionalOperand<Value>) -> Value? {
    get throws { try words(of: operand.spec).first.map { try Value(argument: $0) } }
  }

  public subscript<Value>(operands: Operands<Value>) -> [Value] where Value.Failure == Never {
    words(of: operands.spec).map { Value(argument: $0) }
  }

  public subscript<Value>(operands: Operands<Value>) -> [Value] {
    get throws { try words(of: operands.spec).map { try Value(argument: $0) } }
  }
}
