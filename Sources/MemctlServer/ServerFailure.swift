import ServerStore

/// Why the server cannot start.
public struct ServerFailure: Error, Hashable, Sendable {
  public enum Kind: Int32, Sendable {
    /// An option has a value that cannot be used.
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

extension ServerFailure {
  /// The words of the command line for a store that cannot be opened.
  init(_ failure: StoreOpeningFailure) {
    let another = "name another file with --store FILE"
    switch failure {
    case .cannotOpen(let path, let reason):
      self.init(.file, "cannot open the store: \(path): \(reason)", hint: another)
    case .servedByAnother(let path):
      self.init(
        .file, "the store is already served by another process: \(path)",
        hint: "stop that process, or \(another)")
    case .cannotLock(let path, let reason):
      self.init(
        .file, "cannot lock the store: \(path): \(reason)",
        hint: "some network file systems have no locks; choose a file elsewhere with --store FILE")
    case .foreign(let path):
      self.init(
        .file, "the file is not a store of this version of memctl-serve: \(path)", hint: another)
    case .unusable(let path, let reason):
      self.init(.file, "cannot use the store: \(path): \(reason)", hint: another)
    }
  }
}
