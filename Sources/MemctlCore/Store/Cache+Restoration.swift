/// What came of restoring a trashed version.
public enum Restoration: Hashable, Sendable {
  /// The memory that is still there says again what it said; what it said since is in the trash.
  case overwritten(LocalID, EntryID)
  /// It is a new memory.
  case stored(LocalID, EntryID)
  /// The memory says this already.
  case unchanged(LocalID)

  public var id: LocalID {
    switch self {
    case .overwritten(let id, _), .stored(let id, _), .unchanged(let id): id
    }
  }

  /// What tells the server; nil where there is nothing to tell.
  public var entry: EntryID? {
    switch self {
    case .overwritten(_, let entry), .stored(_, let entry): entry
    case .unchanged: nil
    }
  }
}

extension Cache {
  /// Takes versions out of the trash and queues what tells the server, in one transaction.
  ///
  /// A version goes over the memory that is still there, or becomes a new one where there is none. A
  /// sensitive one always becomes new: a change travels without the mark that makes the server black
  /// it out.
  ///
  /// - Parameter asNew: whether each becomes a new memory.
  /// - Returns: what came of each; an id that is not in the trash is passed over.
  public func restore(_ ids: [TrashID], asNew: Bool, at now: Timestamp) throws -> [Restoration] {
    try write {
      try ids.compactMap { id in
        guard let version = try trashed(id)?.memory else { return nil }
        let restoration = try restore(version, asNew: asNew, at: now)
        _ = try purgeTrash([id])
        return restoration
      }
    }
  }

  private func restore(_ version: Memory, asNew: Bool, at now: Timestamp) throws -> Restoration {
    if !asNew, let serverID = version.serverID, let present = try memory(serverID) {
      if present.fields == version.fields { return .unchanged(present.id) }
      if !present.fields.isSensitive, !version.fields.isSensitive {
        try trash(present.id, as: .overwritten, at: now)
        try change(present.id, to: version.fields, at: now)
        try dropUpdates(of: serverID)
        return .overwritten(present.id, try enqueue(.update(version.fields, serverID), at: now))
      }
    }
    let id = try insert(version.fields, createdAt: version.createdAt, at: now)
    return .stored(id, try enqueue(.store(version.fields, localID: id), at: now))
  }
}
