import MemoryAPI
import MemoryModel

/// A memory as another cache of the same server had it.
package struct FormerMemory: Sendable {
  package let memory: Memory
  /// Whether its id may be given; otherwise it gets a new one.
  package let hasID: Bool
  /// Whether the user had dropped its store.
  package let isWithheld: Bool

  /// Whether the server has to be told of it.
  package var needsEntry: Bool { memory.serverID == nil && !isWithheld }

  package init(_ memory: Memory, hasID: Bool, isWithheld: Bool) {
    self.memory = memory
    self.hasID = hasID
    self.isWithheld = isWithheld
  }
}

extension Loan {
  /// Whether memories that carry ids of `origin` can be linked as they were: nothing has come from a
  /// server yet, so that the first pull will compare all of them, and the cache belongs to no other.
  package func mayRestore(from origin: Origin?) throws -> Bool {
    guard try notes.lastSyncText() == nil else { return false }
    guard let known = try notes.storedOrigin() else {
      return try !memories.hasServerIDs() || origin == nil
    }
    return known == origin
  }
}

extension Loan where Access == ReadWrite {
  /// Writes a memory that another cache of the same server had, with its ids and times.
  ///
  /// It keeps its id if none of this cache's memories ever had one as high. A store that was queued
  /// there may have been sent since, so it is looked for on the server first. A change that was queued
  /// there is not queued here: the server's text may be newer, and the first pull compares the two.
  ///
  /// - Returns: false if a memory with the same id on the server is here.
  package func restore(
    _ former: FormerMemory, at now: Timestamp
  ) throws -> Bool {
    let memory = former.memory
    if let serverID = memory.serverID, try memories.memory(serverID) != nil { return false }
    let isFree = try former.hasID && memory.id.rawValue > memories.highestID()
    let id = try memories.insert(memory, keepingID: isFree)
    if memory.serverID != nil { return true }
    if former.isWithheld {
      try memories.withhold(id)
      return true
    }
    let entry = try queue.enqueue(.store(memory.fields, localID: id), at: now)
    try queue.doubt(entry, at: now)
    return true
  }

  /// Makes a cache that belongs to no server one of `origin`.
  package func settle(at origin: Origin) throws {
    guard try notes.storedOrigin() == nil else { return }
    try notes.set(.originAddress, origin.address)
    try notes.set(.originAccount, origin.account)
  }
}

extension NoteTable {
  /// The origin as the notes have it.
  package func storedOrigin() throws -> Origin? {
    try value(of: .originAddress).map {
      Origin(address: $0, account: try value(of: .originAccount))
    }
  }
}
