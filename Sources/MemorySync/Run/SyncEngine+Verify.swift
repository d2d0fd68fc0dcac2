import MemoryAPI
import MemoryModel
import MemoryStore

extension SyncEngine {
  /// Compares the cache with everything that the server has, and changes neither.
  ///
  /// The sync lock keeps other memctl processes from syncing meanwhile. What other programs wrote
  /// may be newer than the answer, so then the server is asked once more before anything is called
  /// a difference. If they never stop writing, a difference is what every answer has shown.
  ///
  /// - Parameter limit: the most differences to return; all are counted.
  /// - Throws: as `sync`, and whatever keeps the server from being asked.
  package func verify(limit: Int) throws -> Verification {
    try withSession(isRehearsal: true) { session in
      if let problem = try reasonNotToCall(&session, force: false) { throw problem }
      var agreed: Set<Verifier.Subject>?
      for _ in 1..<Self.mostComparisons {
        let version = try database.version()
        let verifier = try compare(limit: limit, &session)
        let result = verifier.result
        if result.total == 0 || conditions.isCancelled { return result }
        if try database.version() == version { return result }
        agreed = agreed?.intersection(verifier.subjects) ?? verifier.subjects
      }
      return try compare(limit: limit, onlyAbout: agreed, &session).result
    }
  }

  private static var mostComparisons: Int { 3 }

  private func compare(
    limit: Int, onlyAbout allowed: Set<Verifier.Subject>? = nil, _ session: inout Session
  ) throws -> Verifier {
    let (conditions, activity) = (session.conditions, session.activity)
    let known = try session.read { try $0.memories.serverIDs() }
    let body = try session.fetchOrThrow(since: nil)
    var (verifier, watermark) = try session.read { snapshot in
      var verifier = try Verifier(
        known: known, limit: limit, onlyAbout: allowed, conditions, in: snapshot)
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
    return verifier
  }
}
