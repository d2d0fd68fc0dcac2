import HTTPTransport
import Foundation
import MemctlCore
import MemoryAPI
import MemoryModel

/// Machines, their users and a server, all on one thread and one clock, which moves only while
/// somebody waits.
final class World {
  let schedule: Schedule
  let plants: Plants
  let server: Server
  let network: Network
  var machines: [Machine] = []
  let truth = Truth()
  private(set) var now = Timestamp("2026-03-01T12:00:00.5+00:00")!
  /// What the present step leaves to chance.
  private(set) var chance: Chance
  private(set) var hasCompany = false
  var depth = 0
  private(set) var trace = Trace()
  var tally = Tally()
  /// The first promise that did not hold.
  private(set) var violation: Violation?
  /// The key that each store went out with, by the memory's name.
  var keys: [String: String] = [:]
  /// They outlive the connections that they watch.
  private var lives: [Life] = []
  private var exchanges = 0

  init(_ schedule: Schedule, folder: String, plants: Plants) {
    self.schedule = schedule
    self.plants = plants
    chance = Chance(seed: schedule.seed)
    server = Server(schedule.conditions)
    network = Network(server)
    machines = (0..<schedule.conditions.machines).map {
      Machine(
        $0, path: "\(folder)/memory\($0).db", processes: schedule.conditions.processes,
        server: server)
    }
  }

  var hazards: [Hazard] { schedule.conditions.hazards }

  // MARK: Telling

  func note(_ who: String, _ what: String) {
    let seconds = now.seconds(since: Timestamp("2026-03-01T12:00:00.5+00:00")!)
    let indent = String(repeating: "  ", count: depth)
    trace.note("    \(indent)\(String(format: "%10.3f", seconds))  \(who): \(what)")
  }

  func heading(_ text: String) { trace.note(text) }

  func fail(_ kind: Violation.Kind, _ message: String) {
    note("VIOLATION", "\(kind.rawValue): \(message)")
    if violation == nil { violation = Violation(kind: kind, message: message) }
  }

  // MARK: Time

  func nextExchange() -> ExchangeID {
    exchanges += 1
    return ExchangeID(rawValue: exchanges)
  }

  /// Moves the clock, and lets arrive and commit what is due until then.
  func advance(to time: Timestamp) {
    while now < time { advanceOnce(to: time) }
  }

  /// The same up to the first thing that happens.
  func advanceOnce(to time: Timestamp) {
    let due = [network.nextArrival, server.nextCommit].compactMap { $0 }.min() ?? time
    now = max(now, min(due, time))
    server.advance(to: now)
    for exchange in network.advance(to: now, chance) { note("server", "got \(exchange.name)") }
    server.advance(to: now)
  }

  /// The time that a machine takes it for.
  func clock(of machine: Machine) -> Timestamp { now.advanced(bySeconds: machine.clockError) }

  func advance(seconds: Double) { advance(to: now.advanced(bySeconds: seconds)) }

  // MARK: Steps

  func perform(_ step: Step) {
    chance = Chance(seed: step.seed)
    hasCompany = step.hasCompany
    network.weather = step.hasFaults ? .drawn(chance, in: hazards) : .fine
    var extras = step.hasFaults ? "" : ", fine weather"
    if let crash = step.crash { extras += ", dies at \(crash.point.rawValue) \(crash.count)" }
    heading("\(step.number). machine \(step.machine): \(step.action.rawValue)\(extras)")
    tally.count("step." + step.action.rawValue)
    act(step.action, on: place(of: step), crash: step.crash)
    // Nobody is quicker than a millisecond.
    advance(seconds: chance.oneIn(3) ? chance.seconds(0.001...60) : 0.001)
  }

  /// Now and then a step of a machine happens to a copy of a machine's file.
  private func place(of step: Step) -> Machine {
    let copies = machines.dropFirst(schedule.conditions.machines)
    return copies.isEmpty || !chance.oneIn(3) ? machines[step.machine] : chance.pick(Array(copies))
  }

  /// Fine weather and a chance of its own for what the checks do in the end.
  func calmDown() {
    chance = Chance(seed: schedule.seed &+ 99)
    hasCompany = false
    network.weather = .fine
    for machine in machines { finishPython(on: machine) }
    server.acceptsKey = true
    server.requestsUntilRefusal = nil
    server.isBroken = false
    server.clockError = 0
    for machine in machines {
      machine.clockError = 0
      restart(machine)
    }
  }

  /// Lets others act while a process of this machine waits for an answer.
  func company(of machine: Machine) {
    guard hasCompany, depth < 2, chance.oneIn(5) else { return }
    depth += 1
    defer { depth -= 1 }
    let action = chance.weighted(Action.weights(in: hazards))
    if action == .restart || action == .wait { return }
    // What a refusal was about cannot be known where the key is accepted again before it is asked.
    if action == .allowKey, hazards.contains(.keyTrouble) { return }
    let place = chance.oneIn(2) ? machine : chance.pick(machines)
    let crash =
      chance.oneIn(10)
      ? Crash(point: chance.pick(Crash.Point.allCases), count: 1 + chance.below(6)) : nil
    note("meanwhile", "machine \(place.index): \(action.rawValue)")
    tally.count("meanwhile." + action.rawValue)
    act(action, on: place, crash: crash)
  }

  // MARK: Processes

  /// Runs `body` in a process of the machine, which dies where `crash` says.
  ///
  /// - Returns: false when it died.
  @discardableResult
  func inProcess(
    of machine: Machine, crash: Crash?, _ body: (MemctlProcess) throws -> Void
  ) -> Bool {
    // Who waits for an answer is busy; it is the first, so that others can act meanwhile.
    let free = machine.processes.indices.filter { !machine.busy.contains($0) }
    let index = free.isEmpty ? machine.addProcess() : chance.pick(free)
    let life = machine.processes[index]?.life ?? Life()
    if machine.processes[index] == nil { lives.append(life) }
    let name = "m\(machine.index)p\(index)"
    machine.busy.append(index)
    defer { machine.busy.removeAll { $0 == index } }
    life.plan(crash)
    do {
      let process =
        try machine.processes[index] ?? MemctlProcess(self, machine, name: name, life: life)
      machine.processes[index] = process
      try body(process)
    } catch let problem as Problem {
      if !life.isDead { judge(problem, on: machine, name) }
    } catch {
      if !life.isDead { fail(.file, "\(name) failed: \(error)") }
    }
    guard life.end() else { return true }
    note(name, "☠ dead")
    if let crash { tally.count("crash." + crash.point.rawValue) }
    machine.processes[index] = nil
    machine.isRefused = false
    return false
  }

  private func judge(_ problem: Problem, on machine: Machine, _ name: String) {
    // Who holds the lock is named by its process id and the host's time.
    if problem.kind == .busy, machine.isSyncing { return note(name, "another one is syncing") }
    note(name, "problem: \(problem.message)")
    fail(.file, "\(name): \(problem.message)")
  }

  /// Ends all processes of a machine that are not in the middle of something.
  func restart(_ machine: Machine) {
    for index in machine.processes.indices where !machine.busy.contains(index) {
      machine.processes[index] = nil
    }
  }
}
