extension Hint {
  /// Something that a person can do about a problem, through any program that uses the core.
  public enum Step: Hashable, Sendable {
    case sync
    case push
    /// Sync from now on, again and again.
    case watch
    /// - Parameter rehearsed: only look at what it would do.
    case resync(force: Bool, rehearsed: Bool = false)

    /// Look at the memories.
    case list
    case show(LocalID)
    case store
    case delete(ServerID)
    /// Look at what was done here.
    case log
    case undo(ChangeID, force: Bool)

    /// Look at the queue.
    case queue
    /// Look at what the server rejected.
    case deadLetters
    case showEntry(EntryID)
    case retry(EntryID)
    case retryAll
    case edit(EntryID)
    case drop(EntryID)
    /// Queue a memory that the server lacks.
    case enqueue(LocalID)
    /// Write an entry to a file, with all that it holds.
    case export(EntryID)
    /// - Parameter answer: nil if the person has to decide.
    case settle(EntryID, answer: DoubtAnswer? = nil)

    case moveOrigin(address: String)
    case adoptOrigin(force: Bool)
    /// Replace a damaged cache with a new one.
    case repair
    /// Give the server's address and a key, and keep them.
    case login
    /// Have everything checked that can be wrong on this machine.
    case doctor
    /// The same, and have mended what can be mended.
    case doctorFix
  }
}

extension Hint.Step: CustomStringConvertible {
  /// The step in words that belong to no program.
  public var description: String {
    switch self {
    case .sync: "sync"
    case .push: "push"
    case .watch: "watch"
    case .resync(let force, let rehearsed):
      (rehearsed ? "rehearse resync" : "resync") + (force ? " by force" : "")
    case .list: "list memories"
    case .show(let id): "show memory \(id.rawValue)"
    case .store: "store"
    case .delete(let id): "delete memory \(id.rawValue) of the server"
    case .log: "list the changes"
    case .undo(let id, let force): "undo change \(id.rawValue)" + (force ? " by force" : "")
    case .queue: "list the queue"
    case .deadLetters: "list dead letters"
    case .showEntry(let id): "show entry \(id.rawValue)"
    case .retry(let id): "retry entry \(id.rawValue)"
    case .retryAll: "retry all entries"
    case .edit(let id): "edit entry \(id.rawValue)"
    case .drop(let id): "drop entry \(id.rawValue)"
    case .enqueue(let id): "queue memory \(id.rawValue)"
    case .export(let id): "export entry \(id.rawValue)"
    case .settle(let id, nil): "settle entry \(id.rawValue)"
    case .settle(let id, .missing): "settle entry \(id.rawValue) as missing"
    case .settle(let id, .arrived(let memory)):
      "settle entry \(id.rawValue) as memory \(memory.rawValue) of the server"
    case .moveOrigin(let address): "move the origin to \(address)"
    case .adoptOrigin(let force): "adopt the origin" + (force ? " by force" : "")
    case .repair: "repair"
    case .login: "log in"
    case .doctor: "run the checks"
    case .doctorFix: "run the checks and mend"
    }
  }
}
