import MemoryAPI

/// What a comparison of a cache with its server found.
///
/// What waits in the queue is on its way, so it is counted and is no difference.
public struct Verification: Sendable {
  /// The first differences that were found, as many as were asked for.
  public var differences: [Difference] = []
  /// The number of all differences, by kind.
  public var counts: [Difference.Kind: Int] = [:]
  /// How many of them a sync settles, and how many only a resync does.
  public var settled: [Hint.Step: Int] = [:]
  /// Memories in the cache.
  public var here = 0
  /// Memories that the server has.
  public var onServer = 0
  /// Entries of the queue that the server has not acknowledged, without dead letters.
  public var waiting = 0
  /// Memories that the server lacks because the user dropped their store.
  public var withheld = 0
  /// Memories that agree as far as can be known, because the server has removed a credential from
  /// its text.
  public var redacted = 0

  package init() {}

  /// The number of all differences.
  public var total: Int { counts.values.reduce(0, +) }

  /// A memory in which the cache and the server differ.
  public struct Difference: Hashable, Sendable {
    /// In what way they differ; `rawValue` is stable.
    public enum Kind: String, Sendable, CaseIterable {
      /// The server has the memory, the cache does not.
      case onlyOnServer = "only_on_server"
      /// The cache has the memory linked to the server, which no longer has it.
      case deletedOnServer = "deleted_on_server"
      /// Both have it, with different fields.
      case fields = "different"
      /// The server has given the memory's id to another memory.
      case reassigned
      /// The cache has it without a server id, and no entry of the queue speaks of it.
      case orphan
      /// The server has rejected what is queued for it.
      case rejected
      /// The server's record cannot be read.
      case unreadable
    }

    public let kind: Kind
    /// The memory's id in the cache; nil if it is not there.
    public let memory: LocalID?
    /// The memory's id on the server; nil if it has none.
    public let server: ServerID?
    /// The fields that differ, if the kind is `.fields`.
    public let fields: [MemoryField]
    /// The dead letter, if the kind is `.rejected`.
    public let entry: EntryID?
    /// What is wrong, if the kind is `.unreadable`.
    public let reason: String?
    /// The beginning of the memory's text; nil if it is unknown or must stay hidden.
    public let excerpt: String?
    /// What settles the difference; nil if nothing here does.
    public var step: Hint.Step?

    package init(
      _ kind: Kind, memory: LocalID? = nil, server: ServerID? = nil, fields: [MemoryField] = [],
      entry: EntryID? = nil, reason: String? = nil, excerpt: String? = nil, step: Hint.Step?
    ) {
      self.kind = kind
      self.memory = memory
      self.server = server
      self.fields = fields
      self.entry = entry
      self.reason = reason
      self.excerpt = excerpt
      self.step = step
    }
  }
}
