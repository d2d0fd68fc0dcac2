/// One or more words that a command takes besides its options.
public struct OperandSpec: Sendable {
  public enum Arity: Sendable {
    case one
    case optional
    case oneOrMore
    case any
    /// Everything that follows, unchanged: options in it are not options of this command.
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

  /// Its form in usage lines: `[ID...]`.
  var synopsis: String {
    let words = value.metavar + (isVariadic ? "..." : "")
    return isRequired ? words : "[\(words)]"
  }
}
