/// Builds a man(7) page.
struct Roff {
  private(set) var text = ""

  mutating func title(_ name: String, section: Int, date: String, source: String) {
    line(
      // Programs that read the date do not know escapes.
      ".TH \(Self.argument(name.uppercased())) \(section) \"\(date)\" \(Self.argument(source))")
  }

  /// Adds a section, or nothing if there are no blocks.
  mutating func section(_ heading: String, _ blocks: [HelpBlock]) {
    guard !blocks.isEmpty else { return }
    line(".SH \(Self.argument(heading))")
    append(blocks)
  }

  mutating func subsection(_ heading: String, _ blocks: [HelpBlock]) {
    line(".SS \(Self.argument(heading))")
    append(blocks)
  }

  /// A heading starts a paragraph of its own.
  private mutating func append(_ blocks: [HelpBlock]) {
    for (index, block) in blocks.enumerated() {
      switch block {
      case .paragraph(let text):
        if index > 0 { line(".PP") }
        prose(text)
      case .verbatim(let lines):
        if index > 0 { line(".PP") }
        line(".EX")
        for verbatim in lines { line(Self.escaped(verbatim)) }
        line(".EE")
      case .definitions(let definitions):
        for definition in definitions {
          line(".TP")
          line(".B \(Self.argument(definition.term))")
          prose(definition.text)
        }
      }
    }
  }

  private mutating func prose(_ text: String) {
    for wrapped in wrapped(text, to: 76) { line(Self.escaped(wrapped)) }
  }

  private mutating func line(_ line: String) { text += line + "\n" }

  /// Text as one argument of a macro.
  static func argument(_ text: String) -> String { "\"\(escapedCharacters(text))\"" }

  /// Text as a line that is not a request.
  static func escaped(_ line: String) -> String {
    (line.hasPrefix(".") ? "\\&" : "") + escapedCharacters(line)
  }

  /// Escapes characters so that they look the same on every device: roff turns a bare `-` into a
  /// hyphen and a quote into a curly one, and knows only ASCII.
  private static func escapedCharacters(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case "'": "\\(aq"
      case "\"": "\\(dq"
      case "`": "\\(ga"
      case "^": "\\(ha"
      case "~": "\\(ti"
      case _ where scalar.isASCII: String(scalar)
      default: "\\[u\(hexadecimal(scalar.value))]"
      }
    }.joined()
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
