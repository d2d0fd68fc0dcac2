import JSON

/// A memory that a request asks to store: validated, its category folded, its content redacted.
struct Draft: Equatable {
  /// The longest content, in Unicode scalars.
  static let contentLimit = 1400
  /// The longest tags and the longest keywords, in Unicode scalars.
  static let labelLimit = 500

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
    let content = fields.required("content", fields.text("content", limit: Self.contentLimit))
    category = fields.category("category") ?? "facts"
    tags = fields.text("tags", limit: Self.labelLimit) ?? ""
    expandedKeywords = fields.text("expanded_keywords", limit: Self.labelLimit) ?? ""
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
    redaction = fields.text("content", limit: Draft.contentLimit).map { Redaction($0) }
    category = fields.category("category")
    tags = fields.text("tags", limit: Draft.labelLimit)
    expandedKeywords = fields.text("expanded_keywords", limit: Draft.labelLimit)
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
