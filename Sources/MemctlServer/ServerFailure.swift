import Glibc

/// Why the server cannot start.
public struct ServerFailure: Error, Hashable, Sendable {
  public enum Kind: Int32, Sendable {
    /// An option's value makes no sense.
    case usage = 64
    case bug = 70
    /// The store cannot be used.
    case file = 74
    /// Keys or address are not fit to serve with.
    case configuration = 78
  }

  public let kind: Kind
  /// What happened, in one line.
  public let message: String
  /// What to do next.
  public let hint: String

  public init(_ kind: Kind, _ message: String, hint: String) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// The program's exit code, as in `sysexits.h`.
  public var exitCode: Int32 { kind.rawValue }
}

/// What the C library says about its last failure.
func lastSystemError() -> String { String(cString: strerror(errno)) }
