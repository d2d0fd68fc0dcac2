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

  public init(_ metavar: String, _ kind: ValueSpec.Kind = .text, _ arity: Arity = .one) {
    value = ValueSpec(metavar, kind)
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
