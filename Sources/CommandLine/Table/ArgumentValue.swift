/// What the text of an option or operand is read as.
public protocol ArgumentValue: Sendable {
  associatedtype Failure: Error = Never

  /// - Parameter text: one that the table lets through.
  /// - Throws: what only the program itself can find fault with.
  init(argument text: String) throws(Failure)
}

extension String: ArgumentValue {
  public init(argument text: String) { self = text }
}

extension Int: ArgumentValue {
  public init(argument text: String) { self = Int(text)! }
}

extension Double: ArgumentValue {
  public init(argument text: String) { self = Double(text)! }
}

extension [String]: ArgumentValue {
  public init(argument text: String) { self = ValueSpec.elements(of: text) }
}

/// The names of an enumeration's cases are its choices.
extension ArgumentValue where Self: RawRepresentable, RawValue == String, Failure == Never {
  public init(argument text: String) { self = Self(rawValue: text)! }
}

/// How a value is written: the name that stands for it in help, and which texts it may be.
public struct Argument<Value: ArgumentValue>: Sendable {
  let spec: ValueSpec

  /// - Parameter kind: lets only those texts through that `Value` can be read from.
  public init(_ metavar: String, _ kind: ValueSpec.Kind) { spec = ValueSpec(metavar, kind) }
}

extension Argument<String> {
  public static func text(_ metavar: String) -> Self { Self(metavar, .text) }
  public static func file(_ metavar: String) -> Self { Self(metavar, .file) }
  public static func directory(_ metavar: String) -> Self { Self(metavar, .directory) }
}

extension Argument<Int> {
  public static func integer(_ metavar: String, _ range: ClosedRange<Int>) -> Self {
    Self(metavar, .integer(range))
  }
}

extension Argument<[String]> {
  /// Some of `choices`, separated by commas.
  public static func list(_ metavar: String, _ choices: [String]) -> Self {
    Self(metavar, .list(choices))
  }
}

extension Argument<Double> {
  public static func number(_ metavar: String, _ range: ClosedRange<Double>) -> Self {
    Self(metavar, .number(range))
  }
}

extension Argument where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// Inlined, since the runtime takes longer to find out what the cases are than to read a line.
  @inlinable public static func choice(_ metavar: String) -> Self {
    Self(metavar, .choice(Value.allCases.map(\.rawValue)))
  }
}
