import MemctlCore

/// What keeps the queue as a whole from being sent.
enum BlockingReason {
  /// Why nothing at all is sent at present, and what would change that; nil if nothing is known to be
  /// in the way.
  static func explanation(
    _ configuration: Configuration, _ cache: Cache, now: Timestamp
  ) throws -> Hint? {
    if configuration.isSyncDisabled {
      return "Syncing is off, so nothing is sent: unset \(.syncDisabled)."
    }
    if try configuration.keySource() == nil {
      return """
        There is no key for the server, so nothing is sent: \(.login) asks for it, or set \(.apiKey) \
        or \(.apiKeyFile); then \(.sync).
        """
    }
    if let until = try cache.pause(at: now) {
      return """
        The server asked for a pause until \(until.timeOfDay(at: now)) (\(until.relative(to: now))). \
        \(.watch) and the prompt wait until then; \(.sync) tries at once.
        """
    }
    if try cache.isKeyRefused() {
      return """
        The server does not accept the key, and nothing is sent until it does: \(.login) asks for \
        another one, or set \(.apiKey) or \(.apiKeyFile); then \(.sync).
        """
    }
    // That the key was refused is past if it is not refused now.
    if let error = try cache.lastRunError(), error.kind != .unauthorized {
      return """
        The last sync, \(error.time.forPeople(at: now)), did not \
        finish: \(error.message). \(.sync) tries again.
        """
    }
    return nil
  }
}
