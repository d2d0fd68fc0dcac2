// What changing the cache leads to, as its functions return it.

/// What deleting a memory led to.
public enum Deletion: Hashable, Sendable {
  /// The server never had it; its queued store, if any, is gone with it.
  case cancelled
  /// The server is to delete it, too.
  case queued(EntryID)
  /// Its store is on its way or in doubt; once its id is known, the server is to delete it.
  case queuedWhenKnown(EntryID)
}

/// What dropping an entry led to.
public enum DroppedEntry: Hashable, Sendable {
  case dropped
  /// It may have arrived. It is not sent again, but what came of it is still looked for.
  case droppedInDoubt(LocalID?)
  /// Its memory stays in the cache and is not sent again, unless the user queues it.
  case withheld(LocalID)

  /// The memory that stays here alone.
  public var withheld: LocalID? {
    switch self {
    case .dropped: nil
    case .droppedInDoubt(let id): id
    case .withheld(let id): id
    }
  }
}

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

/// What the user says of a store in doubt.
public enum DoubtAnswer: Hashable, Sendable {
  /// It is this memory on the server, one of the entry's candidates.
  case arrived(as: ServerID)
  /// It did not arrive.
  case missing
}

/// What ending a doubt led to.
public enum DoubtSettlement: Hashable, Sendable {
  /// The memory is linked to the server's.
  case linked
  /// The entry is sent again at the next sync.
  case queued
  /// The memory was deleted here, so the server is to delete it as well.
  case deleting(EntryID)
  /// The memory was deleted on the server since, and is in the trash now.
  case trashed
  /// There is nothing left to do.
  case ended
}
