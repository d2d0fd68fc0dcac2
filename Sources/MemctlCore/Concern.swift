import MemoryModel

/// Something because of which the cache and the server may differ.
public struct Concern: Hashable, Sendable {
  /// Whether it stays until the user acts; otherwise the next sync that succeeds settles it.
  public let needsUser: Bool
  /// What it is, as a clause.
  public let text: String
  /// What to do.
  public let hint: Hint
}

extension Concern {
  /// What keeps the cache and the server apart, the most urgent first. Empty if everything is on the
  /// server, as far as the cache knows.
  ///
  /// No server is asked, and no command for the key is run.
  ///
  /// - Parameters:
  ///   - account: the one that the cache belongs to.
  ///   - check: what the server has just said; nil if it was not asked.
  /// - Throws: `Problem` of kind `.configuration`.
  public static func all(
    _ configuration: Configuration, _ state: SyncState, account: String? = nil,
    check: ServerCheck? = nil
  ) throws -> [Concern] {
    let concerns = [
      try key(configuration, state, check), stranger(account, check),
      check?.problem.flatMap { $0.kind == .unauthorized ? nil : Concern($0) },
      Concern(
        state.deadLetters, needsUser: true, hint: "\(.queue)",
        one: "was rejected", many: "were rejected"),
      Concern(
        state.undecided, needsUser: true, hint: "\(.queue)",
        one: "is in doubt, and only you can tell whether it has arrived",
        many: "are in doubt, and only you can tell whether they have arrived"),
      lastSync(state),
      configuration.isSyncDisabled
        ? Concern(
          needsUser: false, text: "syncing is off, so nothing is sent",
          hint: "unset \(.syncDisabled)") : nil,
      Concern(
        state.pending - state.undecided, needsUser: false, hint: "\(.sync)",
        one: "waits to be sent", many: "wait to be sent"),
    ].compactMap(\.self)
    return concerns.filter(\.needsUser) + concerns.filter { !$0.needsUser }
  }

  private static func key(
    _ configuration: Configuration, _ state: SyncState, _ check: ServerCheck?
  ) throws -> Concern? {
    if try configuration.keySource() == nil {
      return Concern(
        needsUser: true, text: "there is no key for the server, so nothing is sent",
        hint: "\(.login)")
    }
    // What the cache says may be outdated.
    let isRefused = check.map { $0.problem?.kind == .unauthorized } ?? state.authFailed
    if !isRefused { return nil }
    return Concern(
      needsUser: true, text: "the server does not accept the key, so nothing is sent",
      hint: "\(.login)")
  }

  private static func lastSync(_ state: SyncState) -> Concern? {
    switch state.lastError {
    // What is known of the key has been said.
    case .unauthorized: nil
    case let kind?:
      Concern(needsUser: kind.needsUser, text: "the last sync did not finish", hint: "\(.sync)")
    case nil:
      state.lastSuccess == nil
        ? Concern(needsUser: false, text: "no sync has finished yet", hint: "\(.sync)") : nil
    }
  }

  private static func stranger(_ account: String?, _ check: ServerCheck?) -> Concern? {
    guard let account, let other = check?.account, other != account else { return nil }
    return Concern(
      needsUser: true,
      text: "the key belongs to \(other) and the cache to \(account), so nothing is synced",
      hint:
        "set \(.apiKey) or \(.apiKeyFile) to the key of \(account), or another cache with \(.db)")
  }

  private init(_ problem: Problem) {
    self.init(
      needsUser: problem.kind.needsUser, text: problem.message, hint: problem.hint ?? "\(.sync)")
  }

  /// Nil for no entries.
  private init?(_ count: Int, needsUser: Bool, hint: Hint, one: String, many: String) {
    guard count > 0 else { return nil }
    self.init(
      needsUser: needsUser,
      text: count == 1 ? "1 entry \(one)" : "\(grouped(count)) entries \(many)", hint: hint)
  }
}

extension Problem.Kind {
  /// Whether a sync that met such a problem meets it again until the user acts.
  fileprivate var needsUser: Bool {
    switch self {
    case .offline, .overloaded, .serverFailed, .gateway, .waiting, .busy, .interrupted: false
    default: true
    }
  }
}
