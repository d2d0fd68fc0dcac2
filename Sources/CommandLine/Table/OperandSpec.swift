/// A word, or several, that a command takes beside its options.
public struct OperandSpec: Sendable {
  public enum Arity: Sendable {
    case one
    case optional
    case oneOrMore
    case any
    /// All that follows, as it is: options in it are no options of this command.
    case line
  }

  public let value: ValueSpec
  public let arity: Arity

  init(_ value: ValueSpec, _ arity: Arity) {
    self.value = value
    self.arity = arity
  }
}

extension OperandSpec {
  var isRequired: Bool { arity != .optional && arity != .any }
  var isVariadic: Bool { arity != .one && arity != .optional }

  /// How usage lines write it: `[ID...]`.
  var synopsis: String {
    let words = value.metavar + (isVariadic ? "..." : "")
    return isRequired ? words : "[\(words)]"
  }
}
