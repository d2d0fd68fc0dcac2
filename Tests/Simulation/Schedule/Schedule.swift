import MemorySync

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
  /// Whether it keeps as it is what its user marked as sensitive, if it finds no credential there.
  let keepsSensitive: Bool
  /// A record that nobody can understand, in each full answer.
  let poison: String?
  /// In their order, so that they read alike each time.
  let hazards: [Hazard]
}

/// All that happens in a simulated world, drawn from a seed.
public struct Schedule: Sendable {
  public let seed: UInt64
  public let conditions: Conditions
  public var steps: [Step]

  /// - Parameter hazards: those that this world may meet; it meets a third of them.
  public init(seed: UInt64, hazards: Set<Hazard> = Hazard.tried) {
    self.seed = seed
    let chance = Chance(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 1)
    let hazardChance = Chance(seed: seed &* 0x9e37_79b9_7f4a_7c15 &+ 7)
    let hazards = Hazard.allCases.filter { hazardChance.oneIn(3) && hazards.contains($0) }
    let machines = chance.weighted([(4, 1), (4, 2), (2, 3)])
    conditions = Conditions(
      machines: machines, processes: 1 + chance.below(3),
      skew: chance.oneIn(3) ? 0 : chance.seconds(-300...300),
      honoursIdempotencyKeys: chance.oneIn(3), forgetsDeleted: chance.oneIn(4),
      keepsSensitive: hazardChance.oneIn(2),
      poison: chance.oneIn(5) ? chance.pick(Defects.records) : nil, hazards: hazards)
    let actions = Action.weights(in: hazards)
    let isCalm = chance.oneIn(8)
    steps = (1...(8 + chance.below(25))).map { number in
      Step(
        number: number, action: chance.weighted(actions), machine: chance.below(machines),
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
