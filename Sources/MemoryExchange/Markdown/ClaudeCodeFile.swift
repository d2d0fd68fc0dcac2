import MemoryAPI

/// A memory that Claude Code wrote for itself: one file, with a name, a description and a type in its
/// head.
///
/// Source: the instructions that Claude Code gives its model, as captured in public repositories. They
/// ask for a head with `name`, `description` and `type` (earlier versions) or `metadata` with `type`
/// in it (later ones, which add `originSessionId` and `modified`); the types are user, feedback,
/// project and reference. The file `MEMORY.md` beside them is an index that only points to them.
enum ClaudeCodeFile {
  static func read(_ text: String, _ sink: ImportSink) throws {
    let head = try MarkdownHead(of: text)
    guard let name = head.text("name") else { throw ImportRefusal("its head has no name") }
    let content = head.body.trimmed
    if content.isEmpty { throw ImportRefusal("it has no text") }
    var memory = ImportedMemory(MemoryFields(content: content, category: ""))
    memory.title = name.trimmed
    if let type = head.text("type") ?? head.text("metadata.type") {
      // What is known of the user: who that is, and what they know and want.
      if type.trimmed == "user" { memory.addTags(["user"]) }
      memory.fields.category = type.trimmed == "user" ? "people" : type
    }
    memory.addTags(head.list("tags"))
    memory.setKeywords([name, head.text("description") ?? ""])
    memory.createdAt = head.time("created", "metadata.created", "metadata.modified", "modified")
    try sink(1, .success(memory))
  }
}
