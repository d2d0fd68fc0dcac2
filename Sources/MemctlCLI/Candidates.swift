import MemctlCore

/// What a dynamic value may be, for the completion of shells and of the prompt. From the cache alone,
/// never from the network, and in the time that a key takes, however large the cache is.
struct Candidates {
  struct Candidate {
    let value: String
    /// One line for people; may be empty.
    var description = ""
    /// What stands before it in the same word, or the folder of a file: not worth showing each time.
    var prefix = ""
  }

  private let cache: () throws -> Cache
  /// More than anybody reads.
  static let limit = 200

  /// - Parameter cache: asked for where the candidates are in the cache.
  init(_ cache: @escaping () throws -> Cache) { self.cache = cache }

  /// The candidates of a kind that the table names, at most `limit` of the ids. Those that do not
  /// begin with `prefix` may be among them.
  ///
  /// - Throws: `Problem`.
  func named(_ kind: String, prefix: String = "") throws -> [Candidate] {
    switch kind {
    case "category": return Category.canonical.map { Candidate(value: $0) }
    case "tag", "tags": return try cache().tags().map { Candidate(value: $0) }
    case "memory": return try memories(prefix)
    case "entry":
      return try cache().entries(beginningWith: prefix, limit: Self.limit).map {
        Candidate(value: "\($0.id.rawValue)", description: "\($0.operationName), \($0.createdAt)")
      }
    case "trash":
      return try cache().trashed(beginningWith: prefix, limit: Self.limit).map {
        Candidate(value: "\($0.id.rawValue)", description: $0.memory.preview)
      }
    case "help":
      let commands = Memctl.table.program.subcommands.filter { !$0.isHidden }
      return commands.map { Candidate(value: $0.name, description: $0.summary) }
        + Memctl.table.topics.map { Candidate(value: $0.name, description: $0.summary) }
    default: return []
    }
  }

  private func memories(_ prefix: String) throws -> [Candidate] {
    let isServer = prefix.hasPrefix(MemoryName.prefix)
    let digits = isServer ? String(prefix.dropFirst(MemoryName.prefix.count)) : prefix
    let memories = try cache().memories(
      isServer ? .server : .local, beginningWith: digits, limit: Self.limit)
    return memories.map { memory in
      let id = isServer ? memory.serverID.map { "\(MemoryName.server($0))" } : nil
      return Candidate(value: id ?? "\(memory.id.rawValue)", description: memory.preview)
    }
  }
}

extension Memory {
  private static let previewWidth = 60

  /// The beginning of its content, unless that is sensitive.
  fileprivate var preview: String {
    let content = fields.content(revealed: false) ?? Masking.placeholder
    return String(content.prefix(Self.previewWidth + 1)).printable
      .truncated(toWidth: Self.previewWidth)
  }
}
