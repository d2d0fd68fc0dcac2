import MemoryModel
import MemoryStore

extension Loan where Access == ReadWrite {
  /// Lets go of an id that is another memory's now. The memory is one that the server lacks, unless
  /// a comparison of everything finds it there; what was queued to change it goes to no other.
  func unlink(_ id: LocalID, from serverID: ServerID) throws {
    try queue.dropUpdates(of: serverID)
    try memories.unlink(id)
  }
}
