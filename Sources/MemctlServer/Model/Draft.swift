import JSON
import MemoryAPI

/// A memory that a request asks to store: validated, its category folded, its content redacted.
struct Draft: Equatable {
  let content: String
  let category: String
  let tags: String
  let expandedKeywords: String
  let importance: Double
  let isSensitive: Bool

  /// - Parameter location: what names `object` in a problem.
  /// - Throws: `Invalid`.
  init(_ object: JSONValue, at location: [JSONValue] = ["body"]) throws {
    var fields = FieldReader(object, at: location, nullIsAbsent: false)
    let content = fields.required("content", fields.text("content", limit: MemoryBounds.content))
    category = fields.category("category") ?? "facts"
    tags = fields.text("tags", limit: MemoryBounds.label) ?? ""
    expandedKeywords = fields.text("expanded_keywords", limit: MemoryBounds.label) ?? ""
    importance = fields.importance("importance") ?? 0.5
    let isForced = fields.flag("force_sensitive") ?? false
    guard let content, fields.problems.isEmpty else { throw Invalid(fields.problems) }
    let redaction = Redaction(content, forced: isForced)
    (self.content, isSensitive) = (redaction.content, redaction.isSensitive)
  }
}

/// What a request asks to change in a memory: validated like a draft. Nil leaves a field as it is.
struct Patch: Equatable {
  let redaction: Redaction?
  let category: String?
  let tags: String?
  let expandedKeywords: String?
  let importance: Double?

  /// - Throws: `Invalid`.
  init(_ object: JSONValue) throws {
    var fields = FieldReader(object, at: ["body"], nullIsAbsent: true)
    redaction = fields.text("content", limit: MemoryBounds.content).map { Redaction($0) }
    category = fields.category("category")
    tags = fields.text("tags", limit: MemoryBounds.label)
    expandedKeywords = fields.text("expanded_keywords", limit: MemoryBounds.label)
    importance = fields.importance("importance")
    guard fields.problems.isEmpty else { throw Invalid(fields.problems) }
  }

  var isEmpty: Bool {
    redaction == nil && category == nil && tags == nil && expandedKeywords == nil
      && importance == nil
  }
}

/// A request that is answered 422, with everything that is wrong with it.
struct Invalid: Error, Equatable {
  let problems: [Problem]

  init(_ problems: [Problem]) { self.problems = problems }
}
