import MemoryAPI

extension StringProtocol where SubSequence == Substring {
  /// The text without white space at both ends.
  var trimmed: String {
    let scalars = Substring(self).unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    let last = scalars.lastIndex { !$0.properties.isWhitespace }!
    return String(scalars[first...last])
  }

  /// The text with each run of white space as one blank.
  var onOneLine: String {
    Substring(self).unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }
      .joined(separator: " ")
  }

  /// The text as one tag: in lower case, without commas, blanks as dashes, no `#` before it.
  var asTag: String {
    var tag = ""
    for scalar in trimmed.drop(while: { $0 == "#" }).lowercased().unicodeScalars {
      let isSeparator = scalar == "," || scalar.properties.isWhitespace
      if isSeparator, tag.isEmpty || tag.hasSuffix("-") { continue }
      tag.unicodeScalars.append(isSeparator ? "-" : scalar)
    }
    while tag.hasSuffix("-") { tag.removeLast() }
    return tag
  }
}

extension String {
  /// The longest beginning of whole words with at most `limit` Unicode scalars.
  func firstWords(within limit: Int) -> String {
    guard unicodeScalars.count > limit else { return self }
    let end = unicodeScalars.index(startIndex, offsetBy: limit)
    let space = unicodeScalars[..<end].lastIndex { $0.properties.isWhitespace }
    return self[..<(space ?? end)].trimmed
  }
}

/// The lines of a text without their ends, which may be LF or CRLF.
func lines(of text: String) -> [Substring] {
  text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
    Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }
}
