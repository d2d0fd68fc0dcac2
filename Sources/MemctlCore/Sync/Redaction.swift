/// A text in which the server has blacked out what looked like a secret: `db [REDACTED:password]`.
///
/// The server keeps no original, so the text of the machine that wrote it can only be recognised by
/// what was left standing.
struct Redaction {
  private let pieces: [Substring]

  /// - Returns: nil where nothing is blacked out.
  init?(_ text: String) {
    var pieces: [Substring] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "[REDACTED"),
      let end = rest[start.upperBound...].firstIndex(of: "]")
    {
      pieces.append(rest[..<start.lowerBound])
      rest = rest[rest.index(after: end)...]
    }
    if pieces.isEmpty { return nil }
    self.pieces = pieces + [rest]
  }

  /// Whether nothing was left standing.
  var leavesNothing: Bool { pieces.allSatisfy { $0.allSatisfy(\.isWhitespace) } }

  /// Whether `original` could have become this text: it begins and ends alike, and what was left
  /// standing follows in order.
  func couldStand(for original: String) -> Bool {
    guard let first = pieces.first, let last = pieces.last, original.hasPrefix(first) else {
      return false
    }
    var rest = original.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= last.count && rest.hasSuffix(last)
  }
}
