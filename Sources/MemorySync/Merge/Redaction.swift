import MemoryAPI

/// A text from which the server has removed what looked like credentials: `db [REDACTED:password]`.
///
/// The server keeps no original. So the original text on the machine that wrote it can be
/// recognized only by computing what the server would have made of it, or by the parts that remain.
struct Redaction {
  private let text: String
  private let pieces: [[UInt8]]
  /// The words in the marks, which name what was removed; empty for a mark that has none.
  private let words: [String]

  /// - Returns: nil if nothing was removed.
  init?(_ text: String) {
    var pieces: [[UInt8]] = []
    var words: [String] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "[REDACTED"),
      let end = rest[start.upperBound...].firstIndex(of: "]")
    {
      pieces.append(Array(rest[..<start.lowerBound].utf8))
      words.append(String(rest[start.upperBound..<end].drop { $0 == ":" }))
      rest = rest[rest.index(after: end)...]
    }
    if pieces.isEmpty { return nil }
    self.text = text
    self.pieces = pieces + [Array(rest.utf8)]
    self.words = words
  }

  /// Whether the remaining parts are too little to distinguish one text from another.
  var leavesNothing: Bool {
    pieces.allSatisfy {
      !String(decoding: $0, as: UTF8.self).contains { $0.isLetter || $0.isNumber }
    }
  }

  // MARK: Possible originals

  enum Evidence {
    /// The server cannot have made this from the text.
    case none
    /// A server whose rules are not exactly known may have made this from the text.
    case possible
    /// The known rules make exactly this from the text.
    case computed
  }

  func evidence(for original: Original) -> Evidence {
    if original.redacted == text { return .computed }
    guard couldStand(for: original.bytes) else { return .none }
    // A mark names the kind of credential, so a text that does not mention that kind is another
    // one.
    let isNamed = words.allSatisfy { word in
      Credential.Kind(rawValue: word).map { original.names($0) } ?? true
    }
    return isNamed ? .possible : .none
  }

  /// A text that the server may have redacted, prepared to be compared with many redactions.
  struct Original {
    fileprivate let bytes: [UInt8]
    /// What the known rules make of it; nil if they find nothing, or if credentials overlap, for
    /// which the result is not known.
    fileprivate let redacted: String?
    private let kinds: Set<Credential.Kind>

    init(_ text: String) {
      bytes = Array(text.utf8)
      let found = Credential.all(in: text)
      let overlap = zip(found, found.dropFirst()).contains {
        $0.range.upperBound > $1.range.lowerBound
      }
      redacted = found.isEmpty || overlap ? nil : Credential.redacting(text, found)
      let lowercased = text.lowercased()
      kinds = Set(
        Credential.Kind.allCases.filter { $0.words.contains { lowercased.contains($0) } })
    }

    fileprivate func names(_ kind: Credential.Kind) -> Bool { kinds.contains(kind) }
  }

  /// Whether `original` has the same beginning and end, with the other remaining parts between them
  /// in order.
  func couldStand(for original: String) -> Bool { couldStand(for: Array(original.utf8)) }

  private func couldStand(for original: [UInt8]) -> Bool {
    guard let first = pieces.first, let last = pieces.last, original.starts(with: first) else {
      return false
    }
    var rest = original[first.count...]
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
  }
}
