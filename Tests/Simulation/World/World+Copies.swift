import Foundation
import SQLite

/// Copies of a machine's file, which are put back later or used on another machine.
extension World {
  func keepCopy(of machine: Machine) {
    do {
      guard let connection = try machine.observe() else { return }
      let path = "\(machine.path).copy"
      try? FileManager.default.removeItem(atPath: path)
      try connection.run("VACUUM INTO ?", path)
      machine.hasCopy = true
      note("m\(machine.index)", "keeps a copy of its file")
    } catch {
      fail(.file, "machine \(machine.index) cannot keep a copy: \(error)")
    }
  }

  func putCopyBack(on machine: Machine) {
    guard machine.hasCopy, machine.busy.isEmpty, machine.python.isIdle else { return }
    restart(machine)
    machine.replaceFile(by: "\(machine.path).copy")
    note("m\(machine.index)", "puts the copy of its file back")
    machine.isRefused = false
    excuseWhatIsOlder(on: machine)
    expectCopies(of: machine)
  }

  /// The user goes on with a copy on a new laptop, and with the old one as well.
  func useCopy(of machine: Machine) {
    guard machine.hasCopy, machines.count < 4 else { return }
    let path = "\(machine.path).\(machines.count).db"
    let copy = Machine(machines.count, path: path, processes: 1, server: server)
    copy.replaceFile(by: "\(machine.path).copy")
    copy.isCopy = true
    copy.blamed = machine.blamed
    machines.append(copy)
    note("m\(copy.index)", "uses the copy of machine \(machine.index)")
    expectCopies(of: copy)
  }

  /// What was written or changed after the copy was made is the user's own loss, unless the server
  /// has it.
  private func excuseWhatIsOlder(on machine: Machine) {
    let memories = machine.memories()
    let entries = machine.entries()
    machine.badEntries.removeAll { id in !entries.contains { $0.id == id } }
    machine.knownTrash = machine.trash()
    for item in truth.items where !item.isLoose {
      let isDeleted = item.deletedOn.contains(machine.index)
      guard item.owner == machine.index || isDeleted else { continue }
      let found = memories.filter { $0.name == item.name }
      let isCurrent =
        if isDeleted {
          found.allSatisfy { $0.serverID.flatMap(server.row).map { $0.deletedAt != nil } ?? false }
        } else if found.isEmpty, !item.isGroup, isOnServer(item) {
          true
        } else {
          found.count == item.wanted && found.allSatisfy { $0.content == item.content }
        }
      truth.change(item.name) {
        if !isCurrent { $0.isLoose = true }
        // It comes back with the next pull.
        if found.isEmpty, !isDeleted { $0.owner = nil }
      }
    }
  }

  private func isOnServer(_ item: Truth.Item) -> Bool {
    server.live.contains { $0.name == item.name }
  }

  /// Whether another machine has a memory that it has not sent.
  func isWaiting(_ name: String, onOthersThan machine: Machine) -> Bool {
    hazards.contains(.copies)
      && machines.contains { other in
        other !== machine
          && other.memories().contains { $0.name == name && $0.serverID == nil }
      }
  }

  /// A server that acts once on a key has each memory once. To another one, and of what nothing is
  /// queued for, a copy of the file is another client.
  private func expectCopies(of machine: Machine) {
    let entries = machine.entries().filter { $0.operation == "store" }
    for row in machine.memories() where row.serverID == nil {
      let isQueued = entries.contains { $0.localID == row.id }
      let isOnce = isQueued && server.conditions.honoursIdempotencyKeys
      if isOnce, truth[row.name]?.content == row.content { continue }
      truth.change(row.name) {
        $0.extra += 1
        // Two that say something else are two memories.
        if $0.content != row.content { $0.isLoose = true }
      }
    }
  }
}
