import MemctlCore
import MemoryModel

/// What holds when the faults have stopped and everyone has synced a bounded number of times.
extension World {
  func quiesce() {
    heading("Faults stop.")
    calmDown()
    // A day on, every pause is over, but so is the time for which the server knows a key.
    let longest = chance.below(4)
    for round in 0..<14 where violation == nil {
      advance(seconds: round == longest ? 90_000 : 4_000)
      if round == 0 || round == 5 { retryRejected(again: round > 0) }
      settleDoubts()
      for machine in machines {
        // Where the server fails at everything, nobody knows whether it is the server or the entries.
        if round < 8, machine.entries().contains(where: { $0.state != "dead" }) {
          storeSomethingPlain(on: machine)
        }
        run(on: machine, nil) { try $0.sync() }
      }
      checkMachines()
      // What was stored for the others' sake takes another round to reach everyone.
      if round > 8, machines.allSatisfy({ !$0.entries().contains { $0.state != "dead" } }) { break }
    }
    if hazards.contains(.serverClock) {
      // What was written while the clock was wrong, and nobody saw that, is found once a week.
      advance(seconds: 8 * 86_400)
      for machine in machines { run(on: machine, nil) { try $0.sync() } }
    }
    checkAgreement(orphans: false)
    for _ in 0..<2 where violation == nil {
      for machine in machines {
        run(on: machine, nil) { try $0.resync() }
        advance(seconds: 200)
      }
      for machine in machines { run(on: machine, nil) { try $0.sync() } }
      checkMachines()
    }
    checkAgreement(orphans: true)
  }

  /// The user tries again what only a proxy had rejected.
  private func retryRejected(again: Bool) {
    for machine in machines {
      for entry in machine.entries() where entry.state == "dead" {
        let isHopeless = entry.name.flatMap { truth[$0] }?.isRejected == true
        if again, isHopeless { continue }
        inProcess(of: machine, crash: nil) {
          _ = try $0.cache.queue.retry(EntryID(rawValue: entry.id))
        }
      }
    }
  }

  /// - Parameter orphans: whether a resync has taken care of them.
  private func checkAgreement(orphans: Bool) {
    if violation != nil { return }
    var onServer: [String: Int] = [:]
    for row in server.live {
      onServer[row.name, default: 0] += 1
      guard let item = truth[row.name], !item.isLoose else { continue }
      if row.content != server.text(of: item.content, isSensitive: row.isSensitive) {
        fail(.wrongFields, "\(item.name) says on the server: \(row.content)")
      }
    }
    for item in truth.items where orphans || !item.isOrphan {
      let count = onServer[item.name] ?? 0
      if item.isLoose, !item.isGroup {
        if count > 1 + item.extra {
          fail(.duplicate, "\(item.name), given up, is \(count) times on the server")
        }
      } else if !item.isLoose {
        check(count, item, wanted: item.isRejected ? 0 : item.wanted, on: "the server")
      }
    }
    for machine in machines { check(machine, onServer, orphans: orphans) }
  }

  private func check(_ count: Int, _ item: Truth.Item, wanted: Int, on place: String) {
    let text = "\(item.name) is \(count) times on \(place) instead of \(wanted)"
    if count < wanted { fail(.lost, text) }
    if count > wanted + item.extra { fail(item.wanted == 0 ? .cameBack : .duplicate, text) }
  }

  private func check(_ machine: Machine, _ onServer: [String: Int], orphans: Bool) {
    let counts = machine.counts()
    for item in truth.items where !item.isLoose && (orphans || !item.isOrphan) {
      if machine.missedRecord, !orphans { continue }
      if item.isRejected, machine.isCopy { continue }
      let isHere = !item.isRejected || item.owner == machine.index
      check(
        counts[item.name] ?? 0, item, wanted: isHere ? item.wanted : 0,
        on: "machine \(machine.index)")
    }
    for row in machine.memories() where orphans { check(row, on: machine) }
    let entries = machine.entries()
    for entry in entries where entry.state != "dead" {
      if entry.name.flatMap({ truth[$0] })?.isLoose == true { continue }
      fail(
        .queueNotEmpty,
        "entry \(entry.id) (\(entry.operation) of \(entry.name ?? "?")) is still \(entry.state) on machine \(machine.index)"
      )
    }
    checkDeadLetters(entries, of: machine)
    if orphans, let damage = machine.damage() {
      fail(.file, "machine \(machine.index): \(damage)")
    }
  }

  private func checkDeadLetters(_ entries: [Machine.Entry], of machine: Machine) {
    for entry in entries where entry.state == "dead" {
      let item = entry.name.flatMap { truth[$0] }
      if entry.errorKind == "invalid_input" || item?.isRejected == true { continue }
      if item?.isLoose == true { continue }
      // A change came too late for a memory that somebody has deleted.
      if item?.isRevised == true, item?.wanted == 0 { continue }
      fail(
        .deadLetter,
        "entry \(entry.id) (\(entry.operation) of \(entry.name ?? "?")) of machine \(machine.index) is dead for no reason of the server's"
      )
    }
    for id in machine.badEntries where !entries.contains(where: { $0.id == id }) {
      fail(.deadLetter, "entry \(id) of machine \(machine.index), which nobody can read, is gone")
    }
    for item in truth.items where item.isRejected && !item.isLoose && item.owner == machine.index {
      let count = entries.count { $0.state == "dead" && $0.name == item.name }
      if count != item.wanted {
        fail(
          .deadLetter, "\(item.name), rejected, has \(count) dead letters instead of \(item.wanted)"
        )
      }
    }
  }

  /// A memory as its machine keeps it against the server's row.
  private func check(_ row: Machine.Row, on machine: Machine) {
    guard let id = row.serverID, let item = truth[row.name], !item.isLoose else { return }
    guard let kept = server.row(id), kept.deletedAt == nil else {
      return fail(.duplicate, "\(row.name) on machine \(machine.index) has an id of nothing")
    }
    if item.isSensitive, !kept.isSensitive {
      fail(.wrongFields, "\(row.name) is not sensitive on the server")
    }
    let isOwnText = item.owner == machine.index && row.content == item.content
    guard row.content == kept.content || kept.isSensitive && isOwnText else {
      return fail(.wrongFields, "\(row.name) says on machine \(machine.index): \(row.content)")
    }
    if row.category != kept.category || Float(row.importance) != kept.importance
      || row.isSensitive != kept.isSensitive
    {
      fail(.wrongFields, "\(row.name) has other fields on machine \(machine.index)")
    }
  }
}
