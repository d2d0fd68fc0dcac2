import JSON
import SQLite

extension API {
  /// `POST /api/memories`
  func store(_ call: Call) throws -> Outcome {
    let draft = try Draft(call.json())
    return try once(call) { transaction in
      .json(try transaction.insert(draft, owner: call.user))
    }
  }

  /// `POST /api/memories/import`: all of them or none.
  func importAll(_ call: Call) throws -> Outcome {
    let drafts = try call.readBody { reader in
      guard try reader.peek() == .array else {
        throw Invalid([
          Problem(
            type: "list_type", location: ["body"], message: "Input should be a valid list",
            input: try JSONValue(reading: &reader))
        ])
      }
      var drafts: [Draft] = []
      var problems: [Problem] = []
      var index: Int64 = 0
      try reader.readArray { reader in
        do {
          drafts.append(try Draft(JSONValue(reading: &reader), at: ["body", .integer(index)]))
        } catch let invalid as Invalid {
          problems += invalid.problems
        }
        index += 1
      }
      guard problems.isEmpty else { throw Invalid(problems) }
      return drafts
    }
    return try once(call) { transaction in
      .json(.array(try drafts.map { try transaction.insert($0, owner: call.user) }))
    }
  }

  /// `PUT /api/memories/{id}`
  func update(_ call: Call) throws -> Outcome {
    let id = try call.id()
    let patch = try Patch(call.json())
    guard !patch.isEmpty else { throw Refusal(400, "No fields to update") }
    return .write { transaction in
      guard let memory = try transaction.find(id), !memory.isDeleted else {
        throw Refusal(404, "Memory not found")
      }
      guard memory.owner == call.user else {
        throw Refusal(403, "Only the owner can update a memory")
      }
      try transaction.apply(patch, to: id)
      return .json(["updated": .integer(id)])
    }
  }

  /// `DELETE /api/memories/{id}`: leaves a tombstone, and may be repeated.
  func delete(_ call: Call) throws -> Outcome {
    let id = try call.id()
    return .write { transaction in
      let memory = try transaction.find(id)
      if let memory, memory.owner != call.user {
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

  /// Does `work` once for the request's `Idempotency-Key`, or simply does it where it has none.
  private func once(_ call: Call, _ work: @escaping Writer.Work) throws -> Outcome {
    guard let text = call.request.idempotencyKey else { return .write(work) }
    guard text.utf8.count <= 255 else {
      throw Invalid([
        .value(
          "a key has at most 255 bytes", .string(text), at: ["header", "idempotency-key"])
      ])
    }
    let key = IdempotencyKey(text, owner: call.user, request: call.request)
    return .write { try key.once(in: $0, work) }
  }
}

extension WriteTransaction {
  /// What is answered for the memory that was stored.
  fileprivate func insert(_ draft: Draft, owner: String) throws -> JSONValue {
    let time = time().microseconds
    try connection.run(
      """
      INSERT INTO memories (owner, content, category, tags, expanded_keywords, importance,
        is_sensitive, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, owner, draft.content, draft.category, draft.tags, draft.expandedKeywords,
      draft.importance, draft.isSensitive, time, time)
    return [
      "id": .integer(connection.lastInsertedRowID), "category": .string(draft.category),
      "importance": .double(draft.importance),
    ]
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
