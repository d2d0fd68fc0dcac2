/// What keeps entries from being sent, beside what they are themselves.
extension Cache {
  /// Whether the server refused the key. Nothing is sent until it accepts one.
  public func isKeyRefused() throws -> Bool { try note(.authFailed) != nil }

  /// The time before which the server asked not to be called; nil where it may be called.
  public func pause(at now: Timestamp) throws -> Timestamp? {
    guard let until = try note(.notBefore).flatMap(Timestamp.init), until > now,
      // A pause that is longer than any comes from a clock that was set back.
      until.seconds(since: now) <= RetryAfter.longest
    else { return nil }
    return until
  }

  /// Lets the server be called at once, whatever it asked for.
  public func endPause() throws { try set(.notBefore, nil) }

  /// The first entry that has to be done before this one, as it is of the same memory.
  public func predecessor(of entry: QueueEntry) throws -> QueueEntry? {
    try entries().first {
      $0.id < entry.id && $0.state != .dead && $0.subject == entry.subject
    }
  }
}
