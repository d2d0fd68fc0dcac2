import MemoryAPI
import MemoryModel
import MemoryStore

extension SyncEngine {
  /// Compares the cache with everything that the server has, and changes neither.
  ///
  /// The sync lock keeps other memctl processes from syncing meanwhile. What other programs wrote
  /// may be newer than the answer, so then the server is asked once more before anything is called
  /// a difference.
  ///
  /// - Parameter limit: the most differences to return; all are counted.
  /// - Throws: as `sync`, and whatever keeps the server from being asked.
  package func verify(limit: Int) throws -> Verification {
    try withSession(isRehearsal: true) { session in
      if let problem = try reasonNotToCall(&session, force: false) { throw problem }
      while true {
        let version = try database.version()
        let result = try verify(limit: limit, &session)
        if result.total == 0 || conditions.isCancelled { return result }
        if try database.version() == version { return result }
      }
    }
  }

  private func verify(limit: Int, _ session: inout Session) throws -> Verification {
    let (conditions, activity) = (session.conditions, session.activity)
    let known = try session.read { try $0.memories.serverIDs() }
    let body = try session.fetchOrThrow(since: nil)
    var (verifier, watermark) = try session.read { snapshot in
      var verifier = try Verifier(known: known, limit: limit, conditions, in: snapshot)
      _ = try SyncAnswer.read(
        body, progress: { activity(.comparing(verifier.result.onServer, share: $0)) },
        row: { try verifier.add($0, in: snapshot) })
      try verifier.finish(in: snapshot)
      return (verifier, try snapshot.notes.watermark())
    }
    var tombstones: Set<Int64> = []
    if verifier.needsTombstones, let watermark {
      let since = watermark.advanced(bySeconds: -conditions.policy.lateness)
      let changes = try session.fetchOrThrow(since: max(since, .epoch))
      _ = try SyncAnswer.read(changes) { record in
        if let row = try? record.get(), row.isDeleted { tombstones.insert(row.id.rawValue) }
      }
    }
    verifier.settle(bySync: tombstones)
    return verifier.result
  }
}
