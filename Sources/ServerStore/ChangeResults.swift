/// What came of adding memories.
package enum Insertion: Equatable, Sendable {
  /// The ids of the new memories, in the order of their drafts.
  case inserted([Int64])
  /// The same insertion had happened already: the ids that it got then.
  case replayed([Int64])
  /// Nothing was added: the key stands for another insertion.
  case keyReused
}

/// What came of changing a memory.
package enum Update: Equatable, Sendable {
  case updated
  /// There is no live memory with this id.
  case notFound
  /// The user may not change it.
  case notPermitted
}

/// What came of deleting a memory.
package enum Deletion: Equatable, Sendable {
  /// It is a tombstone now, with this content.
  case deleted(content: String)
  /// There is no live memory with this id, and perhaps never was one.
  case nothingToDelete
  /// It is, or was, another user's.
  case notPermitted
}
