import JSON
import MemoryAPI
import ServerStore

/// Whom a memory is shown to.
enum Audience {
  /// Its owner's own machines, which have it whole.
  case owner
  /// Every user, and the owner among them: what is sensitive is masked.
  case everyone
}

extension JSONWriter {
  /// Writes a memory as the API shows it.
  mutating func write(_ memory: MemoryRecord, for audience: Audience) {
    beginObject()
    name("id")
    write(memory.id)
    name("content")
    if audience == .everyone && memory.isSensitive {
      write("[SENSITIVE - use secret_get(id=\(memory.id))]")
    } else {
      write(memory.content)
    }
    name("category")
    write(memory.category)
    name("tags")
    write(memory.tags)
    name("expanded_keywords")
    write(memory.expandedKeywords)
    name("importance")
    write(memory.importance)
    name("is_sensitive")
    write(memory.isSensitive)
    name("created_at")
    write(memory.createdAt.description)
    name("updated_at")
    write(memory.updatedAt.description)
    name("deleted_at")
    if let deletedAt = memory.deletedAt { write(deletedAt.description) } else { writeNull() }
    if audience == .everyone {
      name("owner")
      write(memory.owner)
    }
    endObject()
  }
}
