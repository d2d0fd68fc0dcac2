import JSON
import MemoryAPI

/// An observation or a session's summary as claude-mem exports them.
///
/// Source: the project thedotmack/claude-mem, `scripts/export-memories.ts`, which writes one object
/// with the lists `observations`, `sessions`, `summaries` and `prompts`; the columns are those of
/// `src/services/sqlite/import/bulk.ts`, where lists within a record are texts that hold JSON. What
/// describes a session, and what the user typed, are no memories and are left out.
enum ClaudeMemRecord {
  static let lists = ["observations", "summaries"]

  static func read(_ stream: ByteStream, _ sink: ImportSink) throws {
    try JSONMemories.readDocument(stream, lists: lists, sink) { list, value in
      let record: JSONValue
      do {
        record = try JSONValue(parsing: value)
      } catch let error as JSONError {
        throw ImportRefusal("it is \(error)")
      }
      guard list != nil, record.object != nil else {
        throw ImportRefusal("it is no observation and no summary of claude-mem")
      }
      return try list == "observations" ? observation(record) : summary(record)
    }
  }

  private static func observation(_ record: JSONValue) throws -> ImportedMemory {
    let title = record["title"]?.string ?? ""
    let narrative = record["narrative"]?.string ?? record["text"]?.string ?? ""
    var parts = [title, record["subtitle"]?.string ?? "", narrative]
    let facts = list(record["facts"])
    if !facts.isEmpty { parts.append(facts.map { "- \($0)" }.joined(separator: "\n")) }
    var memory = try memory(record, parts)
    memory.title = title.isEmpty ? nil : title
    switch record["type"]?.string {
    case "bugfix": memory.fields.category = "bug"
    case let kind?: memory.fields.category = kind
    case nil: break
    }
    memory.addTags(list(record["concepts"]) + [record["project"]?.string ?? ""])
    memory.setKeywords(list(record["files_modified"]) + list(record["files_read"]))
    return memory
  }

  private static func summary(_ record: JSONValue) throws -> ImportedMemory {
    let parts = ["request", "investigated", "learned", "completed", "next_steps", "notes"]
      .compactMap { name in
        record[name]?.string.map(\.trimmed).flatMap { text in
          text.isEmpty ? nil : "\(name.prefix(1).uppercased())\(name.dropFirst()): \(text)"
        }
      }.map { $0.replacing("Next_steps: ", with: "Next steps: ", maxReplacements: 1) }
    var memory = try memory(record, parts)
    memory.title = record["request"]?.string
    memory.fields.category = "sessions"
    memory.addTags([record["project"]?.string ?? ""])
    return memory
  }

  private static func memory(_ record: JSONValue, _ parts: [String]) throws -> ImportedMemory {
    let content = parts.map(\.trimmed).filter { !$0.isEmpty }.joined(separator: "\n\n")
    if content.isEmpty { throw ImportRefusal("it has no text") }
    var memory = ImportedMemory(MemoryFields(content: content, category: ""))
    if let time = record["created_at"]?.string, Timestamp(time) != nil {
      memory.createdAt = time
    } else if let milliseconds = record["created_at_epoch"]?.int64,
      milliseconds.magnitude < 1 << 52
    {
      memory.createdAt = Timestamp(microseconds: milliseconds * 1000).description
    }
    return memory
  }

  /// A list of texts, or a text that holds one as JSON.
  private static func list(_ value: JSONValue?) -> [String] {
    if let array = value?.array { return array.compactMap(\.string) }
    guard let text = value?.string, !text.isEmpty else { return [] }
    return (try? JSONValue(parsing: text))?.array?.compactMap(\.string) ?? [text]
  }
}
