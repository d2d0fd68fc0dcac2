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
    if isHarmless, !utf8.contains(UInt8(ascii: "\\")) { return self }
    var field = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\": field += "\\\\"
      case "\t": field += "\\t"
      case "\n": field += "\\n"
      case "\r": field += "\\r"
      case _ where scalar.isActedOn: field += scalar.escape
      default: field.unicodeScalars.append(scalar)
      }
    }
    return field
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
