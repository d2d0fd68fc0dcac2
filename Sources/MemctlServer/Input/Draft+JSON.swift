import JSON
import MemoryAPI
import ServerStore

extension Draft {
  /// The memory that a request asks to store: validated, with a canonical category and redacted content.
  ///
  /// - Parameter location: what names `object` in an error.
  init(_ object: JSONValue, at location: [JSONValue] = ["body"]) throws(Refusal) {
    var fields = FieldReader(object, at: location, nullIsAbsent: false)
    let content = fields.required("content", fields.text("content", limit: MemoryBounds.content))
    let category = fields.category("category") ?? Category.default
    let tags = fields.text("tags", limit: MemoryBounds.label) ?? ""
    let keywords = fields.text("expanded_keywords", limit: MemoryBounds.label) ?? ""
    let importance = fields.importance("importance") ?? 0.5
    let isForced = fields.flag("force_sensitive") ?? false
    guard let content, fields.errors.isEmpty else { throw .invalid(fields.errors) }
    let redacted = RedactedContent(content, forced: isForced)
    self.init(
      content: redacted.text, category: category, tags: tags, expandedKeywords: keywords,
      importance: importance, isSensitive: redacted.isSensitive)
  }
}

extension Patch {
  /// What a request asks to change: validated like a draft. Null means the same as leaving a field out.
  init(_ object: JSONValue) throws(Refusal) {
    var fields = FieldReader(object, at: ["body"], nullIsAbsent: true)
    let content = fields.text("content", limit: MemoryBounds.content)
    let category = fields.category("category")
    let tags = fields.text("tags", limit: MemoryBounds.label)
    let keywords = fields.text("expanded_keywords", limit: MemoryBounds.label)
    let importance = fields.importance("importance")
    guard fields.errors.isEmpty else { throw .invalid(fields.errors) }
    let redacted = content.map { RedactedContent($0) }
    self.init(
      content: redacted?.text, category: category, tags: tags, expandedKeywords: keywords,
      importance: importance, isSensitive: redacted?.isSensitive ?? false)
  }
}
