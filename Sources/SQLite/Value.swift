/// A value that SQLite stores, in the storage class that SQLite gives it.
public enum Value: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// A type whose values can be bound to a statement's parameters.
public protocol Bindable {
  var sqliteValue: Value { get }
}

extension Value: Bindable {
  public var sqliteValue: Value { self }
}

extension Int: Bindable {
  public var sqliteValue: Value { .integer(Int64(self)) }
}

extension Int64: Bindable {
  public var sqliteValue: Value { .integer(self) }
}

extension Double: Bindable {
  public var sqliteValue: Value { .real(self) }
}

extension Bool: Bindable {
  public var sqliteValue: Value { .integer(self ? 1 : 0) }
}

extension String: Bindable {
  public var sqliteValue: Value { .text(self) }
}

extension Optional: Bindable where Wrapped: Bindable {
  public var sqliteValue: Value { self?.sqliteValue ?? .null }
}
