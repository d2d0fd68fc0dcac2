/// Something that a user did to memories here, as the journal keeps it.
public struct Change: Sendable {
  /// What the user did.
  public enum Action: String, CaseIterable, Sendable {
    case store, edit, delete
    /// One import, of however many memories.
    case `import`
    /// Entries of the queue were given up.
    case drop
    /// Versions were taken out of the trash.
    case restore
  }

  /// What has become of a part of a change.
  public enum State: String, CaseIterable, Sendable {
    /// The server knows of it.
    case onServer = "on_server"
    /// It waits to be sent.
    case queued
    /// It went out, and whether it arrived is unknown.
    case inDoubt = "in_doubt"
    /// The server refused it; it is a dead letter.
    case rejected
    /// The server does not have the memory, and nothing is queued for it.
    case onlyHere = "only_here"
    /// The memory is gone from the cache.
    case gone
  }

  /// The change's id; ascending, never reused.
  public let id: ChangeID
  /// What was done.
  public let action: Action
  /// When it began; ISO 8601.
  public let madeAt: String
  /// When it was taken back, in ISO 8601; nil if it stands.
  public let undoneAt: String?
  /// How many memories or entries it was about.
  public let count: Int
  /// How many of them are in each state; states without any are left out.
  public let states: [State: Int]
  /// The first memory of the change: as it is now, or else its latest version in the trash; nil if
  /// neither exists.
  public let example: Memory?
  /// The id that the first memory had; nil if the change was about an entry without one.
  public let memory: LocalID?

  package init(
    id: ChangeID, action: Action, madeAt: String, undoneAt: String?, count: Int,
    states: [State: Int], example: Memory?, memory: LocalID?
  ) {
    self.id = id
    self.action = action
    self.madeAt = madeAt
    self.undoneAt = undoneAt
    self.count = count
    self.states = states
    self.example = example
    self.memory = memory
  }

  /// The state that the user has to know of first.
  public var state: State {
    [.rejected, .inDoubt, .queued, .onlyHere, .onServer].first { states[$0] != nil } ?? .gone
  }
}

/// A change's id in the journal; ascending in the order of the changes, never reused.
public struct ChangeID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number in the file.
  public let rawValue: Int64
  /// Wraps a number from the file.
  public init(rawValue: Int64) { self.rawValue = rawValue }
  /// Orders ids by their numbers, so the oldest change comes first.
  public static func < (a: ChangeID, b: ChangeID) -> Bool { a.rawValue < b.rawValue }
}

/// What taking back a change led to.
public struct UndoneChange: Sendable {
  /// The change as it was before.
  public let change: Change
  /// The entries that tell the server.
  public let entries: [EntryID]
  /// How many memories were already as they had been before the change.
  public let unaffected: Int

  package init(change: Change, entries: [EntryID], unaffected: Int) {
    self.change = change
    self.entries = entries
    self.unaffected = unaffected
  }
}

/// What editing a memory led to.
public enum EditResult: Hashable, Sendable {
  /// The memory has these fields already.
  case unchanged
  /// The former text is in the trash. The entry tells the server; it is nil for a memory that the
  /// user withholds from the server.
  case changed(EntryID?)
}
