import MemoryAPI

/// What a server said to the question whether it accepts the key.
public struct ServerCheck: Sendable {
  /// The account that the key belongs to; nil if the server did not say.
  public let account: String?
  /// Why nothing can be synced with the server; nil if it accepts the key.
  public let problem: Problem?
  /// Seconds by which the server's clock is ahead of this machine's, to within a second or two; nil if
  /// the server did not say.
  public let serverLead: Double?

  package init(account: String?, problem: Problem?, serverLead: Double?) {
    self.account = account
    self.problem = problem
    self.serverLead = serverLead
  }

  /// The check of a server that the settings do not even let be asked.
  public static func failed(_ problem: Problem) -> ServerCheck {
    ServerCheck(account: nil, problem: problem, serverLead: nil)
  }
}
