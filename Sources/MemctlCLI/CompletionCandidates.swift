import CommandLine
import MemctlCore

/// A word that completion offers.
struct CompletionCandidate {
  let value: String
  /// One line for people; may be empty.
  var description = ""
  /// What comes before it in the same word, or the folder of a file: not worth repeating each time.
  var prefix = ""
}

/// The values that shells and the prompt complete. They come from the cache alone, never from the
/// network, and at the speed of typing, however large the cache is.
struct CompletionCandidates {
  /// The kinds that the table names for candidates that are known only while memctl runs.
  enum Kind: String {
    case category
    case tag
    /// Several tags, separated by commas.
    case tags
    case memory
    case entry
    case trash
    case change
    case help
  }

  private let table: CommandTable
  private let cache: () throws -> Cache
  /// More than anybody reads.
  static let limit = 200
  /// What became of a change is worked out for each, so only the latest are offered.
  private static let fewChanges = 20

  /// - Parameters:
  ///   - table: the commands and topics that have help.
  ///   - cache: called only if the candidates are in the cache.
  init(_ table: CommandTable, _ cache: @escaping () throws -> Cache) {
    self.table = table
    self.cache = cache
  }

  /// The candidates of a kind, at most `limit` of the ids. Those that do not begin with `prefix` may
  /// be among them.
  ///
  /// - Throws: `Problem`.
  func of(_ kind: Kind, prefix: String = "") throws -> [CompletionCandidate] {
    switch kind {
    case .category: return Category.all.map { CompletionCandidate(value: $0) }
    case .tag: return try cache().tags().map { CompletionCandidate(value: $0) }
    case .tags:
      // Only the last one of the list is being typed.
      let before = prefix.lastIndex(of: ",").map { String(prefix[...$0]) } ?? ""
      return try cache().tags().map { CompletionCandidate(value: before + $0, prefix: before) }
    case .memory: return try memories(prefix)
    case .entry:
      let cache = try cache()
      return try cache.queue.entries(beginningWith: prefix, limit: Self.limit).map {
        let view = try EntryView($0, in: cache, now: .now, revealed: false)
        return CompletionCandidate(value: "\($0.id.rawValue)", description: view.summary.preview)
      }
    case .trash:
      return try cache().trash.versions(beginningWith: prefix, limit: Self.limit).map {
        CompletionCandidate(value: "\($0.id.rawValue)", description: $0.memory.preview)
      }
    case .change:
      return try cache().journal.changes(beginningWith: prefix, limit: Self.fewChanges).map {
        CompletionCandidate(
          value: "\($0.id.rawValue)", description: "\($0.action.rawValue) of \($0.subject())")
      }
    case .help:
      let commands = table.program.subcommands.filter { !$0.isHidden }
      return commands.map { CompletionCandidate(value: $0.name, description: $0.summary) }
        + table.topics.map { CompletionCandidate(value: $0.name, description: $0.summary) }
    }
  }

  private func memories(_ prefix: String) throws -> [CompletionCandidate] {
    let isServer = prefix.hasPrefix(MemoryName.prefix)
    let digits = isServer ? String(prefix.dropFirst(MemoryName.prefix.count)) : prefix
    let memories = try cache().memories(
      isServer ? .server : .local, beginningWith: digits, limit: Self.limit)
    return memories.map { memory in
      let id = isServer ? memory.serverID.map { "\(MemoryName.server($0))" } : nil
      return CompletionCandidate(value: id ?? "\(memory.id.rawValue)", description: memory.preview)
    }
  }
}

extension Memory {
  /// The beginning of its content, unless that is sensitive.
  fileprivate var preview: String {
    (fields.content(revealed: false) ?? Masking.placeholder).preview
  }
}

extension String {
  private static let previewWidth = 60

  /// Its beginning, in a line.
  fileprivate var preview: String {
    String(prefix(Self.previewWidth + 1)).printable.truncated(toWidth: Self.previewWidth)
  }
}
