import MemoryAPI

/// The YAML between two lines of `---` at the beginning of a markdown file.
struct MarkdownHead {
  let values: [String: YAMLValue]
  /// What comes after the head, byte for byte.
  let body: Substring
  /// The number of the body's first line.
  let bodyLine: Int

  /// The text of a file's head; nil if it has none.
  static func source(of text: String) -> Substring? {
    let all = lines(of: text)
    guard let first = all.first, isFence(first) else { return nil }
    guard let end = all.dropFirst().firstIndex(where: isFence) else {
      return text[first.endIndex...]
    }
    return text[first.endIndex..<all[end].startIndex]
  }

  /// The head and the body of a file; a file without a head has an empty one.
  ///
  /// - Throws: `ImportRefusal` where the head cannot be read.
  init(of text: String) throws {
    let all = lines(of: text)
    guard let first = all.first, Self.isFence(first) else {
      (values, body, bodyLine) = ([:], text[...], 1)
      return
    }
    guard let end = all.dropFirst().firstIndex(where: Self.isFence) else {
      throw ImportRefusal("the front matter (---) is not closed")
    }
    values = try YAMLHead.read(Array(all[1..<end]), firstLine: 2)
    let after = end + 1 < all.count ? all[end + 1].startIndex : text.endIndex
    (body, bodyLine) = (text[after...], end + 2)
  }

  private static func isFence(_ line: Substring) -> Bool {
    line.hasPrefix("---") && line.dropFirst(3).allSatisfy(\.isWhitespace)
  }

  /// A value as text; nil if it is missing or empty. A list is joined by commas.
  func text(_ name: String) -> String? {
    let text: String? =
      switch values[name] {
      case .text(let text): text
      case .list(let list): list.joined(separator: ", ")
      case .map, nil: nil
      }
    return text?.trimmed.isEmpty == false ? text : nil
  }

  /// A value as a list; a text is split at its commas.
  func list(_ name: String) -> [String] {
    switch values[name] {
    case .text(let text): text.split(separator: ",").map { String($0).trimmed }
    case .list(let list): list
    case .map, nil: []
    }
  }

  /// The first value that is a time, in ISO 8601.
  func time(_ names: String...) -> String? {
    names.lazy.compactMap { text($0)?.trimmed }.first { Timestamp($0) != nil }
  }
}
