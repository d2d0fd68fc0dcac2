/// Splits a text that is too long for one memory.
package enum TextParts {
  /// The parts in their order, each with at most `limit` Unicode scalars: as many whole paragraphs as
  /// fit, otherwise lines, otherwise words. Each begins with the title and its place among the parts.
  /// A text that fits is its only part.
  package static func split(_ text: String, title: String?, limit: Int) -> [String] {
    if text.unicodeScalars.count <= limit { return [text] }
    let title = (title ?? "").onOneLine.firstWords(within: limit / 4)
    // Room for the title, and for up to 9,999 parts.
    let room = limit - title.unicodeScalars.count - " (9999/9999)\n\n".unicodeScalars.count
    let parts = pack(text[...], separators: ["\n\n", "\n", " "], room)
    return parts.enumerated().map { index, part in
      let place = "(\(index + 1)/\(parts.count))"
      return "\(title.isEmpty ? place : "\(title) \(place)")\n\n\(part)"
    }
  }

  private static func pack(
    _ text: Substring, separators: ArraySlice<String>, _ room: Int
  ) -> [String] {
    guard let separator = separators.first else { return cut(text, room) }
    var parts: [String] = []
    var current = ""
    func end() {
      if !current.trimmed.isEmpty { parts.append(current.trimmedOfLineBreaks) }
      current = ""
    }
    for piece in text.split(separator: separator, omittingEmptySubsequences: true) {
      let joined = current.isEmpty ? String(piece) : current + separator + piece
      if joined.unicodeScalars.count <= room {
        current = joined
      } else if piece.unicodeScalars.count <= room {
        end()
        current = String(piece)
      } else {
        end()
        parts += pack(piece, separators: separators.dropFirst(), room)
        // What follows may go on in the last of these.
        current = parts.popLast() ?? ""
      }
    }
    end()
    return parts
  }

  /// Cuts a text without any separator between its characters. A character with more marks than a
  /// part has room for is cut itself.
  private static func cut(_ text: Substring, _ room: Int) -> [String] {
    var parts: [String] = []
    var current = ""
    var count = 0
    func end() {
      if count > 0 { parts.append(current) }
      (current, count) = ("", 0)
    }
    for character in text {
      let scalars = character.unicodeScalars
      if count + scalars.count > room { end() }
      for scalar in scalars {
        if count == room { end() }
        current.unicodeScalars.append(scalar)
        count += 1
      }
    }
    return current.isEmpty ? parts : parts + [current]
  }
}

extension String {
  fileprivate var trimmedOfLineBreaks: String {
    var text = self[...]
    while text.first?.isNewline == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
