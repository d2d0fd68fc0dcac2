import JSON
import ServerStore

/// The endpoints that change memories.
struct ChangeRoutes {
  let store: any Store

  /// `POST /api/memories`
  func store(_ call: Call) throws -> Reply {
    let draft = try Draft(call.json())
    return try insert([draft], for: call) { ids, json in draft.writeReceipt(id: ids[0], to: &json) }
  }

  /// `POST /api/memories/import`: all of them or none.
  func importAll(_ call: Call) throws -> Reply {
    let drafts = try call.readBody { try DraftList(reading: &$0).drafts }
    return try insert(drafts, for: call) { ids, json in
      json.beginArray()
      for (id, draft) in zip(ids, drafts) { draft.writeReceipt(id: id, to: &json) }
      json.endArray()
    }
  }

  /// Inserts `drafts`, once for the request's `Idempotency-Key`.
  ///
  /// - Parameter write: writes the answer for their ids. All else that it says is in the request, so a
  ///   repeated request gets the same.
  private func insert(
    _ drafts: [Draft], for call: Call,
    write: @escaping @Sendable (_ ids: [Int64], inout JSONWriter) -> Void
  ) throws -> Reply {
    let (store, owner, key) = (store, call.user, try call.idempotencyKey())
    return .after({ store.insert(drafts, owner: owner, key: key, completion: $0) }) { insertion in
      switch insertion {
      case .inserted(let ids), .replayed(let ids):
        var json = JSONWriter()
        write(ids, &json)
        return Response(status: 200, body: .bytes(json.bytes))
      case .keyReused: throw Refusal.keyReused
      }
    }
  }

  /// `PUT /api/memories/{id}`
  func update(_ call: Call) throws -> Reply {
    let (store, id, user) = (store, try call.id(), call.user)
    let patch = try Patch(call.json())
    return .after({ store.update(id, with: patch, by: user, completion: $0) }) { update in
      switch update {
      case .notFound: throw Refusal.memoryNotFound
      case .notPermitted: throw Refusal.updateNotPermitted
      case .updated where patch.isEmpty: throw Refusal.nothingToUpdate
      case .updated: .json(["updated": .integer(id)])
      }
    }
  }

  /// `DELETE /api/memories/{id}`: leaves a tombstone, and may be repeated.
  func delete(_ call: Call) throws -> Reply {
    let (store, id, user) = (store, try call.id(), call.user)
    return .after({ store.delete(id, by: user, completion: $0) }) { deletion in
      let preview: String
      switch deletion {
      case .deleted(let content):
        preview = String(String.UnicodeScalarView(content.unicodeScalars.prefix(50)))
      case .nothingToDelete: preview = "[already deleted]"
      case .notPermitted: throw Refusal.deletionNotPermitted
      }
      return .json(["deleted": .integer(id), "preview": .string(preview)])
    }
  }
}

extension Draft {
  /// Writes what is answered for it once it has an id.
  fileprivate func writeReceipt(id: Int64, to json: inout JSONWriter) {
    json.beginObject()
    json.name("id")
    json.write(id)
    json.name("category")
    json.write(category)
    json.name("importance")
    json.write(importance)
    json.endObject()
  }
}
