import MemoryAPI

/// A note of basic-memory's: a memory for each observation, and one for the text around them.
///
/// Source: the project basicmachines-co/basic-memory, `NOTE-FORMAT.md` and
/// `src/basic_memory/markdown/plugins.py`: an observation is an item `[category] text #tag (context)`
/// or an item with a tag, wherever it stands; a relation is an item `type [[target]]`. There is no
/// graph here, so what a note is related to becomes keywords of its text.
enum BasicMemoryNote {
  static func read(_ text: String, _ sink: ImportSink) throws {
    let head = try MarkdownHead(of: text)
    let title = head.text("title")?.trimmed
    let type = head.text("type").flatMap { $0 == "note" ? nil : $0 }
    let time = head.time("created", "date", "modified")
    func memory(_ content: String) -> ImportedMemory {
      var memory = ImportedMemory(MemoryFields(content: content, category: ""))
      memory.title = title
      memory.createdAt = time
      memory.addTags(head.list("tags"))
      return memory
    }
    var prose: [String] = []
    var relations: [String] = []
    var proseLine: Int?
    var lastHeadings: [String] = []
    for block in MarkdownBlocks.read(head.body, firstLine: head.bodyLine) {
      if block.isItem, let observation = Observation(block.text) {
        var memory = memory(observation.text)
        if let category = observation.category {
          memory.fields.category = category
        } else if let type {
          memory.fields.category = type
        }
        memory.addTags(observation.tags)
        memory.setKeywords([title ?? ""])
        try sink(block.line, .success(memory))
      } else if block.isItem, let target = relation(block.text) {
        relations.append(target)
      } else {
        let headings = block.headings.filter { $0 != title }
        if headings != lastHeadings, let heading = headings.last { prose.append("## \(heading)") }
        lastHeadings = headings
        proseLine = proseLine ?? block.line
        prose.append(block.isItem ? "- \(block.text.replacing("\n", with: "\n  "))" : block.text)
      }
    }
    guard let proseLine else { return }
    var note = memory(prose.joined(separator: "\n\n"))
    if let type { note.fields.category = type }
    note.setKeywords([title ?? ""] + relations)
    try sink(proseLine, .success(note))
  }

  private struct Observation {
    let category: String?
    let text: String
    let tags: [String]

    /// Nil for an item that is none: a task, a link, a time in a transcript.
    init?(_ item: String) {
      if ["[ ]", "[x]", "[X]", "[-]", "[["].contains(where: { item.hasPrefix($0) }) { return nil }
      tags = item.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("#") }
        .flatMap { $0.split(separator: "#").map(String.init) }
      if item.hasPrefix("["), let end = item.firstIndex(of: "]"),
        item[end...].dropFirst().first?.isWhitespace == true
      {
        let name = item[item.index(after: item.startIndex)..<end].trimmed
        let isTime = name.contains(":") && name.allSatisfy { $0.isNumber || ":.,- ".contains($0) }
        let isTask = name.count == 1 && !name.allSatisfy { $0.isLetter || $0.isNumber }
        if !isTime, !isTask, !name.contains("("), !name.contains("[") {
          category = name.isEmpty ? nil : name
          text = item[end...].dropFirst().trimmed
          return
        }
      }
      if tags.isEmpty { return nil }
      (category, text) = (nil, item)
    }
  }

  /// The target of a relation; nil for an item that is none.
  private static func relation(_ item: String) -> String? {
    guard let start = item.firstRange(of: "[["),
      let end = item[start.upperBound...].firstRange(of: "]]")
    else { return nil }
    let type = item[..<start.lowerBound].trimmed
    let isQuoted = type.count > 1 && ["\"", "'"].contains(type.first) && type.last == type.first
    let rest = item[end.upperBound...].trimmed
    guard isQuoted || !type.contains(where: \.isWhitespace),
      rest.isEmpty || rest.hasPrefix("(") && rest.hasSuffix(")")
    else { return nil }
    return item[start.upperBound..<end.lowerBound].trimmed
  }
}
