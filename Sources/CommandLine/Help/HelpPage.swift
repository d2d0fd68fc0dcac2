import Spelling

/// The help of the program, a command or a topic.
public struct HelpPage: Sendable {
  let sections: [HelpSection]

  /// The page that `help WORDS...` asks for: a command's path, a topic's name, or nothing for the
  /// program itself.
  public init(for words: [String], in table: CommandTable) throws(UsageError) {
    if words.count == 1, let topic = table.topics.first(where: { $0.name == words[0] }) {
      sections = Self.sections(of: topic)
      return
    }
    var spec = table.program
    for (index, word) in words.enumerated() {
      guard let subcommand = spec.subcommand(word) else {
        let topics = index == 0 ? table.topics.map(\.name) : []
        throw table.usageError(
          "no help for '\(words[...index].joined(separator: " "))'", at: Array(words[..<index]),
          didYouMean: nearest(to: word, among: spec.visibleSubcommands.map(\.name) + topics))
      }
      spec = subcommand
    }
    sections = Self.sections(of: CommandNode(path: words, spec: spec), in: table)
  }

  /// A page of terms and their explanations.
  public init(_ heading: String, _ definitions: [(term: String, text: String)]) {
    sections = [HelpSection(heading, [.definitions(definitions)])]
  }

  /// The page, ending with a newline.
  ///
  /// - Parameter width: The columns of the terminal, to which prose is wrapped.
  /// - Parameter styled: Whether headings are bold, by ANSI escape sequences.
  public func text(width: Int, styled: Bool) -> String {
    let layout = HelpLayout(width: width, isStyled: styled)
    return sections.map(layout.text).joined(separator: "\n")
  }

  private static func sections(of topic: HelpTopic) -> [HelpSection] {
    [HelpSection(nil, [.paragraph(topic.summary.asSentence)] + topic.text)]
  }

  private static func sections(of node: CommandNode, in table: CommandTable) -> [HelpSection] {
    let spec = node.spec
    let isProgram = node.path.isEmpty
    let isAlone = isProgram && spec.subcommands.isEmpty
    return [
      HelpSection(nil, [.paragraph(spec.summary.asSentence)] + spec.discussion),
      HelpSection("USAGE", [.verbatim([table.usage(of: node)])]),
      HelpSection("COMMANDS", definitions(spec.visibleSubcommands.map { ($0.name, $0.summary) })),
      HelpSection("OPTIONS", definitions(of: spec.options + (isAlone ? table.globalOptions : []))),
      HelpSection(
        "GLOBAL OPTIONS", isProgram && !isAlone ? definitions(of: table.globalOptions) : []),
      HelpSection("EXAMPLES", spec.examples.map(\.block)),
      HelpSection(
        "TOPICS", isProgram ? definitions(table.topics.map { ($0.name, $0.summary) }) : []),
      HelpSection(nil, furtherReading(after: node, in: table)),
    ].filter { !$0.blocks.isEmpty }
  }

  private static func definitions(of options: [OptionSpec]) -> [HelpBlock] {
    definitions(
      options.filter { !$0.isHidden }.map {
        (($0.short == nil ? "    " : "") + $0.synopsis, $0.explanation)
      })
  }

  private static func definitions(_ pairs: [(String, String)]) -> [HelpBlock] {
    pairs.isEmpty ? [] : [.definitions(pairs.map { (term: $0.0, text: $0.1) })]
  }

  private static func furtherReading(
    after node: CommandNode, in table: CommandTable
  ) -> [HelpBlock] {
    let invocation = table.invocation(node.path)
    var lines: [String] = []
    if let name = node.spec.defaultSubcommand {
      lines.append("'\(invocation)' alone means '\(invocation) \(name)'.")
    }
    if !node.spec.subcommands.isEmpty {
      lines.append("'\(invocation) COMMAND --help' explains a command.")
    }
    if !node.path.isEmpty, !table.program.name.isEmpty {
      lines.append("'\(table.program.name) --help' lists the global options.")
    } else if node.path.isEmpty, !table.topics.isEmpty {
      lines.append("'\(table.program.name) help TOPIC' explains a topic.")
    }
    return lines.isEmpty ? [] : [.verbatim(lines)]
  }
}

extension CommandTable {
  /// The usage line of a command: `memctl queue list [OPTIONS]`.
  func usage(of node: CommandNode) -> String {
    let spec = node.spec
    var words = [invocation(node.path)]
    if !spec.subcommands.isEmpty {
      if node.path.isEmpty { words.append("[GLOBAL OPTIONS]") }
      words += [spec.fallback == nil ? "COMMAND" : "[COMMAND]", "[OPTIONS]", "[OPERANDS]"]
    } else {
      words += spec.arguments(isProgram: node.path.isEmpty)
    }
    return words.joined(separator: " ")
  }
}

extension CommandExample {
  var block: HelpBlock { .verbatim(["# \(shows)", command]) }
}

extension String {
  /// A summary as a sentence: `Send the queue.`
  var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
