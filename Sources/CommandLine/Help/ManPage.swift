/// The program's manual page of section 1, for `man`.
public struct ManPage: Sendable {
  private let table: CommandTable
  private let version: String
  private let date: String

  /// - Parameter date: When the page last changed, as `YYYY-MM-DD`.
  public init(_ table: CommandTable, version: String, date: String) {
    self.table = table
    self.version = version
    self.date = date
  }

  /// The page in roff with the macros of man(7).
  public func roff() -> String {
    let program = table.program
    let root = CommandNode(path: [], spec: program)
    var page = Roff()
    page.title(program.name, section: 1, date: date, source: "\(program.name) \(version)")
    page.section("NAME", [.paragraph("\(program.name) - \(program.summary)")])
    page.section("SYNOPSIS", [.paragraph(table.usage(of: root))])
    page.section("DESCRIPTION", [.paragraph(program.summary.asSentence)] + program.discussion)
    if program.subcommands.isEmpty {
      page.section("OPTIONS", options(program.options + table.globalOptions))
    } else {
      page.section("GLOBAL OPTIONS", options(table.globalOptions))
      page.section(
        "COMMANDS",
        ["'\(program.name) COMMAND --help' shows the part of this page that is about a command."])
    }
    for node in table.visibleNodes.dropFirst() {
      page.subsection(table.usage(of: node), text(of: node.spec))
    }
    for topic in table.topics {
      page.section(
        topic.name.uppercased().split(separator: "-").joined(separator: " "),
        [.paragraph(topic.summary.asSentence)] + topic.text)
    }
    page.section("EXAMPLES", program.examples.map(\.block))
    return page.text
  }

  private func text(of spec: CommandSpec) -> [HelpBlock] {
    [.paragraph(spec.summary.asSentence)] + spec.discussion + options(spec.options)
      + spec.examples.map(\.block)
  }

  private func options(_ options: [OptionSpec]) -> [HelpBlock] {
    let visible = options.filter { !$0.isHidden }
    return visible.isEmpty
      ? [] : [.definitions(visible.map { (term: $0.synopsis, text: $0.explanation) })]
  }
}
