import MemoryAPI
import MemoryModel

/// A memory as a markdown file of its own: its fields in the head, its text below, byte for byte.
///
/// The same memory is always the same bytes, so that version control shows what has changed and
/// nothing else. What only one machine knows, such as the id in its cache, is not in the file.
package enum MemoryFile {
  /// The first name in the head, by which memctl knows files that it wrote.
  static let mark = "memctl"

  /// What every such file begins with.
  package static let start = Array("---\n\(mark): 1\n".utf8)

  /// The path in the folder: by category and by the id on the server, which other machines share.
  package static func path(of memory: Memory) -> String {
    let folder = memory.fields.category.unicodeScalars.map { scalar in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(scalar))
      return isPlain ? String(scalar) : "_"
    }.joined()
    let name = memory.serverID.map { "\($0.rawValue)" } ?? "unsent-\(memory.id.rawValue)"
    return "\(folder.isEmpty ? "_" : String(folder.prefix(100)))/\(name).md"
  }

  package static func bytes(of memory: Memory) -> [UInt8] {
    let fields = memory.fields
    var text = String(decoding: start, as: UTF8.self)
    if let id = memory.serverID { text += "server_id: \(id.rawValue)\n" }
    for field in MemoryField.allCases where field != .content {
      let value =
        switch fields[field] {
        case .text(let text): quoted(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
      text += "\(field.column): \(value)\n"
    }
    text +=
      "created_at: \(quoted(memory.createdAt))\nupdated_at: \(quoted(memory.updatedAt))\n---\n\n"
    return Array(text.utf8) + Array(fields.content.utf8) + [UInt8(ascii: "\n")]
  }

  static func read(_ text: String, _ sink: ImportSink) throws {
    let head = try MarkdownHead(of: text)
    guard head.text(mark) == "1" else {
      throw ImportRefusal("a newer memctl wrote it, or something else did")
    }
    // Exactly what was added when it was written; an editor may have removed either.
    var content = head.body.utf8
    if content.first == UInt8(ascii: "\n") { content.removeFirst() }
    if content.last == UInt8(ascii: "\n") { content.removeLast() }
    var memory = ImportedMemory(MemoryFields(content: String(Substring(content)), category: ""))
    memory.fields.category = head.text(MemoryField.category.column) ?? ""
    for field in [MemoryField.tags, .expandedKeywords] {
      if case .text(let text)? = head.values[field.column] { memory.fields[field] = .text(text) }
      if case .list(let list)? = head.values[field.column] {
        memory.fields[field] = .text(list.joined(separator: ","))
      }
    }
    if let text = head.text(MemoryField.importance.column) {
      guard let number = Double(text) else { throw ImportRefusal("its importance is not a number") }
      memory.fields.importance = number
    }
    switch head.text(MemoryField.isSensitive.column) {
    case "true": memory.fields.isSensitive = true
    case "false", nil: break
    default: throw ImportRefusal("its is_sensitive is not true or false")
    }
    memory.serverID = head.text("server_id").flatMap(Int64.init).map(ServerID.init)
    memory.createdAt = head.time("created_at")
    memory.updatedAt = head.time("updated_at")
    try sink(1, .success(memory))
  }

  /// As people write it where YAML cannot take it for anything else, and in quotes otherwise.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      text.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || "0123456789-_,. :+".unicodeScalars.contains(scalar))
      } && text.first?.isLetter == true && text.last != " " && !text.contains(": ")
      && !text.hasSuffix(":")
      && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    if isPlain { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
