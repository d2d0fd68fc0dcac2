import HTTPTransport

/// The network as one process sees it. While it waits, others act.
final class SimulatedTransport: Transport {
  private unowned let world: World
  private let machine: Machine
  private let life: Life
  private let name: String
  private var underWay: [Exchange] = []

  init(_ world: World, _ machine: Machine, _ life: Life, name: String) {
    self.world = world
    self.machine = machine
    self.life = life
    self.name = name
  }

  func start(_ request: HTTPRequest) -> ExchangeID {
    life.reach(.beforeRequest)
    let id = world.nextExchange()
    if life.isDead {
      underWay.append(unsent(id, request))
      return id
    }
    world.judge(request, of: machine)
    let exchange = world.network.send(request, id, of: machine, at: world.now, world.chance)
    world.note(name, "→ \(exchange.name)\(exchange.fault.map { "  ✗ \($0.rawValue)" } ?? "")")
    if let fault = exchange.fault { world.tally.count("fault." + fault.rawValue) }
    underWay.append(exchange)
    life.reach(.afterRequest)
    return id
  }

  func next() -> [ExchangeEnd] {
    if underWay.isEmpty { return [] }
    if !life.isDead { world.company(of: machine) }
    life.reach(.beforeAnswer)
    if life.isDead {
      defer { underWay = [] }
      return underWay.map { ExchangeEnd(id: $0.id, result: .failure(.lost("dead"))) }
    }
    // When an exchange ends is known once it has arrived.
    while earliest.endsAt > world.now { world.advanceOnce(to: earliest.endsAt) }
    let ended = underWay.filter { $0.endsAt <= world.now }
      .sorted { ($0.endsAt, $0.id.rawValue) < ($1.endsAt, $1.id.rawValue) }
    underWay.removeAll { $0.endsAt <= world.now }
    for exchange in ended { world.delivered(exchange, by: name) }
    return ended.map { ExchangeEnd(id: $0.id, result: $0.result) }
  }

  private var earliest: Exchange {
    underWay.min { ($0.endsAt, $0.id.rawValue) < ($1.endsAt, $1.id.rawValue) }!
  }

  private func unsent(_ id: ExchangeID, _ request: HTTPRequest) -> Exchange {
    Exchange(id, request, of: machine, fault: nil, at: world.now, lateness: 0, returnDelay: 0)
  }
}
