import HTTPTransport
import MemctlCore
import MemoryAPI

/// Carries requests to the server and answers back, as the weather lets it.
///
/// What is on its way arrives whatever becomes of the process that sent it.
final class Network {
  private let server: Server
  private var arrivals: [(time: Timestamp, exchange: Exchange)] = []
  var weather = Weather.fine

  init(_ server: Server) { self.server = server }

  var nextArrival: Timestamp? { arrivals.map(\.time).min() }

  func send(
    _ request: HTTPRequest, _ id: ExchangeID, of machine: Machine, at now: Timestamp,
    _ chance: Chance
  ) -> Exchange {
    var fault = weather.fault(chance)
    // Who says that a memory is gone is believed.
    if fault == .status404, [.delete, .put].contains(request.method) { fault = nil }
    // Python believes whatever it can read, and has no key that could be repeated.
    let isPython = request.method == .post && Server.header("Idempotency-Key", of: request) == nil
    if isPython, [.repeated, .nonsense, .foreignID, .redirect].contains(fault) { fault = .html }
    if fault == .gateway, weather.gateway?.answers(request) != true { fault = nil }
    let way = chance.oneIn(4) ? chance.seconds(0...5) : chance.seconds(0.001...0.2)
    let exchange = Exchange(
      id, request, of: machine, fault: fault, at: now,
      lateness: fault == .commitLate ? chance.seconds(1...100) : 0,
      returnDelay: chance.oneIn(4) ? chance.seconds(0...24) : chance.seconds(0.001...0.2))
    exchange.gateway = fault == .gateway ? weather.gateway : nil
    let arrival = now.advanced(bySeconds: way)
    switch fault {
    case .refused:
      exchange.end(.failure(.notSent("connection refused")), at: arrival)
    case .requestLost:
      exchange.end(.failure(.lost("connection broke")), at: arrival)
    case .requestLate:
      arrivals.append((now.advanced(bySeconds: chance.seconds(31...90)), exchange))
    case .repeated where request.method != .post || server.conditions.honoursIdempotencyKeys:
      arrivals.append((arrival, exchange))
      arrivals.append((now.advanced(bySeconds: chance.seconds(0...60)), exchange))
    default:
      arrivals.append((arrival, exchange))
    }
    return exchange
  }

  /// Lets arrive what is due.
  ///
  /// - Returns: the exchanges that arrived.
  func advance(to now: Timestamp, _ chance: Chance) -> [Exchange] {
    var arrived: [Exchange] = []
    while let index = arrivals.indices.filter({ arrivals[$0].time <= now })
      .min(by: { arrivals[$0].time < arrivals[$1].time })
    {
      let (time, exchange) = arrivals.remove(at: index)
      arrive(exchange, at: time, chance)
      arrived.append(exchange)
    }
    return arrived
  }

  private func arrive(_ exchange: Exchange, at time: Timestamp, _ chance: Chance) {
    if let status = exchange.fault?.status {
      let answer = Disturbance.answer(status, at: time, chance)
      exchange.end(.success(answer), at: time.advanced(bySeconds: exchange.returnDelay))
      return
    }
    if let gateway = exchange.gateway {
      exchange.end(.success(gateway.answer), at: time.advanced(bySeconds: exchange.returnDelay))
      return
    }
    let isUndone = [.html, .nonsense, .foreignID, .redirect].contains(exchange.fault)
    var answer: Server.Answer?
    if !isUndone {
      answer = server.answer(exchange.request, at: time, lateness: exchange.lateness)
    }
    // A second arrival changes nothing for who waits.
    if exchange.hasArrived { return }
    exchange.hasArrived = true
    let back = max(time, answer?.readyAt ?? time).advanced(bySeconds: exchange.returnDelay)
    exchange.end(Disturbance(exchange, server).result(answer, at: time, chance), at: back)
  }
}
