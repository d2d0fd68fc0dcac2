/// How an import treats what it finds.
public struct ImportOptions: Sendable {
  /// The format of the files; nil to find it out for each of them.
  public var format: ImportFormat?
  /// The category of memories for which the file names none that a server keeps.
  public var category = Category.default
  /// Whether a memory is imported although one with the same content is here.
  public var keepsDuplicates = false
  /// Whether memories that have ids of a server, as in an export, are imported like any others.
  public var asNew = false
  /// Whether what is imported is going to be sent. Then a memory with an id of a server that the
  /// cache does not have is refused, unless `asNew`: sending it could make a copy.
  public var isForServer = false
  /// Whether a text that is too long becomes several memories.
  public var splitsLongTexts = false
  /// Whether nothing is imported unless everything can be.
  public var isStrict = false
  /// Whether to find out only what would happen.
  public var isRehearsal = false

  /// Creates the options that apply if none are given.
  public init() {}
}

/// What an import did, or would do.
public struct ImportReport: Sendable {
  /// Memories that were written.
  public var added = 0
  /// Those of them that are linked to the server as they were in the cache that was exported.
  public var restored = 0
  /// Those of them with a change that had not been sent from the cache that was exported. It is not
  /// queued: if the server says something else, the next pull moves the change to the trash.
  public var unsentChanges = 0
  /// Memories that were left out, because the same content is here.
  public var skipped = 0
  /// What could not be imported.
  public var refused = 0
  /// The first refusals, at most `refusalLimit`.
  public var refusals: [ImportProblem] = []
  /// Entries that tell the server, sent with the next sync.
  public var queued = 0
  /// Whether it was stopped before everything was read. What `added` counts is written, and running
  /// it again continues.
  public var isInterrupted = false

  /// How many refusals a report lists.
  public static let refusalLimit = 1_000
}

/// Something in a file that could not be imported.
public struct ImportProblem: Hashable, Sendable {
  /// The file's path; nil for standard input.
  public let file: String?
  /// The line at which it begins; nil for a file as a whole.
  public let line: Int?
  /// A clause such as "its content is missing".
  public let reason: String
}

/// Where memories are read from.
public enum ImportSource: Hashable, Sendable {
  /// A file, or a folder whose markdown files are read.
  case path(String)
  /// An open file or pipe, which is not closed.
  case descriptor(Int32)
}
