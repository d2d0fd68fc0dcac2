/// Writes compact JSON as raw UTF-8: only quotes, backslashes and control characters are escaped.
///
/// The caller is responsible for the order of calls; `write(_: JSONValue)` writes a whole value.
public struct JSONWriter {
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init() {}

  /// Removes and returns what was written so far, so that a long document can be sent in pieces.
  public mutating func drain() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a member's name; its value must follow.
  public mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  public mutating func write(_ string: String) {
    var string = string
    string.withUTF8 { write(utf8: $0) }
  }

  /// Writes a string given as valid UTF-8.
  public mutating func write(utf8 text: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var start = 0
    var index = 0
    while index < text.count {
      // Most of a text is plain, and looked at eight bytes at a time.
      while index + 8 <= text.count, !Self.hasEscape(Self.word(text, at: index)) { index += 8 }
      guard index < text.count else { break }
      let byte = text[index]
      if Self.isEscaped(byte) {
        bytes.append(contentsOf: text[start..<index])
        appendEscape(byte)
        start = index + 1
      }
      index += 1
    }
    bytes.append(contentsOf: text[start...])
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func write(_ number: Int64) { writeRaw(String(number)) }

  /// Writes the shortest text that reads back as the same double; null for what JSON cannot express.
  public mutating func write(_ number: Double) {
    if let exact = Int64(exactly: number), abs(exact) < 1 << 53 {
      writeRaw("\(exact).0")
    } else {
      writeRaw(number.isFinite ? "\(number)" : "null")
    }
  }

  public mutating func write(_ bool: Bool) { writeRaw(bool ? "true" : "false") }
  public mutating func writeNull() { writeRaw("null") }

  public mutating func write(_ value: JSONValue) {
    switch value {
    case .null: writeNull()
    case .bool(let bool): write(bool)
    case .integer(let number): write(number)
    case .double(let number): write(number)
    case .string(let string): write(string)
    case .array(let elements):
      beginArray()
      for element in elements { write(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        write(member.name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        write(member.value)
      }
      endObject()
    }
  }

  private mutating func writeRaw(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func word(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt64 {
    UnsafeRawPointer(text.baseAddress! + index).loadUnaligned(as: UInt64.self)
  }

  /// Whether `isEscaped` holds for one of eight bytes: the tests for a byte below a bound and for a zero
  /// byte of <https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord>.
  private static func hasEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    func isBelow(_ bound: UInt64, _ word: UInt64) -> UInt64 { (word &- ones &* bound) & ~word }
    let found =
      isBelow(0x20, word) | isBelow(1, word ^ ones &* UInt64(UInt8(ascii: "\"")))
      | isBelow(1, word ^ ones &* UInt64(UInt8(ascii: "\\")))
    return found & (ones &* 0x80) != 0
  }

  private mutating func appendEscape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
    case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
    case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 0xf)])
    }
  }
}
