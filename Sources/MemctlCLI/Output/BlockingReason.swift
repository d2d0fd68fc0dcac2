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
        The server asked for a pause until \(until.description.withDistance(to: now)). \
        \(.watch) and the prompt wait until then; \(.sync) tries at once.
        """
    }
    if try cache.isKeyRefused() {
      return """
        The server does not accept the key, and nothing is sent until it does: set \(.apiKey) \
        or \(.apiKeyFile) to a valid key, then \(.sync).
        """
    }
    if let error = try cache.lastRunError() {
      return """
        The last sync, \(Timestamp(error.time)?.relative(to: now) ?? error.time), did not \
        finish: \(error.message). \(.sync) tries again.
        """
    }
    return nil
  }
}
