import CommandLine
import MemctlCore

// The kinds of value that several commands take.

extension Argument<String> {
  static var category: Self { Self("C", .dynamic(.category)) }
  static var tag: Self { Self("T", .dynamic(.tag)) }
  static var tags: Self { Self("A,B", .dynamic(.tags)) }
  /// An id, or `-` for those on stdin.
  static var memoryOrInput: Self { Self("ID", .dynamic(.memory)) }
  static var helpWord: Self { Self("WORD", .dynamic(.help)) }
}

extension Argument<MemoryName> {
  static func memory(_ metavar: String) -> Self { Self(metavar, .dynamic(.memory)) }
}

extension Argument<EntryID> {
  static var entry: Self { Self("ID", .dynamic(.entry)) }
}

extension Argument<TrashID> {
  static var trashed: Self { Self("ID", .dynamic(.trash)) }
}

extension Argument<ChangeID> {
  static var change: Self { Self("CHANGE-ID", .dynamic(.change)) }
}

extension ValueSpec.Kind {
  fileprivate static func dynamic(_ kind: CompletionCandidates.Kind) -> Self {
    .dynamic(kind.rawValue)
  }
}
