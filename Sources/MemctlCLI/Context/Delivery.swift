import MemctlCore

/// Sends what a command has queued at once, where that is possible.
struct Delivery {
  private let configuration: ConfigurationReader
  private let synchronizer: SynchronizerMaker
  private let commentary: Commentary

  /// What an attempt led to.
  struct Attempt {
    /// What the user must act on.
    var problems: [Problem] = []
    /// Why the entries are still in the queue, if the server was not or could not be asked.
    var obstacle: Problem?
  }

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
  func attempt(_ entries: [EntryID]) -> [Problem] { deliver(entries).problems }

  /// The same, with the reason why entries wait.
  func deliver(_ entries: [EntryID]) -> Attempt {
    if entries.isEmpty { return Attempt() }
    do {
      if let obstacle = try obstacle() {
        commentary.say("\(obstacle.message); it stays in the queue")
        return Attempt(obstacle: obstacle)
      }
      let problems = try synchronizer().send(entries).problems
      for problem in problems { commentary.say("\(problem.message)") }
      return Attempt(
        problems: problems.filter { ExitCode($0.kind) != .tryAgain }, obstacle: problems.first)
    } catch let problem as Problem {
      return Attempt(problems: [problem], obstacle: problem)
    } catch {
      return Attempt(problems: [Problem(.bug, "a bug in memctl: \(error)")])
    }
  }

  /// What keeps memctl from asking the server at all.
  private func obstacle() throws -> Problem? {
    let configuration = try configuration.get()
    if configuration.isSyncDisabled {
      return Problem(.configuration, "syncing is off", hint: "unset \(.syncDisabled)")
    }
    if try configuration.key() == nil {
      return Problem(
        .configuration, "there is no key for the server",
        hint: "\(.login) asks for it, or set \(.apiKey) or \(.apiKeyFile); then \(.sync)")
    }
    return nil
  }
}
