/// The queue in numbers, by what its entries wait for.
public struct QueueSummary: Sendable {
  /// Some entries of the queue.
  public struct Group: Hashable, Sendable {
    /// How many there are.
    public let count: Int
    /// When the oldest of them was queued, exactly as in the file; nil if there are none.
    public let oldest: String?

    package init(count: Int, oldest: String?) {
      self.count = count
      self.oldest = oldest
    }
  }

  /// Entries that the next sync sends.
  public let due: Group
  /// Entries that wait for a later attempt.
  public let deferred: Group
  /// Entries that the server may or may not have received, or is receiving.
  public let inDoubt: Group
  /// Entries that became dead letters.
  public let dead: Group
  /// The number of entries in doubt of which only a person can tell whether they have arrived.
  public let undecided: Int
  /// The oldest dead letter, and what the server said about it.
  public let firstDead: (id: EntryID, message: String)?

  package init(
    due: Group, deferred: Group, inDoubt: Group, dead: Group, undecided: Int,
    firstDead: (id: EntryID, message: String)?
  ) {
    self.due = due
    self.deferred = deferred
    self.inDoubt = inDoubt
    self.dead = dead
    self.undecided = undecided
    self.firstDead = firstDead
  }
}
