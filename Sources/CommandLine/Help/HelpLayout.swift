/// Lays out help for a terminal. Each character of help text is assumed to take one column.
struct HelpLayout {
  let width: Int
  let isStyled: Bool

  /// Terms wider than this get a line of their own, so that they do not squeeze the explanations.
  private static let widestTerm = 26
  /// On narrower terminals, lines overflow rather than fall apart.
  private static let narrowestText = 20

  func text(of section: HelpSection) -> String {
    let heading = section.heading.map { [isStyled ? "\u{1B}[1m\($0)\u{1B}[0m" : $0] } ?? []
    let indent = section.heading == nil ? 0 : 2
    let blocks = section.blocks.map { lines(of: $0, indent: indent) }
    let laidOut = heading + blocks.joined(separator: [""])
    return laidOut.map { $0 + "\n" }.joined()
  }

  private func lines(of block: HelpBlock, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    switch block {
    case .paragraph(let text): return wrap(text, from: indent).map { margin + $0 }
    case .verbatim(let lines): return lines.map { $0.isEmpty ? "" : margin + $0 }
    case .definitions(let definitions):
      let widest = definitions.map(\.term.count).filter { $0 <= Self.widestTerm }.max()
      let column = (widest ?? 4) + 2
      return definitions.flatMap { definition in
        lines(of: definition, column: column, indent: indent).map { margin + $0 }
      }
    }
  }

  private func lines(
    of definition: (term: String, text: String), column: Int, indent: Int
  ) -> [String] {
    let gap = column - definition.term.count
    let margin = String(repeating: " ", count: column)
    var lines = wrap(definition.text, from: indent + column).map { margin + $0 }
    if gap >= 2, !lines.isEmpty {
      lines[0] = definition.term + lines[0].dropFirst(definition.term.count)
    } else {
      lines.insert(definition.term, at: 0)
    }
    return lines
  }

  private func wrap(_ text: String, from column: Int) -> [String] {
    wrapped(text, to: max(width - column, Self.narrowestText))
  }
}

/// A heading and the text below it; without a heading, the text is at the margin.
struct HelpSection: Sendable {
  let heading: String?
  let blocks: [HelpBlock]

  init(_ heading: String?, _ blocks: [HelpBlock]) {
    self.heading = heading
    self.blocks = blocks
  }
}

/// The words of `text` in lines of at most `width` characters; a longer word gets a line of its own.
public func wrapped(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
