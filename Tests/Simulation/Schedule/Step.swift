/// One thing that happens in a simulated world. All that it leaves to chance follows from its own
/// seed, so that taking one step out of a schedule leaves the others as they are.
public struct Step: Hashable, Sendable {
  /// Its place in the schedule as it was drawn, from 1.
  public let number: Int
  public let action: Action
  /// The machine it happens on.
  let machine: Int
  let seed: UInt64
  /// Whether the network may fail.
  var hasFaults: Bool
  /// Whether others may act while memctl waits for an answer.
  var hasCompany: Bool
  /// Where the process dies; nil where it lives on.
  var crash: Crash?
}

public enum Action: String, CaseIterable, Sendable {
  // What a user does with memctl.
  case store, delete, edit, retry, drop
  case sync, push, pull, resync, send
  // What happens to the machine.
  case wait, restart
  // What another program does to the file.
  case program, orphan, badEntry
  // What happens on the server.
  case serverStore, serverEdit, serverDelete, revokeKey, allowKey
  // What only some worlds meet.
  case change, undo, add, troubleKey, breakDatabase, mendDatabase, moveClock, moveServerClock
  case python, pythonDelete, keepCopy, putCopyBack, useCopy

  /// Those that happen in any world.
  public static let tried = Set(weights(in: Array(Hazard.tried)).map(\.element))

  /// How often each action happens in a world with these hazards.
  static func weights(in hazards: [Hazard]) -> [(weight: Int, element: Action)] {
    weights + hazards.flatMap { weightsOfHazards[$0] ?? [] }
  }

  private static let weightsOfHazards: [Hazard: [(weight: Int, element: Action)]] = [
    .keyTrouble: [(3, .troubleKey), (3, .allowKey)],
    .brokenDatabase: [(3, .breakDatabase), (3, .mendDatabase)],
    .secondThoughts: [(4, .drop), (5, .add)],
    .revisions: [(8, .change), (8, .undo)],
    .pythonSide: [(20, .python), (3, .pythonDelete), (5, .program)],
    .copies: [(8, .keepCopy), (5, .putCopyBack), (2, .useCopy)],
    .clocks: [(16, .moveClock)],
    .serverClock: [(6, .moveServerClock)],
  ]

  private static let weights: [(weight: Int, element: Action)] = [
    (24, .store), (9, .delete), (4, .edit), (4, .retry), (1, .drop), (22, .sync), (6, .push),
    (4, .pull),
    (6, .resync), (4, .send), (10, .wait), (2, .restart), (5, .program), (3, .orphan),
    (1, .badEntry), (3, .serverStore), (3, .serverEdit), (2, .serverDelete), (1, .revokeKey),
    (2, .allowKey),
  ]
}

/// The effect at which a process dies, counted from the start of its step.
public struct Crash: Hashable, Sendable {
  public enum Point: String, CaseIterable, Sendable {
    /// Before a statement runs; its transaction is lost.
    case statement
    /// With everything written, and nothing committed.
    case beforeCommit
    case afterCommit
    /// Before a request leaves.
    case beforeRequest
    /// With the request on its way.
    case afterRequest
    /// Before an answer is read.
    case beforeAnswer
  }

  let point: Point
  /// From 1.
  let count: Int
}
