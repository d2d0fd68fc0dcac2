import MemoryAPI
import MemoryModel
import MemoryStore

/// Compares a memory of the cache with the server's row for it.
extension LinkedMemory {
  /// Whether `row` is certainly this memory, by its creation time or its content.
  func isCertainly(_ row: ServerRow) -> Bool {
    wasCreated(at: row.createdAt) || has(.content, row.fields.content)
      || row.fields.isSensitive
        && Redaction(row.fields.content)?.couldStand(for: content) == true
  }

  /// Whether `row` is another memory, which the server gave this one's id.
  ///
  /// Such a row has other content, and was created after the last change of this memory. A server
  /// that was restored from a backup reuses ids.
  func isAnother(than row: ServerRow) -> Bool {
    if wasCreated(at: row.createdAt) || has(.content, row.fields.content) { return false }
    return row.isYounger(than: updatedAt, andNoRedactionOf: content)
  }

  enum Change {
    /// Only the times or the rounding of the importance differ, as after a store.
    case time
    /// It is marked as sensitive, or its category has the server's name for it.
    case mark
    /// Its meaning differs: any other field has changed.
    case meaning
  }

  /// The row to write, and how much of the memory it changes; nil if nothing differs.
  ///
  /// The user's own text is kept if the server's is the same with secrets redacted.
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
  /// The fields that would be written if `row` were applied.
  func differingFields(from row: ServerRow) -> [MemoryField] {
    guard let (row, change) = differing(from: row), change != .time else { return [] }
    let fields = row.fields
    return MemoryField.allCases.filter { field in
      switch fields[field] {
      case .text(let text): !has(field, text)
      case .number(let number): Float(self.number(field)) != Float(number)
      case .flag(let flag): isSensitive != flag
      }
    }
  }

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
  /// Whether this row is not the given memory, but one that the server gave the same id later.
  func isAnother(than memory: Memory) -> Bool {
    memory.createdAt != createdAt && memory.fields.content != fields.content
      && isYounger(than: memory.updatedAt, andNoRedactionOf: memory.fields.content)
  }

  /// Whether it was created after a memory's last change and is not a redaction of that memory.
  func isYounger(than updatedAt: String, andNoRedactionOf content: String) -> Bool {
    guard let created = Timestamp(createdAt), let updated = Timestamp(updatedAt),
      created > updated
    else { return false }
    return !(fields.isSensitive && Redaction(fields.content)?.couldStand(for: content) == true)
  }
}
