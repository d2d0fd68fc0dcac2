import CTerminal

/// Text from the server or the cache, made safe for where it goes.
extension String {
  /// The text in one line without anything that a terminal would act on: control characters and
  /// those that turn the direction of writing are shown as a blank or as U+FFFD.
  var printable: String {
    if isPlain { return self }
    return String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar {
          case "\n", "\r", "\t": " "
          case _ where scalar.isActedOn: "\u{FFFD}"
          default: scalar
          }
        }))
  }

  /// The same for text of several lines.
  var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }

  /// JSON text in which everything that a terminal would act on is written as an escape.
  var escapedJSON: String {
    if isHarmless { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isActedOn { text += scalar.escape } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// The text as one field of a tab-separated line: `\\`, `\t`, `\n` and `\r` are written out, and so is,
  /// as JSON does it, whatever a terminal would act on at the end of the pipe.
  var escapedField: String {
    var field: [UInt8] = []
    appendField(to: &field)
    return String(decoding: field, as: UTF8.self)
  }

  /// Appends the same, as UTF-8.
  func appendField(to buffer: inout [UInt8]) {
    var text = self
    text.withUTF8 { bytes in
      // All up to here is written.
      var start = 0
      for (index, byte) in bytes.enumerated()
      where byte < 0x20 || [0x5C, 0x7F, 0xC2, 0xE2].contains(byte) {
        guard let (escape, length) = Self.fieldEscape(bytes[index...]) else { continue }
        buffer.append(contentsOf: bytes[start..<index])
        buffer.append(contentsOf: escape.utf8)
        start = index + length
      }
      buffer.append(contentsOf: bytes[start...])
    }
  }

  /// What stands for the first character and how many bytes that has; nil if it stands for itself.
  private static func fieldEscape(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>
  ) -> (text: String, length: Int)? {
    switch bytes.first! {
    case UInt8(ascii: "\\"): return ("\\\\", 1)
    case UInt8(ascii: "\t"): return ("\\t", 1)
    case UInt8(ascii: "\n"): return ("\\n", 1)
    case UInt8(ascii: "\r"): return ("\\r", 1)
    default:
      var iterator = bytes.makeIterator()
      var decoder = UTF8()
      guard case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.isActedOn else {
        return nil
      }
      return (scalar.escape, UTF8.width(scalar))
    }
  }

  /// Columns that the text takes on a terminal.
  var displayWidth: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.displayWidth } }

  /// Whether each byte is a character of one column, which most texts are made of.
  private var isPlain: Bool { utf8.allSatisfy { (0x20..<0x7f).contains($0) } }

  /// Whether nothing in it is acted on, as far as its bytes tell at a glance. The others begin with C2
  /// or, as typographic quotes do, with E2.
  private var isHarmless: Bool {
    utf8.allSatisfy { $0 >= 0x20 && ![0x7F, 0xC2, 0xE2].contains($0) }
  }

  /// The words of each line in lines of at most `width` columns; a longer word gets a line of its own.
  ///
  /// The blanks that a line begins with stay, before each of its lines.
  func wrapped(toWidth width: Int) -> [String] {
    split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      let text = String(line)
      if text.displayWidth <= width { return [text] }
      let margin = String(text.prefix { $0 == " " })
      var lines: [(text: String, width: Int)] = []
      for word in text.split(separator: " ") {
        let wordWidth =
          word.unicodeScalars.count == word.utf8.count ? word.utf8.count : String(word).displayWidth
        if let last = lines.last, last.width + 1 + wordWidth <= width {
          lines[lines.count - 1] = (last.text + " " + word, last.width + 1 + wordWidth)
        } else {
          lines.append((margin + word, margin.count + wordWidth))
        }
      }
      return lines.map(\.text)
    }
  }

  /// The text cut to so many columns, with an ellipsis where something is missing.
  func truncated(toWidth limit: Int) -> String {
    if isPlain { return utf8.count <= limit ? self : String(utf8.prefix(max(0, limit - 1)))! + "…" }
    var width = 0
    var end = startIndex
    for (index, character) in zip(indices, self) {
      width += character.displayWidth
      if width > limit { return self[..<end] + "…" }
      // Up to here there is room for the ellipsis as well.
      if width <= limit - 1 { end = self.index(after: index) }
    }
    return self
  }
}

extension Unicode.Scalar {
  /// Control characters, and those that turn the direction of writing.
  fileprivate var isActedOn: Bool {
    switch self {
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
    default: properties.generalCategory == .control
    }
  }

  /// As JSON writes it; none of those that are acted on has more than four digits.
  fileprivate var escape: String {
    let digits = String(value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension Character {
  /// An emoji that is put together of several scalars is as wide as its widest.
  fileprivate var displayWidth: Int {
    if isASCII { return 1 }
    if unicodeScalars.contains("\u{FE0F}") { return 2 }
    return unicodeScalars.map { max(0, Int(memctl_wcwidth($0.value))) }.max() ?? 0
  }
}
