import MemoryModel

/// The entries that a push has to send, sorted by subject: one lane for each memory.
///
/// The entries of one lane are sent one after another; those of different lanes, side by side.
struct Lanes {
  private var lanes: [Lane]
  /// Lanes before this one are busy or empty.
  private var next = 0

  private struct Lane {
    var entries: ArraySlice<EntryID>
    var isBusy = false
  }

  /// A lane ends at an entry that has to wait, since the entries after it may depend on it. A dead
  /// letter waits for the user and holds up nothing.
  ///
  /// - Parameters:
  ///   - only: the entries to send; nil for all.
  ///   - isCareful: whether the server may still be unreachable.
  init(_ entries: [QueueEntry], only: Set<EntryID>?, isCareful: Bool, _ gate: SendGate) {
    var order: [QueueEntry.Subject] = []
    var lanes: [QueueEntry.Subject: [EntryID]] = [:]
    var closed: Set<QueueEntry.Subject> = []
    for entry in entries where entry.state != .dead {
      let subject = entry.subject
      // An entry that is selected also waits for unselected ones before it.
      if let only, !only.contains(entry.id) { closed.insert(subject) }
      if !gate.isOpen(for: entry) { closed.insert(subject) }
      if closed.contains(subject) { continue }
      if lanes[subject] == nil { order.append(subject) }
      lanes[subject, default: []].append(entry.id)
    }
    // Entries that got no proper answer go last, so that they cannot keep the others from being
    // sent.
    let failed = Set(
      entries.lazy.filter { $0.lastError.map { $0.kind != .rejected } ?? false }.map(\.id))
    var (first, last) = order.map { lanes[$0]! }.reduce(into: ([[EntryID]](), [[EntryID]]())) {
      if failed.contains($1[0]) { $0.1.append($1) } else { $0.0.append($1) }
    }
    // When entries are sent one at a time, an entry that breaks every connection is rarely both the
    // oldest and the newest.
    if isCareful, first.count > 2 { first.insert(first.removeLast(), at: 1) }
    self.lanes = (first + last).map { Lane(entries: $0[...]) }
  }

  /// The number of entries that are left.
  var count: Int { lanes.reduce(0) { $0 + $1.entries.count } }

  /// Whether every lane has been tried since one was last freed.
  var isExhausted: Bool { next >= lanes.count }

  /// Adds a lane with one entry after all others.
  mutating func append(_ entry: EntryID) { lanes.append(Lane(entries: [entry])) }

  /// The next entry, and the lane that it came from.
  mutating func popFirst() -> (lane: Int, entry: EntryID)? {
    while next < lanes.count {
      if !lanes[next].isBusy, let entry = lanes[next].entries.popFirst() { return (next, entry) }
      next += 1
    }
    return nil
  }

  /// Notes that an entry of a lane is being sent; the lane waits until that ends.
  mutating func occupy(_ lane: Int) { lanes[lane].isBusy = true }

  /// Notes that no entry of a lane is on its way any more.
  mutating func free(_ lane: Int) {
    lanes[lane].isBusy = false
    next = min(next, lane)
  }

  /// Leaves the rest of a lane to another push.
  mutating func close(_ lane: Int) { lanes[lane].entries = [] }

  /// Puts an entry that was not sent back to the front of its lane.
  mutating func putBack(_ entry: EntryID, to lane: Int) {
    lanes[lane].entries.insert(entry, at: lanes[lane].entries.startIndex)
    free(lane)
  }
}
