/// What goes wrong in some simulated worlds only, beyond a network that fails, processes that die and
/// records that make no sense.
public enum Hazard: String, CaseIterable, Sendable {
  /// Texts hold credentials, whole and in part, and nothing but the text tells memories apart.
  case credentials
  /// Something in between answers with any status and any body.
  case gateways
  /// The server fails at everything, because its database is away.
  case brokenDatabase
  /// The key is refused in the middle of a push, and accepted again later.
  case keyTrouble
  /// A store that was given up is queued again, or its memory is deleted.
  case secondThoughts
  /// Authors change what is written, and take things back.
  case revisions
  /// The clocks of machines jump.
  case clocks
  /// The server's clock is wrong for a while.
  case serverClock
  /// The Python server of a machine works through the queue as well.
  case pythonSide
  /// A copy of a machine's file is put back, or used beside it.
  case copies
  /// What was left out of an answer has to arrive with a later one.
  case skippedRecords

  /// Those in which more can happen than any engine could notice; `memctl-simulate --with` meets them.
  /// A program that read the queue sends an entry that memctl has sent, and its answer is lost; a copy
  /// of a file still holds the store of a memory that the original has deleted since; a server whose
  /// clock is behind for a moment takes a store in that moment, and what it has of it seems too old.
  static let open: Set<Hazard> = [.serverClock, .pythonSide, .copies]

  /// Those that a simulated world may meet.
  public static let tried = Set(allCases).subtracting(open)
}
