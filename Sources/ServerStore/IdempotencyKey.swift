/// What makes an insertion happen once, however often it is asked for.
package struct IdempotencyKey: Equatable, Sendable {
  /// As the client chose it. Each user has keys of their own.
  package let name: String
  /// Tells insertions with the same name apart: different ones have different fingerprints.
  package let fingerprint: Int64

  /// How long a store remembers it.
  package static let lifetime = Duration.seconds(7 * 24 * 3600)

  package init(_ name: String, fingerprint: Int64) {
    self.name = name
    self.fingerprint = fingerprint
  }
}
