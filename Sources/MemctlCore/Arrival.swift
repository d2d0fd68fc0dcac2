import MemoryModel
import MemoryStore
import MemorySync

/// Whether the server has a memory as the cache has it.
public enum Arrival: Sendable {
  /// The server has it, and nothing that is queued changes it.
  case arrived(as: ServerID)
  /// An entry of the queue is still to be sent, or its answer is still to come.
  case waiting
  /// It does not arrive before a person has done something.
  case stuck(Problem)
}

extension Cache {
  /// Whether the server has these memories, all read at one moment.
  ///
  /// - Throws: also `Problem` of kind `.notFound` if one is not in the cache.
  public func arrivals(of ids: [LocalID]) throws -> [Arrival] {
    try database.read { snapshot in
      let entries = try snapshot.queue.entries()
      return try ids.map { id in
        guard let memory = try snapshot.memories.memory(id) else {
          throw Problem.noMemory("\(id.rawValue)")
        }
        return Arrival(of: memory, entries.filter { $0.isAbout(memory) })
      }
    }
  }
}

extension Arrival {
  /// - Parameter entries: those that are about the memory.
  fileprivate init(of memory: Memory, _ entries: [QueueEntry]) {
    let id = memory.id.rawValue
    if let dead = entries.first(where: { $0.state == .dead }) {
      let reason = dead.lastError.map { ": \($0.message)" } ?? ""
      self = .stuck(
        Problem(
          .rejected, "the server rejected memory \(id)\(reason)",
          hint: "\(.showEntry(dead.id)), then \(.edit(dead.id)) or \(.drop(dead.id))"))
    } else if let doubt = entries.first(where: { !$0.candidates.isEmpty }) {
      self = .stuck(.ambiguous(doubt, count: 1))
    } else if !entries.isEmpty {
      self = .waiting
    } else if let serverID = memory.serverID {
      self = .arrived(as: serverID)
    } else {
      self = .stuck(
        Problem(
          .invalidInput,
          "memory \(id) is neither on the server nor in the queue, so nothing sends it",
          hint: "\(.enqueue(memory.id)) queues it"))
    }
  }
}

extension QueueEntry {
  fileprivate func isAbout(_ memory: Memory) -> Bool {
    if isDropped || isMeantForAnotherServer { return false }
    return switch try? operation() {
    case .store(_, let id): id == memory.id
    case .update(_, let id): id == memory.serverID
    case .delete: false
    case nil: storedMemory == memory.id
    }
  }
}
