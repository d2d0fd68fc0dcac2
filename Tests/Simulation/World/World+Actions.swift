import MemctlCore
import MemoryAPI
import MemoryModel
import MemorySync
import SQLite

/// What happens in a step.
extension World {
  func act(_ action: Action, on machine: Machine, crash: Crash?) {
    switch action {
    case .store: storeMemories(on: machine, crash)
    case .delete: deleteMemory(on: machine, crash)
    case .edit: editEntry(on: machine, crash)
    case .change: changeMemory(on: machine, crash)
    case .undo: undo(on: machine, crash)
    case .retry: retry(on: machine, crash)
    case .drop: drop(on: machine, crash)
    case .sync: run(on: machine, crash) { try $0.sync() }
    case .push:
      let limit = chance.oneIn(3) ? 1 + chance.below(5) : nil
      run(on: machine, crash) { try $0.push(limit: limit) }
    case .pull: run(on: machine, crash) { try $0.pull() }
    case .resync: run(on: machine, crash) { try $0.resync() }
    case .send:
      guard !machine.isSyncing, let entry = anyEntry(of: machine) else { return }
      run(on: machine, crash) { try $0.send([EntryID(rawValue: entry.id)]) }
    case .wait: advance(seconds: chance.pick([5, 40, 125, 300, 1_000, 4_000]))
    case .restart: restart(machine)
    case .program: storeByProgram(on: machine)
    case .orphan: leaveOrphans(on: machine)
    case .badEntry: leaveBadEntry(on: machine)
    case .serverStore: storeOnServer()
    case .serverEdit: editOnServer()
    case .serverDelete: deleteOnServer()
    case .revokeKey: server.acceptsKey = false
    case .allowKey: server.acceptsKey = true
    case .add: add(on: machine, crash)
    case .troubleKey:
      server.requestsUntilRefusal = chance.pick([2, 5, 10, 20])
      server.refusalStatus = chance.pick([401, 403, 403])
    case .breakDatabase: server.isBroken = true
    case .mendDatabase: server.isBroken = false
    case .python: goOnWithPython(on: machine)
    case .pythonDelete: deleteByPython(on: machine)
    case .keepCopy: keepCopy(of: machine)
    case .putCopyBack: putCopyBack(on: machine)
    case .useCopy: useCopy(of: machine)
    case .moveClock:
      machine.clockError =
        chance.pick([0, 1, -1]) * chance.pick([60, 600, 5_000, 90_000, 3_456_000])
      note("m\(machine.index)", "has a clock that is wrong by \(machine.clockError)")
    case .moveServerClock:
      server.clockError = chance.pick([0, 1, -1]) * chance.pick([600, 5_000, 90_000])
      note("server", "has a clock that is wrong by \(server.clockError)")
    }
  }

  // MARK: Syncing

  func run(
    on machine: Machine, _ crash: Crash?, _ operation: (SyncEngine) throws -> SyncReport
  ) {
    let attempts = machine.entries().reduce(0) { $0 + $1.attempts }
    let failures = machine.failures
    let isOuter = !machine.isSyncing
    inProcess(of: machine, crash: crash) { process in
      machine.isSyncing = true
      defer { if isOuter { machine.isSyncing = false } }
      let report = try operation(process.engine)
      note(process.name, report.summary)
    }
    if !isOuter { return }
    machine.isSyncing = false
    let counted = machine.entries().reduce(0) { $0 + $1.attempts } - attempts
    if counted > machine.failures - failures {
      fail(
        .counterMoved,
        "machine \(machine.index) counted \(counted) attempts, the server failed \(machine.failures - failures) times"
      )
    }
  }

  func anyEntry(of machine: Machine) -> Machine.Entry? {
    let entries = machine.entries()
    return entries.isEmpty ? nil : chance.pick(entries)
  }

  private func retry(on machine: Machine, _ crash: Crash?) {
    guard let entry = anyEntry(of: machine) else { return }
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "retries entry \(entry.id)")
      _ = try process.cache.queue.retry(EntryID(rawValue: entry.id))
    }
  }

  /// The user changes a memory that waits, or that the server rejected.
  private func editEntry(on machine: Machine, _ crash: Crash?) {
    let entries = machine.entries().filter { entry in
      guard let item = entry.name.flatMap({ truth[$0] }), !item.isGroup, !item.isLoose else {
        return false
      }
      // What Python has read goes out as it was, and so does what a copy of the file has.
      if isHeldByPython(item.name) || isWaiting(item.name, onOthersThan: machine) { return false }
      return entry.operation == "store" && (entry.state == "pending" || entry.state == "dead")
    }
    if entries.isEmpty { return }
    let entry = chance.pick(entries)
    let name = entry.name!
    let content = "\(name) changed"
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "edits entry \(entry.id) of \(name)")
      defer {
        if machine.memories().contains(where: { $0.name == name && $0.content == content }) {
          truth.change(name) {
            $0.content = content
            $0.isRejected = false
          }
          keys[name] = nil
        }
      }
      do {
        _ = try process.cache.queue.edit(
          EntryID(rawValue: entry.id), [.content: .text(content)], at: clock(of: machine))
      } catch let problem as Problem where problem.kind == .invalidInput {
        note(process.name, "problem: \(problem.message)")
      }
    }
  }

  private func drop(on machine: Machine, _ crash: Crash?) {
    let doubts = machine.entries().filter { $0.state == "in_doubt" }
    let isTorn = hazards.contains(.secondThoughts)
    guard let entry = isTorn ? doubts.first ?? anyEntry(of: machine) : anyEntry(of: machine)
    else { return }
    note("m\(machine.index)", "drops entry \(entry.id), \(entry.operation) of \(entry.name ?? "?")")
    machine.badEntries.removeAll { $0 == entry.id }
    // Whether it dies or not, the user has given it up.
    if let name = entry.name {
      truth.change(name) {
        $0.isWithheld = hazards.contains(.secondThoughts) && !$0.isGroup && !$0.isLoose
        $0.isLoose = true
      }
    }
    if entry.operation == "delete" {
      for item in truth.items
      where item.deletedOn.contains(machine.index) || item.isGroup && item.owner == machine.index {
        truth.change(item.name) { $0.isLoose = true }
      }
    }
    inProcess(of: machine, crash: crash) { process in
      _ = try process.cache.queue.drop(EntryID(rawValue: entry.id))
    }
    if isTorn, chance.oneIn(2) { add(on: machine, nil) }
  }

  /// The user wants a memory to be sent after all.
  private func add(on machine: Machine, _ crash: Crash?) {
    let spokenFor = machine.entries().compactMap(\.localID)
    let rows = machine.memories().filter {
      truth[$0.name]?.isWithheld == true && $0.serverID == nil && !spokenFor.contains($0.id)
    }
    if rows.isEmpty { return }
    let row = chance.pick(rows)
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "queues \(row.name) again")
      defer {
        if machine.entries().contains(where: { $0.localID == row.id }) { wantAgain(row.name) }
      }
      _ = try process.cache.queue.enqueue(
        [LocalID(rawValue: row.id)], at: clock(of: machine))
    }
  }

  /// What was given up is wanted as before, by what the user said last.
  func wantAgain(_ name: String) {
    keys[name] = nil
    truth.change(name) {
      $0.isWithheld = false
      $0.isLoose = false
    }
  }

  // MARK: The server's own users

  private func storeOnServer() {
    let name = truth.newName()
    var item = Truth.Item(name: name, owner: nil, content: "\(name) from elsewhere")
    item.wanted = 1
    truth.add(item)
    let time = server.clock(at: now)
    let row = Server.Row(
      id: server.nextID(), name: name, content: item.content, category: "facts", tags: item.tags,
      keywords: "",
      importance: 0.5, isSensitive: false, createdAt: time, updatedAt: time)
    server.begin(.insert(row), commitsAt: commitTime)
    note("server", "a user stores \(name)")
  }

  private var commitTime: Timestamp {
    chance.oneIn(2) ? now : now.advanced(bySeconds: chance.seconds(0...100))
  }

  private func anyRow() -> Server.Row? {
    // What a Python server is about to send a second time would come back as it was.
    let rows = server.live.filter { row in
      guard let item = truth[row.name], !item.isGroup, !item.isLoose else { return false }
      return !isHeldByPython(row.name)
    }
    return rows.isEmpty ? nil : chance.pick(rows)
  }

  /// A store in doubt cannot be told by what it said once somebody has changed it, so only what its
  /// machine knows to be there is edited.
  private func editOnServer() {
    guard let row = anyRow(), !row.isSensitive, isKnownToOwner(row),
      truth[row.name]?.isRevised != true
    else { return }
    truth.change(row.name) {
      $0.isEdited = true
      $0.content = "\(row.name) edited"
    }
    server.begin(
      .update(
        id: row.id, fields: ["content": .string("\(row.name) edited"), "importance": 0.25],
        at: server.clock(at: now)), commitsAt: commitTime)
    note("server", "a user edits \(row.name)")
  }

  private func isKnownToOwner(_ row: Server.Row) -> Bool {
    guard let owner = truth[row.name]?.owner else { return true }
    return machines[owner].memories().contains { $0.serverID == row.id }
  }

  /// A cache that was never pulled cannot tell whether a tombstone is that of its store in doubt; it
  /// rather sends a memory again that somebody has deleted than lose it.
  func mayBeDeleted(_ row: Server.Row) -> Bool {
    guard let owner = truth[row.name]?.owner else { return true }
    return isKnownToOwner(row)
      || machines[owner].entries().contains { $0.name == row.name && $0.hasWatermark }
  }

  private func deleteOnServer() {
    guard let row = anyRow(), mayBeDeleted(row) else { return }
    truth.change(row.name) { $0.wanted = 0 }
    server.begin(
      .delete(id: row.id, at: server.clock(at: now)),
      commitsAt: commitTime)
    note("server", "a user deletes \(row.name)")
  }
}

extension SyncReport {
  fileprivate var summary: String {
    var parts: [String] = []
    if let push {
      parts.append("sent \(push.sent), done \(push.acknowledged), left \(push.remaining)")
    }
    if let push, push.adopted > 0 { parts.append("adopted \(push.adopted)") }
    if let pull {
      parts.append("+\(pull.inserted) ~\(pull.updated) −\(pull.deleted), skipped \(pull.skipped)")
    }
    return (parts + problems.map(\.kind.rawValue)).joined(separator: "; ")
  }
}
