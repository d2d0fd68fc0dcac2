import JSON
import SQLite

extension API {
  /// `POST /api/memories`
  func store(_ call: Call) throws -> Outcome {
    let draft = try Draft(call.json())
    return try insert([draft], for: call) { .json(draft.answer(id: $0)) }
  }

  /// `POST /api/memories/import`: all of them or none.
  func importAll(_ call: Call) throws -> Outcome {
    let drafts = try call.readBody { try DraftList(reading: &$0).drafts }
    return try insert(drafts, for: call) { first in
      .json(.array(drafts.enumerated().map { $1.answer(id: first + Int64($0)) }))
    }
  }

  /// Inserts `drafts` with ids that follow one another, once for the request's `Idempotency-Key`.
  ///
  /// - Parameter answer: for the first of these ids. All else that it says is in the request, so a
  ///   repeated request gets the same.
  private func insert(
    _ drafts: [Draft], for call: Call, answer: @escaping @Sendable (Int64) -> Response
  ) throws -> Outcome {
    let owner = call.user
    let key = try IdempotencyKey(of: call)
    return .write(isLong: drafts.count > Writer.longWork) { transaction in
      let insert = { try transaction.insert(drafts, owner: owner) }
      return answer(try key?.once(in: transaction, insert) ?? insert())
    }
  }

  /// `PUT /api/memories/{id}`
  func update(_ call: Call) throws -> Outcome {
    let (id, user) = (try call.id(), call.user)
    let patch = try Patch(call.json())
    return .write { transaction in
      guard let memory = try transaction.find(id), !memory.isDeleted else {
        throw Refusal(404, "Memory not found")
      }
      guard memory.owner == user else {
        throw Refusal(403, "Write permission required")
      }
      guard !patch.isEmpty else { throw Refusal(400, "No fields to update") }
      try transaction.apply(patch, to: id)
      return .json(["updated": .integer(id)])
    }
  }

  /// `DELETE /api/memories/{id}`: leaves a tombstone, and may be repeated.
  func delete(_ call: Call) throws -> Outcome {
    let (id, user) = (try call.id(), call.user)
    return .write { transaction in
      let memory = try transaction.find(id)
      if let memory, memory.owner != user {
        throw Refusal(403, "Only the owner can delete a memory")
      }
      var preview = "[already deleted]"
      if let memory, !memory.isDeleted {
        try transaction.delete(id)
        preview = String(String.UnicodeScalarView(memory.content.unicodeScalars.prefix(50)))
      }
      return .json(["deleted": .integer(id), "preview": .string(preview)])
    }
  }
}

extension Draft {
  /// What is answered for it once it has an id.
  fileprivate func answer(id: Int64) -> JSONValue {
    ["id": .integer(id), "category": .string(category), "importance": .double(importance)]
  }
}

extension WriteTransaction {
  /// The id of the first; those of the others follow. 0 when there is none.
  fileprivate func insert(_ drafts: [Draft], owner: String) throws -> Int64 {
    for draft in drafts {
      let time = time().microseconds
      try connection.run(
        """
        INSERT INTO memories (owner, content, category, tags, expanded_keywords, importance,
          is_sensitive, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, owner, draft.content, draft.category, draft.tags, draft.expandedKeywords,
        draft.importance, draft.isSensitive, time, time)
    }
    return drafts.isEmpty ? 0 : connection.lastInsertedRowID - Int64(drafts.count) + 1
  }

  fileprivate func find(_ id: Int64) throws -> (owner: String, content: String, isDeleted: Bool)? {
    try connection.first("SELECT owner, content, deleted_at FROM memories WHERE id = ?", id) {
      ($0.text(0), $0.text(1), !$0.isNull(2))
    }
  }

  fileprivate func apply(_ patch: Patch, to id: Int64) throws {
    // Content that looks harmless now does not make a memory harmless that was not.
    try connection.run(
      """
      UPDATE memories SET content = coalesce(?, content), category = coalesce(?, category),
        tags = coalesce(?, tags), expanded_keywords = coalesce(?, expanded_keywords),
        importance = coalesce(?, importance), is_sensitive = max(is_sensitive, ?), updated_at = ?
      WHERE id = ?
      """, patch.redaction?.content, patch.category, patch.tags, patch.expandedKeywords,
      patch.importance, patch.redaction?.isSensitive ?? false, time().microseconds, id)
  }

  fileprivate func delete(_ id: Int64) throws {
    let time = time().microseconds
    try connection.run(
      "UPDATE memories SET deleted_at = ?, updated_at = ? WHERE id = ?", time, time, id)
  }
}
