import MemoryAPI
import MemoryModel

/// A memory as a file holds it, before anything is decided about it.
package struct ImportedMemory: Hashable, Sendable {
  /// What it says. The category is what the source calls its kind, whatever that is; empty for none.
  package var fields: MemoryFields
  /// What a text that is stored in several parts begins with.
  package var title: String?
  /// ISO 8601; nil if the file does not say.
  package var createdAt: String?
  /// ISO 8601; nil if the file does not say.
  package var updatedAt: String?
  /// The id that the file gives it on a server, which may be any server.
  package var serverID: ServerID?
  /// What only an export of memctl's own knows; nil for a line of any other file.
  package var exported: ExportedState?

  package init(_ fields: MemoryFields) { self.fields = fields }

  /// Puts the category under the name that a server keeps, which may be the plural of the source's.
  ///
  /// What the source calls the kind of a memory may be no such name; it becomes one more tag then,
  /// since it may be all that says what the memory is about.
  package mutating func resolveCategory(default category: String) {
    let name = Category.canonical(fields.category)
    if let known = [name, name + "s"].first(where: Category.all.contains) {
      fields.category = known
    } else {
      addTags([fields.category])
      fields.category = category
    }
  }

  /// Adds tags in lower case, with dashes in place of blanks, unless they are there.
  mutating func addTags(_ names: [String]) {
    var tags = fields.tags.split(separator: ",").map(String.init)
    for name in names {
      let tag = name.asTag
      if !tag.isEmpty, !tags.contains(tag) { tags.append(tag) }
    }
    fields.tags = tags.joined(separator: ",")
  }

  /// Sets the words that a search finds the memory by, as many of them as fit.
  mutating func setKeywords(_ parts: [String]) {
    fields.expandedKeywords = parts.map { $0.trimmed.onOneLine }.filter { !$0.isEmpty }
      .joined(separator: " ").firstWords(within: MemoryBounds.label)
  }
}

/// What an export says of a memory beyond the memory itself, so that it can be restored as it was.
package struct ExportedState: Hashable, Sendable {
  /// The id in the cache that was exported.
  package var id: LocalID?
  package var serverID: ServerID?
  /// The server that the cache belonged to; nil if none was known.
  package var address: String?
  /// The account that the cache belonged to; nil if none was known.
  package var account: String?
  /// Whether a change of the memory had not reached the server.
  package var isUnsent = false
  /// Whether the user dropped the memory's store.
  package var isWithheld = false

  package init() {}
}

/// Why something in a file cannot be imported.
package struct ImportRefusal: Error, Hashable, Sendable {
  /// A clause such as "its content is missing".
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}

/// What a reader found at a line of its file.
package typealias ImportResult = Result<ImportedMemory, ImportRefusal>

/// Takes what a reader finds, one after the other, with the number of the line at which it begins.
package typealias ImportSink = (_ line: Int, ImportResult) throws -> Void
