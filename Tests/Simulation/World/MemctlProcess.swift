import MemoryStore
import HTTPTransport
import MemctlCore
import MemoryAPI
import MemoryModel
import MemorySync
import SQLite
import System

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
    cache = try life.owningConnections { Cache(try Database(path: machine.path, random: random)) }
    let cancellation = Cancellation()
    let plants = world.plants
    let requests = try Requests(
      address: "http://localhost:8080", key: "k", timeout: Exchange.patience)
    let transport = plants.transport(SimulatedTransport(world, machine, life, name: name))
    engine = SyncEngine(
      cache.database, APIClient(requests, over: transport),
      lock: SyncLock(cachePath: machine.path, patience: 0, cancellation: cancellation),
      SyncConditions(
        policy: plants.policy, random: random,
        now: { [unowned world, unowned machine] in world.clock(of: machine) },
        cancellation: cancellation))
  }

  /// A further connection of this process.
  func connect(_ machine: Machine) throws -> Connection {
    try life.owningConnections { try Connection(path: machine.path) }
  }
}

/// What a test replaces to see whether the simulation notices.
public struct Plants {
  package var policy = RetryPolicy()
  public var transport: (any Transport) -> any Transport = { $0 }
  /// Stores a memory over a connection that dies with the process; nil for memctl's own way.
  public var store: ((Connection, MemoryFields, Timestamp) throws -> Void)?

  public init() {}
}
