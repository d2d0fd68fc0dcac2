import MemoryModel
import System

/// Checks everything that can be wrong on a machine, and says what to do.
public struct Doctor {
  /// The settings, which are examined as well.
  let sources: Configuration.Sources
  /// Variables that the program knows besides those of the settings.
  let otherVariables: [String]
  let asksServer: Bool
  /// Whether to mend what can be mended without losing anything.
  let fixes: Bool
  let cancellation: Cancellation

  /// - Parameters:
  ///   - otherVariables: those that the program reads besides the variables of the settings.
  ///   - asksServer: whether the server is asked.
  ///   - fixes: whether to mend what can be mended without losing anything.
  public init(
    _ sources: Configuration.Sources, otherVariables: [String] = [], asksServer: Bool, fixes: Bool,
    cancellation: Cancellation = Cancellation()
  ) {
    self.sources = sources
    self.otherVariables = otherVariables
    self.asksServer = asksServer
    self.fixes = fixes
    self.cancellation = cancellation
  }

  /// One thing that can be wrong.
  struct Check: Sendable {
    let subject: String
    /// Returns what it found; a `Problem` that it throws is a failure.
    let run: @Sendable (Doctor, Configuration) throws -> [Finding]

    init(
      _ subject: String, _ run: @escaping @Sendable (Doctor, Configuration) throws -> [Finding]
    ) {
      self.subject = subject
      self.run = run
    }
  }

  /// Every check, in the order in which one depends on the other. A new one is a line here.
  private static let checks: [Check] = [
    Check("settings") { $0.settings($1) },
    Check("environment") { doctor, _ in doctor.environment() },
    Check("cache") { try $0.file($1) },
    Check("disk") { try $0.disk($1) },
    Check("content") { try $0.content($1) },
    Check("lock") { try $0.lock($1) },
    Check("leftovers") { try $0.leftovers($1) },
    Check("programs") { try $0.programs($1) },
    Check("assistant") { try $0.assistant($1) },
    Check("key") { try $0.key($1) },
    Check("server") { try $0.server($1) },
  ]

  /// Runs every check.
  ///
  /// - Parameter tell: gets each finding as soon as it is made.
  public func examine(_ tell: (Finding) -> Void) {
    let configuration = readConfiguration(tell)
    for check in Self.checks where !cancellation.isCancelled {
      do {
        try check.run(self, configuration).forEach(tell)
      } catch {
        let problem = error as? Problem ?? Problem(.bug, "a bug in memctl: \(error)")
        tell(.failure(check.subject, problem))
      }
    }
  }

  /// The settings; without the configuration file if that cannot be used, so that the rest can be
  /// checked all the same.
  private func readConfiguration(_ tell: (Finding) -> Void) -> Configuration {
    do {
      return try Configuration(sources)
    } catch {
      let problem = error as? Problem ?? Problem(.bug, "a bug in memctl: \(error)")
      let path =
        Configuration.folder(home: sources.home, environment: sources.environment) + "/config"
      if fixes, Permissions.close(path) == true, let configuration = try? Configuration(sources) {
        tell(.fixed("settings", "\(path) was open to others; only you can use it now"))
        return configuration
      }
      tell(.failure("settings", problem))
      tell(
        .warning(
          "settings", "the checks below do without \(path)", hint: "mend it, then \(.doctor)"))
      var sources = sources
      let readFile = sources.readFile
      sources.readFile = { $0 == path ? nil : try readFile($0, $1) }
      // Nothing else is read when the settings are put together.
      return try! Configuration(sources)
    }
  }
}
