/// What stays the same while a simulated world exists.
public struct Conditions: Sendable {
  let machines: Int
  /// memctl processes on each machine.
  let processes: Int
  /// Seconds by which the server's clock is ahead.
  let skew: Double
  let honoursIdempotencyKeys: Bool
  /// Whether a delete of a memory that is gone is a 404, as with older servers.
  let forgetsDeleted: Bool
  /// A record that nobody can understand, in each full answer.
  let poison: String?
}

/// All that happens in a simulated world, drawn from a seed.
public struct Schedule: Sendable {
  public let seed: UInt64
  public let conditions: Conditions
  public var steps: [Step]

  public init(seed: UInt64) {
    self.seed = seed
    let chance = Chance(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 1)
    let machines = chance.weighted([(4, 1), (4, 2), (2, 3)])
    conditions = Conditions(
      machines: machines, processes: 1 + chance.below(3),
      skew: chance.oneIn(3) ? 0 : chance.seconds(-300...300),
      honoursIdempotencyKeys: chance.oneIn(3), forgetsDeleted: chance.oneIn(4),
      poison: chance.oneIn(5) ? chance.pick(Defects.records) : nil)
    let isCalm = chance.oneIn(8)
    steps = (1...(8 + chance.below(25))).map { number in
      Step(
        number: number, action: chance.weighted(Action.weights), machine: chance.below(machines),
        seed: chance.next(), hasFaults: !isCalm && !chance.oneIn(3), hasCompany: chance.oneIn(2),
        crash: chance.oneIn(4) ? Self.crash(chance) : nil)
    }
  }

  private static func crash(_ chance: Chance) -> Crash {
    let point = chance.pick(Crash.Point.allCases)
    // Early effects most of all, since every step has those.
    let limit = point == .statement ? chance.pick([4, 16, 64]) : chance.pick([1, 3, 8])
    return Crash(point: point, count: 1 + chance.below(limit))
  }
}
