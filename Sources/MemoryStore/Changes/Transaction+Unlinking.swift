import MemoryModel

extension Loan where Access == ReadWrite {
  /// Unlinks a memory from an id that now belongs to another one. The server lacks the memory
  /// unless a comparison of everything finds it there; queued changes to it are not sent to the
  /// other one.
  package func unlink(_ id: LocalID, from serverID: ServerID) throws {
    try queue.dropUpdates(of: serverID)
    try memories.unlink(id)
  }
}
