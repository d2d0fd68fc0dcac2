import MemoryAPI

/// A memory as the server has it.
package struct ServerRow {
  package let id: ServerID
  package var fields: MemoryFields
  package let createdAt: String
  package let updatedAt: String
  /// Whether the row is a tombstone of a memory that was deleted on the server.
  package let isDeleted: Bool

  package init(
    id: ServerID, fields: MemoryFields, createdAt: String, updatedAt: String, isDeleted: Bool
  ) {
    self.id = id
    self.fields = fields
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.isDeleted = isDeleted
  }

  /// Why a record of an answer is left out.
  package struct Defect: Error, Hashable {
    /// Nil where the record does not say which memory it is.
    package let id: ServerID?
    /// Nil where the record does not say when it was changed.
    package let updatedAt: Timestamp?
    package let reason: String

    package init(id: ServerID?, updatedAt: Timestamp?, reason: String) {
      self.id = id
      self.updatedAt = updatedAt
      self.reason = reason
    }
  }
}
