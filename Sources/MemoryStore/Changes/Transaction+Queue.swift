import MemoryModel

extension Loan where Access == ReadWrite {
  /// Lets an entry, even a dead one, be sent again at once, even if the server asked for a pause.
  ///
  /// - Returns: false when there is no such entry.
  package func retry(_ id: EntryID) throws -> Bool {
    guard try queue.retry(id) else { return false }
    try notes.set(.notBefore, nil)
    return true
  }
}
