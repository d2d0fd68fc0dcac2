import HTTPTransport
import MemctlCore
import System
import SQLite

/// One run of memctl: the real cache and the real engine, over a simulated network.
final class MemctlProcess {
  let name: String
  let life: Life
  let cache: Cache
  let engine: SyncEngine

  /// - Throws: what opening the cache throws, also where the process dies doing so.
  init(_ world: World, _ machine: Machine, name: String, life: Life) throws {
    self.name = name
    self.life = life
    let random = Randomness { [unowned world] in world.chance.next() }
    cache = try life.owningConnections { try Cache(path: machine.path, random: random) }
    let cancellation = Cancellation()
    let plants = world.plants
    engine = SyncEngine(
      cache: cache,
      requests: try Requests(
        address: "http://localhost:8080", key: "k", timeout: Exchange.patience),
      transport: plants.transport(SimulatedTransport(world, machine, life, name: name)),
      lock: SyncLock(cachePath: machine.path, patience: 0, cancellation: cancellation),
      cancellation: cancellation, policy: plants.policy, random: random,
      now: { [unowned world, unowned machine] in world.clock(of: machine) })
  }

  /// A further connection of this process.
  func connect(_ machine: Machine) throws -> Connection {
    try life.owningConnections { try Connection(path: machine.path) }
  }
}

/// What a test replaces to see whether the simulation notices.
public struct Plants {
  public var policy = RetryPolicy()
  public var transport: (any Transport) -> any Transport = { $0 }
  /// Stores a memory over a connection that dies with the process; nil for memctl's own way.
  public var store: ((Connection, MemoryFields, Timestamp) throws -> Void)?

  public init() {}
}
