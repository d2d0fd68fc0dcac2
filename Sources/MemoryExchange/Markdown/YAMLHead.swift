/// A value in the head of a markdown file. Numbers, times and the like are texts; null is an empty
/// one.
enum YAMLValue: Hashable {
  case text(String)
  case list([String])
  case map([String: YAMLValue])
}

/// Reads the part of YAML that note-taking programs write into the heads of files: maps, lists of
/// texts, and texts that are plain, quoted or in a block. What it does not understand is refused.
///
/// A plain text may contain `: `, which YAML forbids, because assistants write such heads by hand.
struct YAMLHead {
  private let lines: [Substring]
  private let firstLine: Int
  private var index = 0

  /// - Returns: the values by name. Those of a map within the head stand beside the others, as
  ///   `map.name`, too.
  /// - Throws: `ImportRefusal` that names the line.
  static func read(_ lines: [Substring], firstLine: Int) throws -> [String: YAMLValue] {
    var reader = YAMLHead(lines: lines, firstLine: firstLine)
    let values = try reader.readMap(indent: reader.nextIndent ?? 0, depth: 0)
    if reader.nextIndent != nil { throw reader.refusal("its indentation is not understood") }
    return values
  }

  private init(lines: [Substring], firstLine: Int) {
    (self.lines, self.firstLine) = (lines, firstLine)
  }

  private func refusal(_ reason: String) -> ImportRefusal {
    ImportRefusal("line \(firstLine + min(index, max(lines.count - 1, 0))) of its head: \(reason)")
  }

  /// Skips blank lines and comments; the next line's indentation, or nil at the end.
  private var nextIndent: Int? {
    mutating get {
      while index < lines.count {
        let text = lines[index].drop { $0 == " " }
        if !text.isEmpty, text.first != "#" {
          return lines[index].count - text.count
        }
        index += 1
      }
      return nil
    }
  }

  private func isItem(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return text == "-" || text.hasPrefix("- ")
  }

  private mutating func readMap(indent: Int, depth: Int) throws -> [String: YAMLValue] {
    guard depth < 8 else { throw refusal("it is nested too deeply") }
    var values: [String: YAMLValue] = [:]
    while let next = nextIndent, next >= indent {
      guard next == indent else { throw refusal("its indentation is not understood") }
      let line = lines[index].dropFirst(indent)
      guard let colon = Self.colon(in: line), colon > line.startIndex else {
        throw refusal("'name: value' is expected")
      }
      let name = Self.unquoted(line[..<colon])
      let value = try readValue(line[line.index(after: colon)...], indent: indent, depth: depth)
      values[name] = value
      if case .map(let inner) = value {
        for (key, value) in inner { values["\(name).\(key)"] = value }
      }
    }
    return values
  }

  /// The colon that ends a name.
  private static func colon(in line: Substring) -> Substring.Index? {
    line.indices.first { index in
      guard line[index] == ":" else { return false }
      let next = line.index(after: index)
      return next == line.endIndex || line[next] == " " || line[next] == "\t"
    }
  }

  private static func unquoted(_ name: Substring) -> String {
    let name = name.trimmed
    let isQuoted = name.count > 1 && name.first == name.last && ["\"", "'"].contains(name.first)
    return isQuoted ? String(name.dropFirst().dropLast()) : name
  }

  /// - Parameter rest: what follows the colon.
  private mutating func readValue(
    _ rest: Substring, indent: Int, depth: Int
  ) throws -> YAMLValue {
    let start = rest.drop { $0 == " " || $0 == "\t" }
    switch start.first {
    case nil, "#":
      index += 1
      guard let next = nextIndent else { return .text("") }
      if isItem(lines[index]), next >= indent { return .list(try readItems(indent: next)) }
      guard next > indent else { return .text("") }
      if Self.colon(in: lines[index].dropFirst(next)) != nil,
        !["\"", "'"].contains(lines[index].dropFirst(next).first)
      {
        return .map(try readMap(indent: next, depth: depth + 1))
      }
      return try readValue(lines[index], indent: indent, depth: depth)
    case "|", ">": return .text(try readBlock(start, indent: indent))
    case "[": return .list(try readFlowList(start))
    case "{":
      guard start.trimmed == "{}" else { throw refusal("{ } is not understood") }
      index += 1
      return .map([:])
    default: return .text(try readScalar(start, indent: indent))
    }
  }

  private mutating func readItems(indent: Int) throws -> [String] {
    var items: [String] = []
    while let next = nextIndent, next == indent, isItem(lines[index]) {
      let text = lines[index].dropFirst(indent + 1).drop { $0 == " " }
      if ["[", "{", "|", ">", "-"].contains(where: { text.first == $0 }) {
        throw refusal("only texts are understood in a list")
      }
      items.append(try readScalar(text, indent: indent))
    }
    return items
  }

  // MARK: Texts

  private mutating func readScalar(_ start: Substring, indent: Int) throws -> String {
    switch start.first {
    case "\"", "'": return try readQuoted(start)
    case "&", "*", "!", "%", "@", "`":
      throw refusal("a text that begins with \(start.first!) is not understood")
    default: return readPlain(start, indent: indent)
    }
  }

  private mutating func readPlain(_ start: Substring, indent: Int) -> String {
    var text = Self.withoutComment(start)
    index += 1
    // A long text may go on in lines that are indented further.
    while index < lines.count {
      let line = lines[index]
      let content = line.drop { $0 == " " }
      guard !content.isEmpty, line.count - content.count > indent, content.first != "#" else {
        break
      }
      text += " " + Self.withoutComment(content)
      index += 1
    }
    return ["null", "~", "Null", "NULL"].contains(text) ? "" : text
  }

  private static func withoutComment(_ text: Substring) -> String {
    let end = text.indices.first { index in
      text[index] == "#"
        && (index == text.startIndex || [" ", "\t"].contains(text[text.index(before: index)]))
    }
    return text[..<(end ?? text.endIndex)].trimmed
  }

  private mutating func readQuoted(_ start: Substring) throws -> String {
    let quote = start.first!
    var scanner = QuotedText(quote)
    var rest = start.dropFirst()
    while true {
      if let after = try scanner.read(rest, refusal) {
        guard after.trimmed.isEmpty || after.trimmed.hasPrefix("#") else {
          throw refusal("something follows a quoted text")
        }
        index += 1
        return scanner.text
      }
      index += 1
      guard index < lines.count else { throw refusal("a quoted text has no end") }
      rest = lines[index].drop { $0 == " " || $0 == "\t" }
    }
  }

  private mutating func readFlowList(_ start: Substring) throws -> [String] {
    var items: [String] = []
    var rest = start.dropFirst()
    while true {
      rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
      guard let first = rest.first, first != "#" else {
        index += 1
        guard index < lines.count else { throw refusal("a list has no end") }
        rest = lines[index]
        continue
      }
      switch first {
      case "]":
        let after = rest.dropFirst().trimmed
        guard after.isEmpty || after.hasPrefix("#") else {
          throw refusal("something follows a list")
        }
        index += 1
        return items
      case "[", "{": throw refusal("only texts are understood in a list")
      case "\"", "'":
        var scanner = QuotedText(first)
        guard let after = try scanner.read(rest.dropFirst(), refusal) else {
          throw refusal("a quoted text has no end")
        }
        items.append(scanner.text)
        rest = after
      default:
        let end = rest.firstIndex { $0 == "," || $0 == "]" } ?? rest.endIndex
        items.append(rest[..<end].trimmed)
        rest = rest[end...]
      }
    }
  }

  private mutating func readBlock(_ start: Substring, indent: Int) throws -> String {
    let isLiteral = start.first == "|"
    let style = Self.withoutComment(start.dropFirst())
    guard ["", "-", "+"].contains(style) else {
      throw refusal("'\(start.trimmed)' is not understood")
    }
    index += 1
    var block: [Substring] = []
    var blockIndent: Int?
    while index < lines.count {
      let line = lines[index]
      let content = line.drop { $0 == " " }
      if !content.isEmpty {
        let own = line.count - content.count
        if own <= indent { break }
        blockIndent = blockIndent ?? own
      }
      block.append(line.dropFirst(min(blockIndent ?? 0, line.count - content.count)))
      index += 1
    }
    var end = block.count
    while end > 0, block[end - 1].isEmpty { end -= 1 }
    let text = isLiteral ? block[..<end].joined(separator: "\n") : Self.folded(block[..<end])
    switch style {
    case "-": return text
    case "+": return text + String(repeating: "\n", count: block.count - end + 1)
    default: return text.isEmpty ? "" : text + "\n"
    }
  }

  private static func folded(_ lines: ArraySlice<Substring>) -> String {
    var text = ""
    var breaks = 0
    for line in lines {
      if line.isEmpty {
        breaks += 1
      } else {
        if !text.isEmpty { text += breaks == 0 ? " " : String(repeating: "\n", count: breaks) }
        text += line
        breaks = 0
      }
    }
    return text
  }
}

/// Reads a quoted text, which may go on over several lines.
private struct QuotedText {
  private let quote: Character
  private(set) var text = ""
  private var isContinued = false
  /// Whether the last line ended with a backslash, so that its break is none.
  private var isJoined = false

  init(_ quote: Character) { self.quote = quote }

  /// Reads one line, or what is left of it.
  ///
  /// - Returns: what follows the closing quote; nil if that has not come yet.
  mutating func read(
    _ line: Substring, _ refusal: (String) -> ImportRefusal
  ) throws -> Substring? {
    if isContinued, !isJoined {
      while text.last == " " { text.removeLast() }
      text += line.isEmpty || text.last == "\n" ? "\n" : " "
    }
    (isContinued, isJoined) = (true, false)
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if Character(scalar) == quote {
        guard quote == "'", rest.first == "'" else { return Substring(rest) }
        rest.removeFirst()
        text.append("'")
      } else if scalar == "\\", quote == "\"" {
        guard let escape = rest.popFirst() else {
          isJoined = true
          return nil
        }
        text.unicodeScalars.append(try Self.meaning(of: escape, &rest, refusal))
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return nil
  }

  private static func meaning(
    of escape: Unicode.Scalar, _ rest: inout Substring.UnicodeScalarView,
    _ refusal: (String) -> ImportRefusal
  ) throws -> Unicode.Scalar {
    switch escape {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "0": return "\0"
    case "a": return "\u{7}"
    case "b": return "\u{8}"
    case "e": return "\u{1B}"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "N": return "\u{85}"
    case "_": return "\u{A0}"
    case "L": return "\u{2028}"
    case "P": return "\u{2029}"
    case "\"", "\\", "/", " ", "\t": return escape
    case "x", "u", "U":
      let count = escape == "x" ? 2 : escape == "u" ? 4 : 8
      let digits = String(rest.prefix(count))
      guard digits.unicodeScalars.count == count, let number = UInt32(digits, radix: 16) else {
        throw refusal("\\\(escape) needs \(count) hexadecimal digits")
      }
      rest = rest.dropFirst(count)
      guard let scalar = Unicode.Scalar(number) else {
        throw refusal("\\\(escape)\(digits) is no character")
      }
      return scalar
    default: throw refusal("there is no escape \\\(escape)")
    }
  }
}
