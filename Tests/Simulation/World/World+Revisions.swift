import MemctlCore
import MemoryAPI
import MemoryModel

/// A user who changes what is written, and takes things back.
extension World {
  /// Whether it is known what becomes of a memory when its author changes it.
  private func isRevisable(_ name: String, on machine: Machine) -> Bool {
    guard let item = truth[name], item.owner == machine.index else { return false }
    if machine.isCopy || isHeldByPython(name) || isWaiting(name, onOthersThan: machine) {
      return false
    }
    return !item.isGroup && !item.isLoose && !item.isWithheld && !item.isOrphan && !item.isPlain
  }

  func changeMemory(on machine: Machine, _ crash: Crash?) {
    let rows = machine.memories().filter { row in
      // Where two change a memory at once, nobody can say who is right.
      guard let item = truth[row.name], !item.isEdited, !item.isRejected else { return false }
      return isRevisable(row.name, on: machine) && row.content == item.content
    }
    if rows.isEmpty { return }
    let row = chance.pick(rows)
    let content = "\(row.name) changed \(chance.below(1_000))"
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "changes \(row.name) (\(row.id), server \(row.serverID ?? 0))")
      defer {
        if machine.memories().contains(where: { $0.id == row.id && $0.content == content }) {
          keys[row.name] = nil
          truth.change(row.name) {
            $0.content = content
            $0.isRevised = true
          }
        }
      }
      do {
        _ = try process.cache.edit(
          LocalID(rawValue: row.id), [.content: .text(content)], at: clock(of: machine))
      } catch let problem as Problem where problem.kind == .busy {
        note(process.name, "problem: \(problem.message)")
      }
    }
  }

  func undo(on machine: Machine, _ crash: Crash?) {
    guard let change = machine.changes().first(where: { isRevisable($0.name, on: machine) }),
      let item = truth[change.name]
    else { return }
    // What the server rejects is in the queue alone, and an edit that mended it is not taken back.
    if item.isRejected || Self.isRejected(change.former) { return }
    if change.action == "edit" && item.isEdited { return }
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "undoes \(change.action) of \(change.name)")
      defer { noteUndone(change, on: machine) }
      do {
        try process.cache.journal.undo(ChangeID(rawValue: change.id), at: clock(of: machine))
      } catch let problem as Problem where [.busy, .refused, .invalidInput].contains(problem.kind) {
        note(process.name, "problem: \(problem.message)")
      }
    }
  }

  /// What was taken back is read from the file: the process may have died before or after.
  private func noteUndone(_ change: Machine.UserChange, on machine: Machine) {
    guard machine.isUndone(change) else { return }
    keys[change.name] = nil
    let row = machine.memories().first { $0.name == change.name }
    truth.change(change.name) {
      $0.isRevised = true
      if let row {
        $0.content = row.content
        $0.wanted = 1
        $0.deletedOn = []
      } else {
        $0.wanted = 0
        $0.deletedOn.append(machine.index)
      }
    }
  }

  static func isRejected(_ content: String) -> Bool {
    content.count > 1_400 || ["403 ", "413 ", "500 "].contains { content.hasPrefix($0) }
  }
}

extension Machine {
  /// A change to one memory that stands in the journal.
  struct UserChange {
    let id: Int64
    let action: String
    let name: String
    /// What the memory said before; empty if it did not exist.
    let former: String
  }

  /// The latest first.
  func changes() -> [UserChange] {
    query(
      """
      SELECT j.id, j.action, coalesce(m.content, t.content, ''), coalesce(f.content, '')
      FROM memctl_journal j JOIN memctl_journal_items i ON i.change_id = j.id
        LEFT JOIN memories m ON m.id = i.memory_id
        LEFT JOIN memctl_trash f ON f.id = i.trash_id
        LEFT JOIN memctl_trash t ON t.id = (
          SELECT max(id) FROM memctl_trash WHERE memory_id = i.memory_id)
      WHERE j.undone_at IS NULL AND i.kind <> 'dropped'
      ORDER BY j.id DESC LIMIT 5
      """
    ) {
      UserChange(
        id: $0.int64(0), action: $0.text(1), name: Truth.name(in: $0.text(2)) ?? "",
        former: $0.text(3))
    }
  }

  func isUndone(_ change: UserChange) -> Bool {
    !query("SELECT id FROM memctl_journal WHERE id = \(change.id) AND undone_at IS NOT NULL") {
      $0.int64(0)
    }.isEmpty
  }
}
