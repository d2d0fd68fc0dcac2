/// A memory's id in the local file (`memories.id`); never reused.
public struct LocalID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number in the file.
  public let rawValue: Int64
  /// Wraps a number from the file.
  public init(rawValue: Int64) { self.rawValue = rawValue }
  /// Orders ids by their numbers.
  public static func < (a: LocalID, b: LocalID) -> Bool { a.rawValue < b.rawValue }
}

/// A memory's id on the server; positive.
public struct ServerID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number that the server gave.
  public let rawValue: Int64
  /// Wraps a number from the server.
  public init(rawValue: Int64) { self.rawValue = rawValue }
  /// Orders ids by their numbers.
  public static func < (a: ServerID, b: ServerID) -> Bool { a.rawValue < b.rawValue }
}

/// A queue entry's id (`pending_ops.id`); ascending in the order of writing, never reused.
public struct EntryID: RawRepresentable, Hashable, Comparable, Sendable {
  /// The number in the file.
  public let rawValue: Int64
  /// Wraps a number from the file.
  public init(rawValue: Int64) { self.rawValue = rawValue }
  /// Orders ids by their numbers, so the oldest entry comes first.
  public static func < (a: EntryID, b: EntryID) -> Bool { a.rawValue < b.rawValue }
}
