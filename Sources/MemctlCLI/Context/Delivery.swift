import MemctlCore

/// Sends what a command has queued at once, where that is possible.
struct Delivery {
  private let configuration: ConfigurationReader
  private let synchronizer: SynchronizerMaker
  private let commentary: Commentary

  init(
    _ configuration: ConfigurationReader, _ synchronizer: SynchronizerMaker,
    _ commentary: Commentary
  ) {
    self.configuration = configuration
    self.synchronizer = synchronizer
    self.commentary = commentary
  }

  /// That it is not possible is no failure of the command: the entries are safe in the queue. Only what
  /// the user must act on comes back.
  func attempt(_ entries: [EntryID]) -> [Problem] {
    if entries.isEmpty { return [] }
    do {
      guard !(try configuration.get().isSyncDisabled), try configuration.get().key() != nil else {
        commentary.say("there is no key, or syncing is off; it stays in the queue")
        return []
      }
      let problems = try synchronizer().send(entries).problems
      for problem in problems { commentary.say("\(problem.message)") }
      return problems.filter { ExitCode($0.kind) != .tryAgain }
    } catch let problem as Problem {
      return [problem]
    } catch {
      return [Problem(.bug, "a bug in memctl: \(error)")]
    }
  }
}
