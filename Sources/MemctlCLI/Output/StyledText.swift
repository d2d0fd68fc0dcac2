/// Text for a terminal, parts of which may stand out.
struct StyledText: ExpressibleByStringInterpolation {
  private(set) var parts: [(text: String, emphasis: Style.Emphasis?)] = []

  init(_ text: String, _ emphasis: Style.Emphasis? = nil) { append(text, emphasis) }

  init(stringLiteral text: String) { self.init(text) }

  mutating func append(_ text: String, _ emphasis: Style.Emphasis? = nil) {
    if !text.isEmpty { parts.append((text, emphasis)) }
  }

  var text: String { parts.count == 1 ? parts[0].text : parts.map(\.text).joined() }

  /// In one line, at most `count` characters of it, without anything that a terminal would act on.
  func printable(prefix count: Int) -> StyledText {
    var result = StyledText("")
    var rest = count
    for part in parts where rest > 0 {
      let text = part.text.prefix(rest)
      rest -= text.count
      result.append(String(text).printable, part.emphasis)
    }
    return result
  }

  var displayWidth: Int { parts.reduce(0) { $0 + $1.text.displayWidth } }

  /// Cut to so many columns, with an ellipsis where something is missing.
  func truncated(toWidth limit: Int) -> StyledText {
    if displayWidth <= limit { return self }
    var result = StyledText("")
    var rest = limit
    for part in parts {
      let width = part.text.displayWidth
      if width < rest {
        result.append(part.text, part.emphasis)
        rest -= width
        continue
      }
      // A part that just fits is cut as well, since something follows it.
      let cut =
        width == rest
        ? (part.text + " ").truncated(toWidth: rest) : part.text.truncated(toWidth: rest)
      result.append(cut, part.emphasis)
      break
    }
    return result
  }

  func rendered(_ style: Style) -> String {
    parts.map { part in part.emphasis.map { style($0, part.text) } ?? part.text }.joined()
  }
}
