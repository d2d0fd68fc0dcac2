import HTTPTransport
import Foundation
import JSON
import SQLite

/// What the Python server of a machine does. Each call is one thing that it does; whatever else
/// happens on the machine can happen between two of them.
extension World {
  func goOnWithPython(on machine: Machine) {
    let python = machine.python
    if let entry = python.linked {
      python.linked = nil
      connect(machine) { try remove(entry, $0) }
    } else if let (entry, exchange) = python.underWay {
      guard exchange.endsAt <= now else { return }
      python.underWay = nil
      settle(entry, exchange, on: machine)
    } else if python.queue.isEmpty {
      read(on: machine)
    } else {
      let entry = python.queue.removeFirst()
      if entry.failures >= 5 {
        note("python", "gives entry \(entry.id) up on machine \(machine.index)")
        tally.count("python.gaveUp")
        connect(machine) { try remove(entry, $0) }
      } else {
        send(entry, on: machine)
      }
    }
  }

  /// Whether a Python server may still send a memory.
  func isHeldByPython(_ name: String) -> Bool { machines.contains { $0.python.holds(name) } }

  /// Lets it end what it has begun.
  func finishPython(on machine: Machine) {
    for _ in 0..<400 where !machine.python.isIdle {
      if let (_, exchange) = machine.python.underWay { advance(to: exchange.endsAt) }
      goOnWithPython(on: machine)
    }
  }

  private func remove(_ entry: PythonSide.Entry, _ connection: Connection) throws {
    try connection.run("DELETE FROM pending_ops WHERE id = ?", entry.id)
  }

  private func read(on machine: Machine) {
    connect(machine) { connection in
      machine.python.queue = try connection.query(
        """
        SELECT id, op_type, payload, coalesce(retry_count, 0),
          json_extract(payload, '$.local_id'), json_extract(payload, '$.server_id')
        FROM pending_ops WHERE json_valid(payload) ORDER BY id
        """
      ) {
        PythonSide.Entry(
          id: $0.int64(0), operation: $0.text(1), payload: $0.text(2), failures: $0.int(3),
          localID: $0.optionalInt64(4), serverID: $0.optionalInt64(5))
      }
    }
    if !machine.python.queue.isEmpty {
      note("python", "reads \(machine.python.queue.count) entries on machine \(machine.index)")
    }
  }

  private func send(_ entry: PythonSide.Entry, on machine: Machine) {
    guard let request = request(for: entry) else { return }
    // Four attempts before this one did not even reach the server.
    connect(machine) {
      try $0.run("UPDATE pending_ops SET retry_count = 4 WHERE id = ?", entry.id)
    }
    let exchange = network.send(request, nextExchange(), of: machine, at: now, chance)
    note("python", "→ \(exchange.name)\(exchange.fault.map { "  ✗ \($0.rawValue)" } ?? "")")
    machine.python.underWay = (entry, exchange)
  }

  private func request(for entry: PythonSide.Entry) -> HTTPRequest? {
    let address = "http://localhost:8080/api/memories"
    return switch (entry.operation, entry.serverID) {
    case ("store", _) where entry.localID != nil:
      HTTPRequest(
        .post, address, headers: [], body: Array(entry.payload.utf8),
        patience: .whole(Exchange.patience))
    case ("delete", let id?):
      HTTPRequest(
        .delete, "\(address)/\(id)", headers: [], body: nil, patience: .whole(Exchange.patience))
    default: nil
    }
  }

  private func settle(_ entry: PythonSide.Entry, _ exchange: Exchange, on machine: Machine) {
    var status = 0
    var id: Int64?
    if case .success(let response) = exchange.result {
      status = response.status
      let body = response.body.withBytes { try? JSONValue(parsing: $0) }
      // An answer that it cannot read is a failure to it.
      if status == 200, body?.object == nil { status = 0 }
      id = body?["id"]?.int64
    }
    note("python", "← \(exchange.name): \(status)")
    connect(machine) { connection in
      switch status {
      case 200 where entry.operation == "store":
        try connection.run(
          "UPDATE memories SET server_id = ? WHERE id = ?", id, entry.localID)
        machine.python.linked = entry
      case 200,
        404 where entry.operation == "delete":
        try remove(entry, connection)
      case 401, 403: machine.python.queue = []
      case 422 where machine.python.dropsInvalid:
        tally.count("python.dropped")
        try remove(entry, connection)
      default:
        try connection.run(
          "UPDATE pending_ops SET retry_count = retry_count + 1 WHERE id = ?", entry.id)
        // What it does not give up it sends again, whether it arrived or not.
        let isLeft = try connection.first(
          "SELECT 1 FROM pending_ops WHERE id = ? AND retry_count < 5", entry.id
        ) { _ in true }
        if isLeft == true, let name = exchange.memoryName {
          truth.change(name) { $0.extra += 1 }
        }
      }
    }
  }

  /// A user of the Python server deletes a memory.
  func deleteByPython(on machine: Machine) {
    let rows = machine.memories().filter { row in
      guard let item = truth[row.name], !item.isGroup, item.owner == machine.index else {
        return false
      }
      return row.serverID == nil || row.serverID.flatMap(server.row).map(mayBeDeleted) == true
    }
    if rows.isEmpty { return }
    let row = chance.pick(rows)
    note("python", "deletes \(row.name) on machine \(machine.index)")
    truth.change(row.name) {
      $0.wanted = 0
      // The store stays in the queue, and what the user wanted is not known to anybody.
      if row.serverID == nil || isHeldByPython(row.name) {
        $0.isLoose = true
      } else {
        $0.deletedOn.append(machine.index)
      }
    }
    connect(machine) { connection in
      try connection.run("DELETE FROM memories WHERE id = ?", row.id)
      guard let serverID = row.serverID else { return }
      try connection.run(
        "INSERT INTO pending_ops (op_type, payload, created_at) VALUES ('delete', ?, ?)",
        #"{"server_id": \#(serverID)}"#, clock(of: machine).description)
    }
  }
}
