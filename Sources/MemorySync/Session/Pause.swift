import HTTPTransport
import MemoryAPI
import MemoryStore

extension NoteTable {
  /// The time before which the server asked not to be called; nil if it may be called.
  package func pause(at now: Timestamp) throws -> Timestamp? {
    guard let until = try time(of: .notBefore), until > now,
      // A pause that exceeds the limit was noted before a clock was set back.
      until.seconds(since: now) <= RetryAfter.longest
    else { return nil }
    return until
  }
}
