import Glibc

/// A string of a JSON document as written, with its escapes not yet resolved.
public struct JSONText {
  /// The bytes between the quotes.
  public let raw: UnsafeBufferPointer<UInt8>
  /// Whether `raw` has a backslash; without one, `raw` is the string's UTF-8 itself.
  public let isEscaped: Bool

  /// The string, or nil if it is not one: bytes that are not UTF-8, or a lone surrogate.
  public var string: String? {
    guard isEscaped else { return String(validating: raw, as: UTF8.self) }
    guard let bytes = unescaped() else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  public static func == (text: JSONText, name: StaticString) -> Bool {
    if text.isEscaped { return text.string == "\(name)" }
    return text.raw.count == name.utf8CodeUnitCount
      && (text.raw.isEmpty || memcmp(text.raw.baseAddress!, name.utf8Start, text.raw.count) == 0)
  }

  /// The same for a name that is not a literal.
  public static func == (text: JSONText, name: String) -> Bool {
    if text.isEscaped { return text.string == name }
    var name = name
    return name.withUTF8 { $0.count == text.raw.count && text.raw.elementsEqual($0) }
  }

  public static func ~= (name: StaticString, text: JSONText) -> Bool { text == name }

  /// The reader has checked the escapes; only a lone surrogate is left to find.
  private func unescaped() -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(raw.count)
    var index = 0
    while index < raw.count {
      guard raw[index] == UInt8(ascii: "\\") else {
        bytes.append(raw[index])
        index += 1
        continue
      }
      switch raw[index + 1] {
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0c)
      case UInt8(ascii: "n"): bytes.append(0x0a)
      case UInt8(ascii: "r"): bytes.append(0x0d)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(at: &index) else { return nil }
        bytes.append(contentsOf: UTF8.encode(scalar)!)
        continue
      case let byte: bytes.append(byte)
      }
      index += 2
    }
    return bytes
  }

  private func scalar(at index: inout Int) -> Unicode.Scalar? {
    let unit = codeUnit(at: index)
    index += 6
    guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
    guard index + 6 <= raw.count, raw[index] == UInt8(ascii: "\\"),
      raw[index + 1] == UInt8(ascii: "u")
    else { return nil }
    let trail = codeUnit(at: index)
    guard UTF16.isTrailSurrogate(trail) else { return nil }
    index += 6
    return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
  }

  private func codeUnit(at backslash: Int) -> UInt16 {
    raw[backslash + 2..<backslash + 6].reduce(0) { $0 << 4 | UInt16(hexValue($1)!) }
  }
}

/// A number of a JSON document as written.
public struct JSONNumber {
  public let raw: UnsafeBufferPointer<UInt8>
  /// Whether it is written without a fraction and an exponent.
  public let isInteger: Bool

  /// The number, if it is written as an integer and fits.
  public var int64: Int64? { isInteger ? Int64(String(decoding: raw, as: UTF8.self)) : nil }

  /// The nearest double; beyond the range of doubles, infinity.
  public var double: Double { Double(String(decoding: raw, as: UTF8.self))! }
}

func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
