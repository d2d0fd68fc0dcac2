import HTTPTransport
import JSON
import MemctlCore

/// What is checked while things happen.
extension World {
  /// Judges a request that is about to leave.
  func judge(_ request: HTTPRequest, of machine: Machine) {
    let path = Server.path(of: request)
    if machine.isRefused, path != "/health", path != "/api/auth-check" {
      fail(
        .sentAfterRefusal,
        "machine \(machine.index) asks \(path) though the server refused its key")
    }
    if request.method == .post { judgeKey(of: request) }
  }

  /// A store goes out with the same key each time, unless the user has changed it.
  private func judgeKey(of request: HTTPRequest) {
    guard
      let name = (try? JSONValue(parsing: request.body ?? []))?["content"]?.string
        .flatMap(Truth.name(in:)), let item = truth[name], !item.isGroup, !item.isLoose
    else { return }
    let key = request.headers.first { $0.name == "Idempotency-Key" }?.value
    guard let key else { return fail(.keyChanged, "\(name) goes out without a key") }
    if let known = keys[name], known != key { fail(.keyChanged, "\(name) has another key") }
    keys[name] = key
  }

  /// Takes note of an answer that a process reads.
  func delivered(_ exchange: Exchange, by name: String) {
    let machine = exchange.machine
    let path = Server.path(of: exchange.request)
    switch exchange.result {
    case .failure(let failure):
      note(name, "← \(exchange.name): \(failure)")
    case .success(let response):
      note(name, "← \(exchange.name): \(response.status)")
      let isAuthCheck = path == "/api/auth-check"
      let body = response.body.withBytes { try? JSONValue(parsing: $0) }
      // The key does not go along with /health, and only the server knows which ones it accepts.
      let isRefusal =
        response.status == 401 && path != "/health" || response.status == 403 && isAuthCheck
      if isRefusal, Server.isOwn(response) {
        machine.isRefused = true
      }
      // Where there is no auth-check, there is no telling but trying.
      if isAuthCheck || path == "/health", response.status == 200,
        body?["status"]?.string == "ok"
      {
        machine.isRefused = false
      }
      if exchange.request.method != .get, blames(response) {
        machine.failures += 1
        machine.blamed.insert(exchange.subject)
      }
    }
  }

  /// Whether an answer to an entry says of this entry that the server will not have it.
  private func blames(_ response: HTTPResponse) -> Bool {
    let text = String(decoding: response.body.withBytes { Array($0) }, as: UTF8.self)
    if text.contains(Server.refusal) || server.isBroken && response.status >= 500 { return false }
    if [400, 403, 404, 405, 409, 413, 422, 500].contains(response.status) {
      return !hazards.contains(.gateways) || Server.isOwn(response)
    }
    return (400..<600).contains(response.status) && Server.isOwn(response)
  }

  /// Whether what a machine shows of a memory is only what the server left of it, while it is in doubt
  /// which memory that is.
  private func isUnrecognized(_ item: Truth.Item, on machine: Machine) -> Bool {
    machine.entries().contains { $0.name == item.name && $0.state == "in_doubt" }
      && machine.memories().allSatisfy { $0.name != item.name || $0.content != item.content }
  }

  /// What holds at every moment, of every machine, without a look at the server.
  func checkMachines() {
    for machine in machines {
      let counts = machine.counts()
      for item in truth.items where !item.isLoose {
        let count = counts[item.name] ?? 0
        if item.owner == machine.index, count < item.wanted {
          fail(
            .lost,
            "\(item.name) is \(count) times on machine \(machine.index), which wrote \(item.wanted)"
          )
        }
        if item.deletedOn.contains(machine.index), count > 0, !isUnrecognized(item, on: machine) {
          fail(.cameBack, "\(item.name) is back on machine \(machine.index), where it was deleted")
        }
      }
      checkEntries(of: machine)
      if hazards.contains(.clocks) { checkTrash(of: machine) }
    }
  }

  /// No world lasts for 30 days, so nothing leaves the trash but by the user's will.
  private func checkTrash(of machine: Machine) {
    let trash = machine.trash()
    for (id, name) in machine.knownTrash where trash[id] == nil {
      guard let item = truth[name], item.deletedOn.isEmpty, !item.isGroup, !item.isRevised else {
        continue
      }
      fail(.lost, "a version of \(name) is gone from the trash of machine \(machine.index)")
    }
    machine.knownTrash = trash
  }

  private func checkEntries(of machine: Machine) {
    for row in machine.memories() {
      guard let id = row.serverID, let kept = server.row(id), kept.name != row.name else {
        continue
      }
      fail(.mistaken, "\(row.name) on machine \(machine.index) has the id of \(kept.name)")
    }
    let entries = machine.entries()
    for (entry, next) in zip(entries, entries.dropFirst()) where entry.id == next.id {
      fail(.duplicate, "entry \(entry.id) of machine \(machine.index) stands in two tables")
    }
    for entry in entries where entry.state == "dead" && entry.errorKind == "rejected" {
      if machine.blamed.contains(entry.subject) { continue }
      fail(
        .deadLetter,
        "entry \(entry.id) (\(entry.subject)) of machine \(machine.index) is dead, which the server never said"
      )
    }
    let spokenFor = entries.filter { $0.operation == "store" }.compactMap(\.localID)
    for row in machine.memories() where row.serverID == nil && !spokenFor.contains(row.id) {
      guard let item = truth[row.name], !item.isOrphan, !item.isLoose else { continue }
      fail(.halfWritten, "\(row.name) on machine \(machine.index) has neither server id nor entry")
    }
  }
}
