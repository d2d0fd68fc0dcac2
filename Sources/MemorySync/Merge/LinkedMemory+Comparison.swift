import MemoryAPI
import MemoryModel
import MemoryStore

/// How a memory of the cache compares with the row that the server has of it.
extension LinkedMemory {
  /// Whether `row` is this very memory, by its time or its words.
  func isCertainly(_ row: ServerRow) -> Bool {
    wasCreated(at: row.createdAt) || has(.content, row.fields.content)
      || row.fields.isSensitive
        && Redaction(row.fields.content)?.couldStand(for: content) == true
  }

  /// Whether `row` is another memory, which the server gave the id of this one: it says something
  /// else, and is younger than the last change of this one. A server that is restored from a backup
  /// gives ids out again.
  func isAnother(than row: ServerRow) -> Bool {
    if wasCreated(at: row.createdAt) || has(.content, row.fields.content) { return false }
    return row.isYounger(than: updatedAt, andNoRedactionOf: content)
  }

  enum Change {
    /// After a store, the server's time and its rounding of the importance come back.
    case time
    /// It is marked as sensitive, or its category has the server's name for it.
    case mark
    /// It says something else than before.
    case meaning
  }

  /// The row to write, nil when nothing differs, and what becomes of what the memory says. The
  /// user's own text stays where the server's is the same with secrets blacked out.
  func differing(from row: ServerRow) -> (row: ServerRow, change: Change)? {
    var row = row
    if row.fields.isSensitive, !has(.content, row.fields.content),
      let redaction = Redaction(row.fields.content)
    {
      let own = content
      if redaction.couldStand(for: own) { row.fields.content = own }
    }
    let fields = row.fields
    let importance = importance
    if MemoryField.allCases.contains(where: { saysMore($0, fields) }) { return (row, .meaning) }
    if !has(.category, fields.category) || isSensitive != fields.isSensitive {
      return (row, .mark)
    }
    if importance == fields.importance, wasUpdated(at: row.updatedAt) { return nil }
    return (row, .time)
  }
}

extension LinkedMemory {
  /// Whether a field says something else than on the server, more than another name for the same
  /// category or a rounding.
  private func saysMore(_ field: MemoryField, _ fields: MemoryFields) -> Bool {
    switch fields[field] {
    case .text(let text):
      !has(field, text)
        && (field != .category || Category.canonical(category) != Category.canonical(text))
    case .number(let number): Float(self.number(field)) != Float(number)
    case .flag: false
    }
  }
}

extension ServerRow {
  /// Whether it is not the memory that has its id here, but one that the server gave that id later.
  func isAnother(than memory: Memory) -> Bool {
    memory.createdAt != createdAt && memory.fields.content != fields.content
      && isYounger(than: memory.updatedAt, andNoRedactionOf: memory.fields.content)
  }

  /// Whether it was created after a memory was last changed, and is not that memory blacked out.
  func isYounger(than updatedAt: String, andNoRedactionOf content: String) -> Bool {
    guard let created = Timestamp(createdAt), let updated = Timestamp(updatedAt),
      created > updated
    else { return false }
    return !(fields.isSensitive && Redaction(fields.content)?.couldStand(for: content) == true)
  }
}
