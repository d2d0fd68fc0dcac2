import MemoryAPI
import MemoryModel
import MemoryStore

/// What the user did to memories on this machine, kept for a while so that it can be taken back.
///
/// What a sync or another program does is not part of it; see `Trash`. Each function but `forEach` is
/// one transaction; see `Cache` for the errors that all of them throw.
public struct Journal {
  let database: Database

  /// Calls `body` with each change, latest first.
  ///
  /// - Parameter limit: the highest number of changes; nil for all.
  public func forEach(limit: Int? = nil, _ body: (Change) throws -> Void) throws {
    let ids = try database.read { try $0.journal.changes(limit: limit) }
    for id in ids { if let change = try change(id) { try body(change) } }
  }

  /// The change with this id; nil if there is none.
  public func change(_ id: ChangeID) throws -> Change? {
    try database.read { try $0.journal.change(id) }
  }

  /// The changes whose id begins with `digits`, highest id first, at most `limit`.
  ///
  /// Without digits, every change matches.
  public func changes(beginningWith digits: String, limit: Int) throws -> [Change] {
    try database.read { snapshot in
      var changes: [Change] = []
      for id in try snapshot.journal.changes(beginningWith: digits, limit: limit) {
        if let change = try snapshot.journal.change(id) { changes.append(change) }
      }
      return changes
    }
  }

  /// Takes back a change, here and on the server, as a whole.
  ///
  /// What was stored is deleted, what was deleted is stored again, and what was edited gets its former
  /// text back. What the memories say until then goes to the trash.
  ///
  /// - Parameters:
  ///   - id: the change; nil for the latest one that has not been taken back.
  ///   - force: whether to proceed even if a memory was changed since by somebody else.
  /// - Throws: `Problem` of kind `.notFound` if there is no such change; of kind `.invalidInput` if
  ///   it was taken back before, or if the trash no longer has what it replaced; of kind `.refused`
  ///   if a memory was changed or deleted since; of kind `.busy` if an entry may have reached the
  ///   server already. Then nothing is changed.
  @discardableResult
  public func undo(
    _ id: ChangeID? = nil, force: Bool = false, at now: Timestamp = .now
  ) throws -> UndoneChange {
    try database.write { try $0.undo(id, force: force, at: now) }
  }
}
