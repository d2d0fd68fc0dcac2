import MemoryAPI

/// Headings and lists as people and assistants keep them in `CLAUDE.md` and `MEMORY.md`: each item and
/// each paragraph is a memory, and the heading above it says what it is about.
///
/// Left out is what only points elsewhere: an item that is a link to another markdown file, as in the
/// index that Claude Code keeps of its memories, and a line that imports a file (`@path`), as
/// Anthropic's documentation of Claude Code's memory describes it.
enum MarkdownList {
  /// Files that hold such lists, whatever is in them.
  static let names: Set = ["MEMORY.md", "CLAUDE.md", "CLAUDE.local.md", "AGENTS.md"]

  static func read(_ text: String, _ sink: ImportSink) throws {
    let head = try MarkdownHead(of: text)
    for block in MarkdownBlocks.read(head.body, firstLine: head.bodyLine) {
      if isPointer(block.text) { continue }
      var memory = ImportedMemory(MemoryFields(content: block.text, category: ""))
      memory.title = block.headings.last
      // The title of the whole file says little, unless it is all there is.
      if let heading = block.headings.count > 1 ? block.headings.last : nil {
        memory.fields.category = heading
      }
      memory.setKeywords(block.headings)
      try sink(block.line, .success(memory))
    }
  }

  private static func isPointer(_ text: String) -> Bool {
    if text.hasPrefix("@"), !text.contains(where: \.isWhitespace) { return true }
    guard text.hasPrefix("["), let middle = text.firstRange(of: "]("),
      let end = text[middle.upperBound...].firstIndex(of: ")")
    else { return false }
    let target = text[middle.upperBound..<end]
    return target.hasSuffix(".md") && !target.contains("://")
  }
}
