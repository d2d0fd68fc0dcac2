/// Reads JSON (RFC 8259) from bytes in place, one value at a time and in document order.
///
/// Nothing is copied until a string is asked for, so a document of any size costs no memory beyond
/// its own bytes. Those must outlive the reader and every `JSONText` it hands out. After an error
/// the reader's position is where the error was found, and it cannot be used any more.
public struct JSONReader {
  public enum Kind: Sendable {
    case object, array, string, number, bool, null
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// The offset in bytes of the next byte to read.
  public private(set) var position = 0
  private var depth = 0

  /// Objects and arrays nested deeper than this are an error, so that input cannot exhaust the stack.
  public static let maximumDepth = 128

  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  // MARK: Values

  /// The kind of the next value, judged by its first byte.
  public mutating func peek() throws(JSONError) -> Kind {
    guard let byte = skipWhitespace() else { throw error("it ends too early") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw error("a value is missing")
    }
  }

  /// Reads an object, calling `member` with each name; `member` must read exactly one value.
  public mutating func readObject(
    _ member: (inout JSONReader, JSONText) throws -> Void
  ) throws {
    try open(UInt8(ascii: "{"))
    defer { depth -= 1 }
    if try skip(UInt8(ascii: "}")) { return }
    repeat {
      let name = try readString()
      try expect(UInt8(ascii: ":"))
      try member(&self, name)
    } while try skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Reads an array, calling `element` before each value; `element` must read exactly one value.
  public mutating func readArray(_ element: (inout JSONReader) throws -> Void) throws {
    try open(UInt8(ascii: "["))
    defer { depth -= 1 }
    if try skip(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while try skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// Reads a string and checks its escapes; its bytes are checked to be UTF-8 when it is decoded.
  public mutating func readString() throws(JSONError) -> JSONText {
    guard skipWhitespace() == UInt8(ascii: "\"") else { throw error("a string is missing") }
    let start = position + 1
    var end = start
    var isEscaped = false
    while end < bytes.count {
      skipPlainWords(&end)
      guard end < bytes.count else { break }
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") {
        position = end + 1
        return JSONText(
          raw: UnsafeBufferPointer(rebasing: bytes[start..<end]), isEscaped: isEscaped)
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
        end = try escapeEnd(at: end)
      } else if byte < 0x20 {
        position = end
        throw error("a control character stands in a string")
      } else {
        end += 1
      }
    }
    position = bytes.count
    throw error("a string has no end")
  }

  /// Skips eight bytes at a time while none of them is a quote, a backslash or a control character,
  /// which is where nearly all the time of reading goes. Each test below sets the high bit of some
  /// byte if it holds for any.
  private func skipPlainWords(_ index: inout Int) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones << 7
    while index + 8 <= bytes.count {
      let word = UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self)
      let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      let isQuote = (quotes &- ones) & ~quotes
      let isBackslash = (backslashes &- ones) & ~backslashes
      let isControl = (word &- ones &* 0x20) & ~word
      if (isQuote | isBackslash | isControl) & highBits != 0 { return }
      index += 8
    }
  }

  private mutating func escapeEnd(at backslash: Int) throws(JSONError) -> Int {
    position = backslash
    guard backslash + 1 < bytes.count else { throw error("a string has no end") }
    switch bytes[backslash + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return backslash + 2
    case UInt8(ascii: "u"):
      let end = backslash + 6
      guard end <= bytes.count, bytes[backslash + 2..<end].allSatisfy({ hexValue($0) != nil })
      else { throw error("\\u needs four hexadecimal digits") }
      return end
    default: throw error("no such escape in a string")
    }
  }

  public mutating func readNumber() throws(JSONError) -> JSONNumber {
    skipWhitespace()
    let start = position
    if peekByte == UInt8(ascii: "-") { position += 1 }
    guard let first = peekByte, isDigit(first) else { throw error("a number is missing") }
    position += 1
    if first != UInt8(ascii: "0") { skipDigits() }
    var isInteger = true
    if peekByte == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try requireDigits()
    }
    if peekByte == UInt8(ascii: "e") || peekByte == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if peekByte == UInt8(ascii: "+") || peekByte == UInt8(ascii: "-") { position += 1 }
      try requireDigits()
    }
    return JSONNumber(
      raw: UnsafeBufferPointer(rebasing: bytes[start..<position]), isInteger: isInteger)
  }

  public mutating func readBool() throws(JSONError) -> Bool {
    if skipWhitespace() == UInt8(ascii: "t") {
      try expect(literal: "true")
      return true
    }
    try expect(literal: "false")
    return false
  }

  public mutating func readNull() throws(JSONError) {
    skipWhitespace()
    try expect(literal: "null")
  }

  /// Reads the next value, whatever it is, and checks that it is well formed.
  ///
  /// However deeply the value is nested, it takes no stack, and one byte of memory per level.
  ///
  /// - Parameter depth: levels that the value may have, in addition to those around it.
  /// - Returns: the levels that it has; 0 for what is neither an object nor an array.
  @discardableResult
  public mutating func skipValue(
    allowing depth: Int = Self.maximumDepth
  ) throws(JSONError) -> Int {
    // The brackets that are open, by what closes them.
    var closers: [UInt8] = []
    var deepest = 0
    repeat {
      let kind = try peek()
      switch kind {
      case .object, .array:
        try expect(UInt8(ascii: kind == .object ? "{" : "["))
        guard self.depth + closers.count < depth else { throw error("it is nested too deeply") }
        let closer = UInt8(ascii: kind == .object ? "}" : "]")
        deepest = max(deepest, closers.count + 1)
        if try skip(closer) { break }
        closers.append(closer)
        if kind == .object { try skipName() }
        continue
      case .string: _ = try readString()
      case .number: _ = try readNumber()
      case .bool: _ = try readBool()
      case .null: try readNull()
      }
      while let closer = closers.last {
        if try skip(UInt8(ascii: ",")) {
          if closer == UInt8(ascii: "}") { try skipName() }
          break
        }
        try expect(closer)
        closers.removeLast()
      }
    } while !closers.isEmpty
    return deepest
  }

  private mutating func skipName() throws(JSONError) {
    _ = try readString()
    try expect(UInt8(ascii: ":"))
  }

  /// Checks that nothing but white space follows.
  public mutating func readEnd() throws(JSONError) {
    if skipWhitespace() != nil { throw error("something follows the value") }
  }

  // MARK: Bytes

  private var peekByte: UInt8? { position < bytes.count ? bytes[position] : nil }

  @discardableResult
  private mutating func skipWhitespace() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  private mutating func open(_ bracket: UInt8) throws(JSONError) {
    try expect(bracket)
    guard depth < Self.maximumDepth else { throw error("it is nested too deeply") }
    depth += 1
  }

  private mutating func skip(_ byte: UInt8) throws(JSONError) -> Bool {
    guard skipWhitespace() == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try skip(byte) else {
      throw error(peekByte == nil ? "it ends too early" : "'\(Character(.init(byte)))' is missing")
    }
  }

  private mutating func expect(literal: StaticString) throws(JSONError) {
    let end = position + literal.utf8CodeUnitCount
    guard end <= bytes.count,
      bytes[position..<end].elementsEqual(
        UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    else { throw error("a value is missing") }
    position = end
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func skipDigits() {
    while let byte = peekByte, isDigit(byte) { position += 1 }
  }

  private mutating func requireDigits() throws(JSONError) {
    guard let byte = peekByte, isDigit(byte) else { throw error("a digit is missing") }
    skipDigits()
  }

  private func error(_ reason: String) -> JSONError {
    JSONError(offset: position, reason: reason)
  }
}

/// Why bytes are not JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The offset in bytes at which reading stopped.
  public let offset: Int
  public let reason: String

  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "not valid JSON at byte \(offset): \(reason)" }
}
