// What changing the cache leads to, as its functions return it.

/// What deleting a memory led to.
public enum Deletion: Hashable, Sendable {
  /// The server never had it; its queued store, if any, is gone with it.
  case cancelled
  /// The server is to delete the memory as well.
  case queued(EntryID)
  /// The store of the memory is in flight or in doubt; once its id is known, the server is to
  /// delete it.
  case queuedWhenKnown(EntryID)

  /// The entry that tells the server; nil if there is nothing to tell.
  public var entry: EntryID? {
    switch self {
    case .cancelled: nil
    case .queued(let entry), .queuedWhenKnown(let entry): entry
    }
  }
}

/// What dropping an entry led to.
public enum DroppedEntry: Hashable, Sendable {
  /// The entry is gone, and no memory is withheld.
  case dropped
  /// The entry may have arrived. It is not sent again, but memctl still looks for its memory on the
  /// server.
  case droppedInDoubt(LocalID?)
  /// Its memory stays in the cache and is not sent again, unless the user queues it.
  case withheld(LocalID)

  /// The memory that now exists only in the cache.
  public var withheld: LocalID? {
    switch self {
    case .dropped: nil
    case .droppedInDoubt(let id): id
    case .withheld(let id): id
    }
  }
}

/// The result of restoring a trashed version.
public enum Restoration: Hashable, Sendable {
  /// The memory still exists and has its former fields again; those that it had since are in the
  /// trash.
  case overwritten(LocalID, EntryID)
  /// The version became a new memory.
  case stored(LocalID, EntryID)
  /// The memory already has these fields.
  case unchanged(LocalID)

  /// The memory that has the restored text.
  public var id: LocalID {
    switch self {
    case .overwritten(let id, _), .stored(let id, _), .unchanged(let id): id
    }
  }

  /// The entry that tells the server; nil if there is nothing to tell.
  public var entry: EntryID? {
    switch self {
    case .overwritten(_, let entry), .stored(_, let entry): entry
    case .unchanged: nil
    }
  }
}

/// What the user says about a store in doubt.
public enum DoubtAnswer: Hashable, Sendable {
  /// The store created this memory on the server, which is one of the entry's candidates.
  case arrived(as: ServerID)
  /// The store did not arrive.
  case missing
}

/// What ending a doubt led to.
public enum DoubtSettlement: Hashable, Sendable {
  /// The memory is linked to the one on the server.
  case linked
  /// The entry is sent again at the next sync.
  case queued
  /// The memory was deleted here, so the server is to delete it as well.
  case deleting(EntryID)
  /// The memory has since been deleted on the server, and is in the trash now.
  case trashed
  /// There is nothing left to do.
  case ended
}
