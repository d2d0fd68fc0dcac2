/// A JSON value in memory, for small documents.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A member of an object. Objects keep their order, and a repeated name keeps its last value when
  /// it is looked up.
  public struct Member: Hashable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Reads one document, with nothing but white space around it.
  ///
  /// - Throws: `JSONError`.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    self = try Array(bytes).withUnsafeBufferPointer { buffer in
      var reader = JSONReader(buffer)
      let value = try JSONValue(reading: &reader)
      try reader.readEnd()
      return value
    }
  }

  public init(parsing text: String) throws { try self.init(parsing: text.utf8) }

  /// Reads the reader's next value.
  public init(reading reader: inout JSONReader) throws {
    func decode(_ text: JSONText) throws -> String {
      guard let string = text.string else {
        throw JSONError(offset: reader.position, reason: "a string is not valid Unicode")
      }
      return string
    }
    switch try reader.peek() {
    case .null:
      try reader.readNull()
      self = .null
    case .bool: self = .bool(try reader.readBool())
    case .number:
      let number = try reader.readNumber()
      self = number.int64.map(JSONValue.integer) ?? .double(number.double)
    case .string: self = .string(try decode(try reader.readString()))
    case .array:
      var elements: [JSONValue] = []
      try reader.readArray { elements.append(try JSONValue(reading: &$0)) }
      self = .array(elements)
    case .object:
      var members: [Member] = []
      try reader.readObject { reader, name in
        guard let name = name.string else {
          throw JSONError(offset: reader.position, reason: "a name is not valid Unicode")
        }
        members.append(Member(name, try JSONValue(reading: &reader)))
      }
      self = .object(members)
    }
  }

  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var int64: Int64? { if case .integer(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: [Member]? { if case .object(let value) = self { value } else { nil } }
  public var isNull: Bool { self == .null }

  /// The value of a number of either form.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The value as compact JSON.
  public var text: String {
    var writer = JSONWriter()
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(nilLiteral: ()) { self = .null }

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
