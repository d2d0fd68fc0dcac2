/// What a file with memories can be written in.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// One JSON object for each memory, one on each line.
  case jsonl
  /// A JSON array of memories, an object with such an array as `memories`, or objects in any layout.
  case json
  /// A file of the folder that memctl writes for version control and people.
  case memctl
  /// A memory of Claude Code's.
  case claudeCode = "claude-code"
  /// An export of claude-mem.
  case claudeMem = "claude-mem"
  /// A note of basic-memory's.
  case basicMemory = "basic-memory"
  /// Headings and lists, as in `MEMORY.md` and `CLAUDE.md`.
  case markdown
}

extension ImportFormat {
  /// How much of a file's beginning `init(of:named:isListed:)` needs.
  package static let headSize = 1 << 16

  /// The format that the beginning of a file shows; nil if it could be none or several.
  ///
  /// - Parameters:
  ///   - name: the file's name; nil for one that has none.
  ///   - isListed: whether a folder was given, and not the file itself, so that nobody has said yet
  ///     that there are memories in it.
  package init?(of head: [UInt8], named name: String?, isListed: Bool) {
    let text = String(decoding: head, as: UTF8.self)
    let start = text.trimmed
    if let name, name.hasSuffix(".md") || name.hasSuffix(".markdown") {
      guard let format = Self.markdown(text, start, named: name, isListed: isListed) else {
        return nil
      }
      self = format
    } else if start.isEmpty {
      self = .jsonl
    } else if start.hasPrefix("[") {
      self = .json
    } else if start.hasPrefix("{") {
      self = Self.json(head)
    } else if let format = Self.markdown(text, start, named: name, isListed: isListed) {
      self = format
    } else {
      return nil
    }
  }

  private static func json(_ head: [UInt8]) -> ImportFormat {
    var list: String?
    var document = JSONDocument(lists: JSONDocument.lists + ClaudeMemRecord.lists)
    try? document.read(ByteStream(of: head), enter: { list = list ?? $0 }) { _, _, _ in }
    if let list { return ClaudeMemRecord.lists.contains(list) ? .claudeMem : .json }
    let lines = head.split(separator: UInt8(ascii: "\n")).filter {
      $0.contains { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }
    }
    let second = lines.dropFirst().first?.first
    return lines[0].last(where: { $0 != 0x20 && $0 != 0x0d }) == UInt8(ascii: "}")
      || second == UInt8(ascii: "{") || lines.count == 1 ? .jsonl : .json
  }

  private static func markdown(
    _ text: String, _ start: String, named name: String?, isListed: Bool
  ) -> ImportFormat? {
    if let head = MarkdownHead.source(of: text) {
      // The rest of a damaged head may still tell what it is.
      let keys = Set(
        lines(of: String(head)).compactMap { line in
          line.firstIndex(of: ":").map { line[..<$0].trimmed }
        })
      if keys.contains(MemoryFile.mark) { return .memctl }
      if keys.isSuperset(of: ["name", "description"]) { return .claudeCode }
      if keys.contains("permalink") || keys.isSuperset(of: ["title", "type"]) {
        return .basicMemory
      }
      return nil
    }
    let base = name.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    if let base, MarkdownList.names.contains(base) { return .markdown }
    let isList = ["# ", "## ", "- ", "* "].contains { start.hasPrefix($0) }
    return isList && !isListed ? .markdown : nil
  }
}
