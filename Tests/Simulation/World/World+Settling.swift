import MemctlCore
import MemoryAPI

/// What the user settles who knows which memory on the server is which.
extension World {
  func settleDoubts() {
    for machine in machines {
      _ = inProcess(of: machine, crash: nil) { process in
        for entry in try process.cache.queue.entries() where !entry.candidates.isEmpty {
          let name = Truth.name(in: entry.payload)
          let row = try entry.candidates.map(\.id).first { id in
            guard let row = server.row(id.rawValue) else { return false }
            // What says more than the server's row is another memory, which has that id for certain.
            let holder = try process.cache.memory(id)
            return row.name == name && holder.map { $0.fields.content == row.content } ?? true
          }
          _ = try process.cache.queue.settle(
            entry.id, by: row.map { .arrived(as: $0) } ?? .missing, at: clock(of: machine))
        }
      }
    }
  }
}
