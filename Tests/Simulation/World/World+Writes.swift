import MemctlCore
import MemoryAPI
import MemoryModel
import SQLite

/// What users and other programs write on a machine.
extension World {
  // MARK: Users

  func storeMemories(on machine: Machine, _ crash: Crash?) {
    let count = chance.weighted([(12, 1), (4, 3), (2, 12), (1, 36)])
    for number in 1...count {
      let name = groupName(of: machine) ?? newItem(on: machine)
      // The last one is the one that is interrupted.
      if !store(name, on: machine, number == count ? crash : nil) { return }
    }
  }

  /// Stores what no server has a reason to reject.
  func storeSomethingPlain(on machine: Machine) {
    let name = truth.newName()
    truth.add(Truth.Item(name: name, owner: machine.index, content: "\(name) note"))
    store(name, on: machine, nil)
  }

  /// - Returns: false where the process died.
  @discardableResult
  private func store(_ name: String, on machine: Machine, _ crash: Crash?) -> Bool {
    let fields = fields(of: truth[name]!)
    return inProcess(of: machine, crash: crash) { process in
      note(process.name, "stores \(name)")
      let before = machine.counts()[name] ?? 0
      defer {
        let written = (machine.counts()[name] ?? 0) - before
        truth.change(name) { $0.wanted += written }
      }
      if let store = plants.store {
        try store(process.connect(machine), fields, now)
      } else {
        _ = try process.cache.store(fields, at: clock(of: machine))
      }
    }
  }

  /// Now and then the user says again word for word what was said before.
  private func groupName(of machine: Machine) -> String? {
    guard chance.oneIn(6) else { return nil }
    let groups = truth.items.filter { $0.owner == machine.index && $0.isGroup && !$0.isOrphan }
    if let group = groups.last { return group.name }
    let name = truth.newName()
    var item = Truth.Item(name: name, owner: machine.index, content: "\(name) said again")
    item.isGroup = true
    return truth.add(item)
  }

  private func newItem(on machine: Machine) -> String {
    let name = truth.newName()
    var item = Truth.Item(name: name, owner: machine.index, content: "\(name) note")
    if hazards.contains(.credentials), chance.oneIn(2) {
      item.content = Credentials.text(name, chance)
      item.isPlain = true
      item.tags = "notes"
      tally.count("hazard.credentials")
      return truth.add(item)
    }
    if hazards.contains(.keyTrouble), chance.oneIn(5) {
      item.content = "403 " + item.content
      item.isRejected = true
      return truth.add(item)
    }
    switch chance.below(12) {
    case 0, 1: item.content += " password=hunter2 of host a"
    case 2: item.isSensitive = true
    case 3: item.content = (chance.oneIn(2) ? "413 " : "500 ") + item.content
    case 4: item.content += String(repeating: "x", count: 1_400)
    default: break
    }
    item.isRejected =
      item.content.count > 1_400 || item.content.hasPrefix("413 ")
      || item.content.hasPrefix("500 ")
    return truth.add(item)
  }

  private func fields(of item: Truth.Item) -> MemoryFields {
    var fields = MemoryFields(content: item.content, tags: item.tags)
    fields.isSensitive = item.isSensitive
    if !item.isGroup, !item.isPlain {
      fields.category = chance.pick(["facts", " Gotcha ", "infra", "people"])
      fields.importance = Double(chance.below(1_000)) / 999
    }
    return fields
  }

  func deleteMemory(on machine: Machine, _ crash: Crash?) {
    let inDoubt = Set(machine.entries().filter { $0.state == "in_doubt" }.map(\.name))
    let rows = machine.memories().filter { row in
      guard let item = truth[row.name] else { return false }
      // To delete what the server left of a memory in doubt is not to delete the memory.
      if inDoubt.contains(row.name), row.content != item.content { return false }
      if machine.isCopy, row.serverID == nil { return false }
      if item.owner == machine.index { return true }
      return !item.isGroup && row.serverID.flatMap(server.row).map(mayBeDeleted) ?? true
    }
    if rows.isEmpty { return }
    let row = chance.pick(rows)
    inProcess(of: machine, crash: crash) { process in
      note(process.name, "deletes \(row.name) (\(row.id), server \(row.serverID ?? 0))")
      defer {
        if !machine.memories().contains(where: { $0.id == row.id }) {
          if !machine.trash().values.contains(row.name) {
            fail(.lost, "\(row.name), deleted, is not in the trash of machine \(machine.index)")
          }
          truth.change(row.name) {
            $0.wanted = $0.isGroup ? $0.wanted - 1 : 0
            // Whatever was given up before: now it is to go.
            if $0.isWithheld { ($0.isWithheld, $0.isLoose) = (false, false) }
            // What Python is about to send comes back.
            if isHeldByPython(row.name) { $0.isLoose = true }
            if !$0.isGroup { $0.deletedOn.append(machine.index) }
          }
        }
      }
      _ = try process.cache.delete(LocalID(rawValue: row.id), at: clock(of: machine))
    }
  }

  // MARK: Other programs

  func connect(_ machine: Machine, _ body: (Connection) throws -> Void) {
    do {
      guard try machine.observe() != nil else { return }
      let connection = try Connection(path: machine.path, busyTimeout: 0)
      try connection.transaction { try body(connection) }
    } catch {
      fail(.file, "another program on machine \(machine.index) failed: \(error)")
    }
  }

  private func insert(
    _ item: Truth.Item, at time: Timestamp, _ connection: Connection
  ) throws -> Int64 {
    try connection.run(
      """
      INSERT INTO memories (content, category, tags, importance, is_sensitive, created_at, updated_at)
      VALUES (?, 'facts', ?, 0.5, ?, ?4, ?4)
      """, item.content, item.tags, item.isSensitive, time.description)
    return connection.lastInsertedRowID
  }

  /// Writes a memory and its entry as the Python server does.
  func storeByProgram(on machine: Machine) {
    connect(machine) { connection in
      let name = truth.newName()
      var item = Truth.Item(name: name, owner: machine.index, content: "\(name) by a program")
      item.wanted = 1
      truth.add(item)
      note("program", "stores \(name) on machine \(machine.index)")
      let id = try insert(item, at: clock(of: machine), connection)
      try connection.run(
        "INSERT INTO pending_ops (op_type, payload, created_at, retry_count) VALUES ('store', ?, ?, ?)",
        """
        {"local_id": \(id), "content": "\(item.content)", "category": "facts", "tags": "\(item.tags)", \
        "expanded_keywords": "", "importance": 0.5, "force_sensitive": false}
        """, clock(of: machine).description, chance.below(5))
    }
  }

  /// Writes memories and dies before it sends them, as the Python server may.
  func leaveOrphans(on machine: Machine) {
    connect(machine) { connection in
      let name = truth.newName()
      var item = Truth.Item(name: name, owner: machine.index, content: "\(name) orphan")
      item.isSensitive = chance.oneIn(4)
      item.isOrphan = true
      item.wanted = 1 + chance.below(2)
      item.isGroup = item.wanted > 1
      truth.add(item)
      note("program", "leaves \(item.wanted) orphans \(name) on machine \(machine.index)")
      let clock = clock(of: machine)
      let time = chance.oneIn(3) ? clock : clock.advanced(bySeconds: -600)
      for _ in 0..<item.wanted { _ = try insert(item, at: time, connection) }
    }
  }

  func leaveBadEntry(on machine: Machine) {
    let (name, payload) = chance.pick([
      ("store", "{broken"), ("store", "{}"), ("delete", #"{"server_id":"x"}"#), ("paint", "{}"),
    ])
    connect(machine) { connection in
      note("program", "leaves a bad entry on machine \(machine.index)")
      try connection.run(
        "INSERT INTO pending_ops (op_type, payload, created_at) VALUES (?, ?, ?)", name, payload,
        clock(of: machine).description)
      machine.badEntries.append(connection.lastInsertedRowID)
    }
  }
}
