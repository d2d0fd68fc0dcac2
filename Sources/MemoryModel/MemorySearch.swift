import MemoryAPI

/// What to look for among the memories, and which of those found to return.
public struct MemorySearch: Sendable {
  /// What decides the order of the memories that are found.
  public enum Order: String, Sendable, CaseIterable {
    /// Mostly how well the words match.
    case relevance
    /// Mostly the importance.
    case importance
  }

  /// Text whose words are looked for in contents, categories, tags and keywords. Any text is safe: no
  /// character in it is an operator.
  public var text: String
  /// Further words, such as synonyms.
  public var expansion: String
  /// What memories must be besides; its order and limit do not apply.
  public var selection: MemorySelection
  /// The order of the memories that are found.
  public var order: Order
  /// The most memories to find.
  public var limit: Int

  /// Creates a search for the words of `text`.
  public init(
    _ text: String, expansion: String = "", in selection: MemorySelection = MemorySelection(),
    order: Order = .relevance, limit: Int = 10
  ) {
    self.text = text
    self.expansion = expansion
    self.selection = selection
    self.order = order
    self.limit = limit
  }

  /// The words, as Python's `split` takes them apart, without quotation marks.
  package var words: [String] {
    "\(text) \(expansion)".unicodeScalars.split { $0.properties.isWhitespace || $0.isSeparator }
      .map { word in String(String.UnicodeScalarView(word.filter { $0 != "\"" })) }
      .filter { !$0.isEmpty }
  }
}

extension Unicode.Scalar {
  /// The four control characters that separate files, groups, records and units.
  fileprivate var isSeparator: Bool { ("\u{1C}"..."\u{1F}").contains(self) }
}

/// What a search found.
public struct SearchResults: Sendable {
  /// How a search found its memories.
  public enum Match: Sendable {
    /// Each has all of the words.
    case allWords
    /// None has all of the words; each has at least one.
    case anyWord
    /// The text could not be taken apart into words; each has it in its content or its tags.
    case text
  }

  /// How the memories were found.
  public let match: Match
  /// The memories, best first; those that rank the same in the order of their ids.
  public let memories: [FoundMemory]

  package init(match: Match, memories: [FoundMemory]) {
    self.match = match
    self.memories = memories
  }
}

/// A memory that a search found.
public struct FoundMemory: Sendable {
  /// The memory.
  public let memory: Memory
  /// The number by which it was ranked, the higher the better; nil if it was found by its text.
  public let rank: Double?
  /// Where in the content the words are.
  public let matches: [Range<String.Index>]

  package init(memory: Memory, rank: Double?, matches: [Range<String.Index>]) {
    self.memory = memory
    self.rank = rank
    self.matches = matches
  }
}
