/// A memory's id in the local file (`memories.id`); never reused.
public struct LocalID: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
  public static func < (a: LocalID, b: LocalID) -> Bool { a.rawValue < b.rawValue }
}

/// A memory's id on the server; positive.
public struct ServerID: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
  public static func < (a: ServerID, b: ServerID) -> Bool { a.rawValue < b.rawValue }
}

/// A queue entry's id (`pending_ops.id`); ascending in the order of writing, never reused.
public struct EntryID: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
  public static func < (a: EntryID, b: EntryID) -> Bool { a.rawValue < b.rawValue }
}
