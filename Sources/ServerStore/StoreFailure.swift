/// Why a store could not do what it was asked for; the request was not to blame.
package struct StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// The database was taken away: what was written now could be lost.
    case lost
    /// There is no room left.
    case full
    /// The database cannot be read or written at the moment.
    case unavailable
    /// The store was closed.
    case closed
    /// A bug.
    case defect
  }

  package let kind: Kind
  /// What happened, for the operator.
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
