/// The pieces of a markdown text that stand for themselves: items of lists with all that belongs to
/// them, and paragraphs. A block of code belongs to what comes before it.
struct MarkdownBlocks {
  struct Block {
    let line: Int
    /// The headings above it, from the outermost on.
    let headings: [String]
    let isItem: Bool
    /// Without the mark and the indentation of a list.
    let text: String
  }

  private var blocks: [Block] = []
  private var headings: [(level: Int, text: String)] = []
  private var current: [Substring] = []
  private var firstLine = 0
  /// The indentation of the text of the item that is being read; nil for a paragraph.
  private var itemIndent: Int?
  private var isAfterBlank = false
  private var fence: String?
  private var isComment = false

  static func read(_ text: Substring, firstLine: Int) -> [Block] {
    var reader = MarkdownBlocks()
    for (offset, line) in lines(of: String(text)).enumerated() {
      reader.read(line, firstLine + offset)
    }
    reader.end()
    return reader.blocks
  }

  private mutating func read(_ line: Substring, _ number: Int) {
    let content = line.trimmed
    let indent = line.prefix { $0 == " " || $0 == "\t" }.reduce(0) { $0 + ($1 == "\t" ? 4 : 1) }
    if let fence {
      add(line)
      if content.hasPrefix(fence), content.allSatisfy({ $0 == fence.first }) { self.fence = nil }
      return
    }
    if isComment || content.hasPrefix("<!--") {
      isComment = !content.contains("-->")
      return
    }
    if content.isEmpty {
      isAfterBlank = true
      return
    }
    // A rule between sections says nothing.
    if content.count > 2, ["-", "*", "_"].contains(content.first),
      content.allSatisfy({ $0 == content.first || $0 == " " })
    {
      end()
      return
    }
    if content.hasPrefix("```") || content.hasPrefix("~~~") {
      if current.isEmpty { begin(number) }
      fence = String(content.prefix { $0 == content.first })
      add(line)
      return
    }
    if let heading = Self.heading(content), indent < 4 {
      end()
      headings.removeAll { $0.level >= heading.level }
      headings.append(heading)
    } else if let mark = Self.itemMark(content), indent < (itemIndent ?? 2) {
      end()
      begin(number)
      itemIndent = indent + mark
      add(Substring(String(repeating: " ", count: indent + mark) + content.dropFirst(mark)))
    } else {
      let belongs = itemIndent.map { indent >= min($0, 2) } ?? false
      if isAfterBlank, !belongs { end() }
      if current.isEmpty { begin(number) }
      add(line)
    }
  }

  private mutating func begin(_ line: Int) { (firstLine, isAfterBlank) = (line, false) }

  private mutating func add(_ line: Substring) {
    if isAfterBlank, !current.isEmpty { current.append("") }
    isAfterBlank = false
    current.append(line)
  }

  private mutating func end() {
    defer { (current, itemIndent, isAfterBlank, fence) = ([], nil, false, nil) }
    let indent = itemIndent ?? 0
    let text = current.map { line in
      line.dropFirst(min(indent, line.count - line.drop { $0 == " " }.count))
    }.joined(separator: "\n").trimmed
    if text.isEmpty { return }
    blocks.append(
      Block(
        line: firstLine, headings: headings.map(\.text), isItem: itemIndent != nil, text: text))
  }

  private static func heading(_ line: String) -> (level: Int, text: String)? {
    let level = line.prefix { $0 == "#" }.count
    let rest = line.dropFirst(level)
    guard (1...6).contains(level), rest.isEmpty || rest.first == " " else { return nil }
    var text = rest.trimmed
    while text.hasSuffix("#") { text.removeLast() }
    return (level, text.trimmed)
  }

  /// How many characters the mark of a list item takes, with the blanks after it; nil if it is none.
  private static func itemMark(_ line: String) -> Int? {
    let digits = line.prefix(9).prefix { $0.isASCII && $0.isNumber }.count
    let mark = line.dropFirst(digits)
    let isMark =
      digits == 0
      ? ["-", "*", "+"].contains(mark.first) : [".", ")"].contains(mark.first)
    guard isMark, mark.dropFirst().first == " " else { return nil }
    return digits + 1 + mark.dropFirst().prefix { $0 == " " }.count
  }
}
